"""How the API says no: problem details (RFC 9457), the same shape for whatever went wrong."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from payments.api.shapes.payments import shown_one
from payments.errors import (
    Declined,
    Invalid,
    MayNot,
    NoStripeKey,
    NotAsThingsStand,
    Refused,
)
from payments.operations.connect.onboarding import StripeAway

MEDIA_TYPE = "application/problem+json"
MISSING = "There is nothing here, or nothing that you may see."
_CODES = {
    400: "invalid",
    401: "not_authenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
}
_FAMILIES: tuple[tuple[type[Refused], int], ...] = (
    (Invalid, 400),
    (MayNot, 403),
    (Declined, 402),
    (NoStripeKey, 503),
    (StripeAway, 503),
    (NotAsThingsStand, 409),
    (Refused, 409),
)
_AGAIN = 5  # seconds after which Stripe may answer again

Errors = dict[str, list[str]]


class KeyWithAnotherBody(exceptions.APIException):
    """This `Idempotency-Key` came before, with another body."""

    status_code = 422
    default_detail = "This Idempotency-Key came with another body before. Take a new key."
    default_code = "idempotency_key_reused"


class InProgress(exceptions.APIException):
    """The first request with this `Idempotency-Key` is still worked on."""

    status_code = 409
    default_detail = "The first request with this Idempotency-Key is still worked on."
    default_code = "in_progress"
    wait = 1  # seconds


class TooLarge(exceptions.APIException):
    """The body is larger than anything that is asked here."""

    status_code = 413
    default_detail = "That is too large."
    default_code = "too_large"


def problem(
    status: int,
    detail: str,
    *,
    code: str = "",
    errors: Errors | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """
    Return an answer that says what is wrong.

    :param detail: a sentence for a person.
    :param errors: for each field that is wrong what is wrong with it.
    :param more: further members.
    """
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code or _CODES.get(status, "error"),
        "errors": errors,
        **more,
    }
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)


def missing() -> Response:
    """Return the one answer for all that is not there, or not for who asks."""
    return problem(404, MISSING)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return what an error says to whoever asked; None where it is our own failure."""
    match error:
        case Refused():
            return refused(error)
        case Http404() | exceptions.NotFound():
            return missing()
        case PermissionDenied():
            return problem(403, str(error) or "Your role does not let you do this.")
        case exceptions.ValidationError():
            return invalid(_by_field(error.detail))
        case exceptions.APIException():
            return _of_framework(error)
        case SuspiciousOperation() | BadRequest() | UnreadablePostError():
            return problem(400, "The request cannot be read.")
    return None


def refused(error: Refused) -> Response:
    """Return what an operation refused, as its family is answered."""
    status = next(status for family, status in _FAMILIES if isinstance(error, family))
    if isinstance(error, Invalid):
        return problem(400, str(error), code=error.code, errors={error.field: [str(error)]})
    if isinstance(error, Declined):
        return problem(
            402,
            str(error),
            code=error.code,
            decline_code=error.decline_code or None,
            payment=shown_one(error.payment) if error.payment else None,
        )
    headers = {"Retry-After": str(_AGAIN)} if isinstance(error, StripeAway) else None
    return problem(status, str(error), code=error.code, headers=headers)


def invalid(errors: Errors) -> Response:
    """Return what is wrong with what was sent, field by field."""
    name, said = next(iter(errors.items()))
    detail = said[0] if name == "body" else f"{name}: {said[0]}"
    return problem(400, detail, errors=errors)


def _of_framework(error: exceptions.APIException) -> Response:
    headers = {}
    if auth := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    if isinstance(error, exceptions.ParseError):
        return problem(400, str(error.detail), errors={"body": [str(error.detail)]})
    code = _CODES.get(error.status_code) or error.default_code
    if error.status_code == 409:
        code = error.default_code
    return problem(error.status_code, str(error.detail), code=code, headers=headers)


def _by_field(detail: Any, *path: str) -> Errors:
    """Return the messages of a serializer by the path of the field that they are about."""
    if isinstance(detail, Mapping):
        parts = [
            _by_field(inner, *path, *([] if name == "non_field_errors" else [str(name)]))
            for name, inner in detail.items()
        ]
    elif isinstance(detail, list) and any(isinstance(each, Mapping | list) for each in detail):
        parts = [_by_field(inner, *path, str(n)) for n, inner in enumerate(detail) if inner]
    else:
        said = detail if isinstance(detail, list) else [detail]
        parts = [{".".join(path) or "body": [str(each) for each in said]}]
    found: Errors = {}
    for part in parts:
        for name, said in part.items():
            found.setdefault(name, []).extend(said)
    return found
