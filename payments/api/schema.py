"""The description of the API for programs: made of each view's bodies and shapes."""

from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from payments.api.keys import HEADER
from payments.api.paging import MOST, USUAL
from payments.api.problems import MEDIA_TYPE
from payments.api.shapes.problems import ProblemShape

if TYPE_CHECKING:
    from payments.api.views.base import Address


class TokensInSchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a token is sent."""

    target_class = "payments.api.authentication.Tokens"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token …`, as `manage.py api_token` printed it.",
        }


class Schema(AutoSchema):
    """Reads what an `Address` says of itself."""

    view: "Address"  # type: ignore[override]  # the API has no others

    def __get__(self, instance: Any, owner: Any) -> "Schema":
        """Return one of this view alone: several may be described at once, each in its thread."""
        mine = type(self)()
        mine.view = instance
        return mine

    def get_operation_id(self) -> str:
        verbs = {"GET": "list" if self.view.many else "get", "POST": "do"}
        name = self.path.replace("/api/", "").replace("organizations/{org}/", "")
        words = [part for part in name.strip("/").split("/") if not part.startswith("{")]
        return "_".join([*words, verbs.get(self.method, self.method.lower())])

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.split("/") if part and not part.startswith("{")]
        return [parts[2] if len(parts) > 2 else parts[1]]

    def get_override_parameters(self) -> list[Any]:
        found = [OpenApiParameter(name, str) for name in self.view.filters] if self._lists() else []
        if self._lists() and not self.view.whole:
            found += [
                OpenApiParameter("cursor", str, description="From `next` or `previous`."),
                OpenApiParameter(
                    "limit",
                    {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
                ),
            ]
        found += [
            OpenApiParameter(name, str, description=how) for name, how in self.view.asks.items()
        ]
        if self.method == "POST":
            found.append(
                OpenApiParameter(
                    HEADER,
                    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
                    OpenApiParameter.HEADER,
                    description="Asked again with the same key and body, it is answered, not done.",
                )
            )
        return found

    def get_request_serializer(self) -> Any:
        return self.view.sends.get(self.method)

    def get_response_serializers(self) -> Any:
        shape = self.view.shape
        found: dict[Any, Any] = {}
        if self._lists():
            name = f"{self.get_operation_id()}_page"
            found[200] = inline_serializer(
                "".join(word.title() for word in name.split("_")),
                {
                    "next": serializers.URLField(allow_null=True),
                    "previous": serializers.URLField(allow_null=True),
                    "results": shape(many=True),
                },
            )
        else:
            status = self.view.status if self.method == "POST" else 200
            found[status] = shape
            if self.method != "GET":
                found[202] = OpenApiResponse(shape, "Promised; its address says what comes of it.")
        for status, said in self._problems().items():
            found[str(status), MEDIA_TYPE] = OpenApiResponse(ProblemShape, said)
        return found

    def _lists(self) -> bool:
        return self.view.many and self.method == "GET"

    def _problems(self) -> dict[int, str]:
        said = {
            400: "What was sent is wrong.",
            401: "Not logged in.",
            403: "The role does not allow it.",
            404: "There is no such thing, or not for this person.",
            429: "Too many requests.",
        }
        if self.method != "GET":
            said |= {
                402: "Declined.",
                409: "Not as things stand.",
                415: "Another type of body.",
                422: "The Idempotency-Key came with another body.",
                503: "No key for Stripe is set.",
            }
        return dict(sorted(said.items()))
