"""The Stripe accounts of a hotel group: what they may do, and how a hotel joins."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from payments import hotel
from payments.analytics import arrivals
from payments.api import bodies, keys
from payments.api.shapes import connect as shapes
from payments.api.views.base import Address, Asking, Known, Listing, One, with_stripe_id
from payments.hotel import House
from payments.models import ConnectedAccount, OutgoingRequest
from payments.notifications import links
from payments.operations import outcome
from payments.operations.connect import onboarding


class _Accounts(Address):
    """The accounts of a hotel group."""

    shape: ClassVar[type[BaseSerializer[Any]]] = shapes.AccountShape

    def rows(self) -> QuerySet[Any]:
        found: QuerySet[Any] = self.visible(ConnectedAccount.objects.all())
        return found.select_related("property")

    def shown(self, given: Any) -> Any:
        risks = arrivals.at_risk(self.request.user, timezone.now(), self.organization.id)
        context = {"risks": {risk.account.pk: risk for risk in risks}}
        return shapes.AccountShape(given, many=isinstance(given, list), context=context).data

    def told(self, account: ConnectedAccount, code: int = 200, *, more: Any = None) -> Response:
        """Return an account as it is now."""
        shown = self.shown(self.rows().get(pk=account.pk))
        return Response(shown | (more or {}), status=code)


class Accounts(_Accounts, Listing, Asking):
    """The accounts that take the money of a hotel group, or took it; and making one."""

    filters = {"stripe_id": with_stripe_id}
    sends = {"POST": bodies.Account}
    status = 201
    kinds = ("account",)

    def act(self) -> Response:
        sent = self.body()
        begun = onboarding.begin(
            organization=self.organization,
            house=self._house(sent.get("property")),
            country=sent.get("country", ""),
            by=self.request.user,
        )
        if not begun.account.stripe_id:
            return self.told(begun.account, 202)
        return self.told(begun.account, 201 if begun.made else 200)

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        if made[0].state == OutgoingRequest.State.REFUSED:
            outcome.refuse(made[0])
        account = ConnectedAccount.objects.get(pk=made[0].about)
        return self.told(account, 201 if account.stripe_id else 202)

    def _house(self, slug: str | None) -> House | None:
        """
        Return the house with this slug.

        :raises NotFound: there is none, or not for this person.
        """
        if slug is None:
            return None
        for house in hotel.houses(self.request.user, [self.organization.id]):
            if house.slug == slug:
                return house
        raise NotFound


class AccountOne(_Accounts, One):
    """One account."""


class Link(_Accounts, Known, Asking):
    """A way into Stripe's pages for an account; for one use, made anew whatever the key."""

    shape = shapes.LinkShape

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.body()
        keys.given(request)
        return self.act()

    def act(self) -> Response:
        page = links.account_page(self.organization.slug, hotel.house_of(self.thing))
        made = onboarding.link(
            account=self.thing,
            page=self.request.build_absolute_uri(page),
            by=self.request.user,
        )
        return Response(shapes.LinkShape(made).data)

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        return self.act()


class Refresh(_Accounts, Known, Asking):
    """Read an account again now."""

    def act(self) -> Response:
        return self.told(onboarding.refresh(account=self.thing, by=self.request.user))

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        return self.act()


class Disconnect(_Accounts, Known, Asking):
    """Let go of an account; the answer says where in Stripe's dashboard to finish it."""

    shape = shapes.LetGoShape
    kinds = ("disconnect",)

    def act(self) -> Response:
        gone = onboarding.disconnect(account=self.thing, by=self.request.user)
        more = {"finish_at": gone.finish_at or None, "how": gone.how or None}
        if gone.account.is_connected:
            return self.told(gone.account, 202, more=more | {"status": "promised"})
        return self.told(gone.account, more=more)

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        if made[0].state == OutgoingRequest.State.REFUSED:
            outcome.refuse(made[0])
        more: dict[str, str | None] = {"finish_at": None, "how": None}
        if made[0].is_decided:
            return self.told(self.thing, more=more)
        return self.told(self.thing, 202, more=more | {"status": "promised"})
