"""What all addresses have in common: who asks, where, about what, and whether they may."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import MethodNotAllowed, NotFound
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.schemas.inspectors import ViewInspector
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from payments import hotel
from payments.api import bodies, keys, paging, problems
from payments.api.authentication import Tokens
from payments.api.parsing import AlwaysJson, Json
from payments.api.schema import Schema
from payments.api.throttling import PerPerson
from payments.hotel import Booking, Group, Right
from payments.models import OutgoingRequest
from payments.operations import amounts
from payments.reading import clean

PROMISED = "promised"  # the status of what Stripe has not decided yet

Filter = Callable[[QuerySet[Any], str], QuerySet[Any]]


def with_stripe_id(rows: QuerySet[Any], given: str) -> QuerySet[Any]:
    """Narrow records to the one with this id of Stripe's: none has an empty one."""
    return rows.exclude(stripe_id="").filter(stripe_id=given)


class Ours(APIView):
    """How all of the API is asked and answers, whatever a host's own `REST_FRAMEWORK` says."""

    authentication_classes = (Tokens, SessionAuthentication)
    permission_classes: Sequence[type[BasePermission]] = (IsAuthenticated,)
    throttle_classes = (PerPerson,)
    parser_classes: Sequence[type[BaseParser]] = (Json,)
    renderer_classes: Sequence[type[BaseRenderer]] = (JSONRenderer,)
    content_negotiation_class: type[BaseContentNegotiation] = AlwaysJson
    metadata_class = None
    versioning_class = None

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return problems.handle


class Address(Ours):
    """
    One address of the API.

    Decided in this order: who asks (401), whether there is such a thing that they may see (404),
    whether their role may do this (403), and only then what was sent (400).

    :cvar rights: for each method what the person must be allowed to do: from the table.
    :cvar sends: for each method the body that it takes.
    :cvar asks: what a query may say beside that, and how.
    :cvar shape: of what it answers with.
    :cvar many: whether it is a list, and `whole` whether it comes in one page.
    :cvar status: of the answer when something is done.
    """

    schema: ViewInspector | None = Schema()
    http_method_names = ["get", "head", "post", "patch", "delete"]
    rights: ClassVar[Mapping[str, Right]] = {}
    sends: ClassVar[Mapping[str, type[BaseSerializer[Any]]]] = {}
    filters: ClassVar[Mapping[str, Filter]] = {}
    asks: ClassVar[Mapping[str, str]] = {}
    shape: ClassVar[type[BaseSerializer[Any]]] = bodies.Nothing
    many: ClassVar[bool] = False
    whole: ClassVar[bool] = False

    status: ClassVar[int] = 200

    organization: Group
    thing: Any = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with hotel.asked_once():
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        right = self.rights.get("GET" if request.method == "HEAD" else str(request.method))
        if right is None:
            raise MethodNotAllowed(str(request.method))
        if "org" in kwargs:
            found = hotel.group(request.user, kwargs["org"])
            if found is None:
                raise NotFound
            self.organization = found
            self.thing = self.find(**{name: kwargs[name] for name in kwargs if name != "org"})
            house = getattr(self.thing, "property_id", None)
            hotel.require(request.user, right, found.id, house)

    def find(self, **named: Any) -> Any:
        """
        Return what the address names within the organization.

        :raises NotFound: there is no such thing, or not for this person.
        """
        return None

    def visible(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow records to those of this organization that this person may see."""
        return hotel.visible_to(self.request.user, rows.filter(organization=self.organization.id))

    def reservation(self, code: str) -> Any:
        """
        Return the booking with this code.

        :raises NotFound: there is none, or not for this person.
        """
        held = clean(code) == code
        found = held and hotel.reservation_with_code(self.request.user, self.organization.id, code)
        if not found:
            raise NotFound
        return found

    def body(self) -> dict[str, Any]:
        """
        Return what was sent.

        :raises ValidationError: something about it is wrong.
        """
        kind = self.sends.get(str(self.request.method), bodies.Nothing)
        read = kind(data=self.request.data)
        read.is_valid(raise_exception=True)
        found: dict[str, Any] = read.validated_data
        return found

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        response.headers["Cache-Control"] = "no-store"  # it is about money, and for one person
        finished: Response = super().finalize_response(request, response, *args, **kwargs)
        return finished


class Listing(Address, ABC):
    """A list, a page at a time."""

    many = True
    order: ClassVar[Sequence[str]] = ("-id",)

    def get(self, request: Request, **kwargs: Any) -> Response:
        found = paging.page(request, self.filtered(self.rows()), self.order)
        return Response(
            {"next": found.next, "previous": found.previous, "results": self.shown(found.rows)}
        )

    @abstractmethod
    def rows(self) -> QuerySet[Any]:
        """Return all that this person may see of it."""

    def filtered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow them to what the query asks for."""
        given = self.request.query_params
        for name, narrow in self.filters.items():
            if name in given:
                rows = narrow(rows, clean(given[name]))
        return rows

    @abstractmethod
    def shown(self, rows: list[Any]) -> Any:
        """Return these rows as they are shown."""


class Known(Address, ABC):
    """One thing, by our id."""

    def find(self, **named: Any) -> Any:
        found = self.rows().filter(pk=named["id"]).first()
        if found is None:
            raise NotFound
        return found

    @abstractmethod
    def rows(self) -> QuerySet[Any]:
        """Return all things of its kind that this person may see."""

    @abstractmethod
    def shown(self, row: Any) -> Any:
        """Return it as it is shown."""


class One(Known, ABC):
    """One thing, to look at."""

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(self.shown(self.thing))


class OfStay(Address):
    """Something about one booking."""

    thing: Booking

    def find(self, **named: Any) -> Booking:
        code = named["code"]
        held = clean(code) == code
        found = held and hotel.visible_booking(self.request.user, self.organization.id, code)
        if not found:
            raise NotFound
        return found


class Asking(Address, ABC):
    """
    Something that is done; asked again with the same `Idempotency-Key`, it is only told.

    :cvar kinds: of the requests to Stripe that do it; none where Stripe is not asked.
    """

    kinds: ClassVar[Sequence[str]] = ()

    def post(self, request: Request, **kwargs: Any) -> Response:
        if "POST" not in self.sends:
            self.body()  # that nothing was sent which would be passed by
        return keys.answer(self, request, self.act)

    @abstractmethod
    def act(self) -> Response:
        """Do it, and return what came of it."""

    @abstractmethod
    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        """
        Return what is true now of what an earlier request promised.

        :raises Refused: Stripe refused it in the end.
        """

    def again(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return a remembered answer with the secret that it had, if it may be told again."""
        return answer

    def about(self, answer: dict[str, Any]) -> Collection[Any]:
        """Return our ids of what Stripe may have been asked about, by a remembered answer."""
        return [answer["id"]] if answer.get("id") else []

    def sent_in(self, currency: str) -> dict[str, Any]:
        """
        Return what was sent about an amount; where it names a currency, it must be this one.

        :raises CurrencyDiffers: it is another.
        """
        found = self.body()
        given = found.pop("currency", currency)
        if given.lower() != currency:
            raise amounts.CurrencyDiffers(f"This is in {currency.upper()}.")
        return found


class Nothing(Address):
    """Every other address under `/api/`: alike to whatever is not there."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound
