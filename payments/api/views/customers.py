"""The cards that a booking's guest has on file."""

from collections.abc import Collection, Sequence
from typing import Any

from django.conf import settings
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from payments.api.shapes.customers import CardShape, SetupShape
from payments.api.shapes.payments import WITH
from payments.api.views.base import PROMISED, Asking, OfStay
from payments.hotel import Booking
from payments.models import OutgoingRequest, PaymentMethod, SetupIntent
from payments.operations import outcome
from payments.operations.customers import payment_methods
from payments.outgoing import promises


class Cards(OfStay):
    """The cards on file, the default first."""

    shape = CardShape
    many = True
    whole = True

    def get(self, request: Request, **kwargs: Any) -> Response:
        found = payment_methods.on_file(self.thing, request.user)
        shown = CardShape(found, many=True).data
        return Response({"next": None, "previous": None, "results": shown})


class Setup(OfStay, Asking):
    """Let the guest leave a card for later; no money is taken."""

    shape = SetupShape
    status = 201
    kinds = ("setup_intent",)

    def act(self) -> Response:
        begun = payment_methods.setup(booking=self.thing, by=self.request.user)
        return self._told(begun.intent, begun.client_secret)

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        if made[0].state == OutgoingRequest.State.REFUSED:
            outcome.refuse(made[0])
        intent = self._intent(made[0].about)
        return self._told(intent, self._secret(intent))

    def again(self, answer: dict[str, Any]) -> dict[str, Any]:
        return answer | {"client_secret": self._secret(self._intent(answer["id"]))}

    def _intent(self, id: Any) -> SetupIntent:
        return SetupIntent.objects.select_related(*WITH).get(pk=id)

    def _secret(self, intent: SetupIntent) -> str | None:
        return payment_methods.client_secret(intent=intent, by=self.request.user)

    def _told(self, intent: SetupIntent, secret: str | None) -> Response:
        key = settings.STRIPE_PUBLISHABLE_KEY if secret else ""
        shown = SetupShape(intent).data
        shown |= {"client_secret": secret, "publishable_key": key or None}
        return Response(shown, status=202 if intent.status == PROMISED else 201)


def card_of(booking: Booking, id: Any) -> PaymentMethod:
    """
    Return a card of the booking's guest, on file or not any more.

    :raises NotFound: it is nobody's, or somebody else's.
    """
    rows = PaymentMethod.objects.filter(
        organization=booking.organization_id,
        customer__guest_id=booking.guest_id,
        customer__guest_id__isnull=False,
        seen=True,
    )
    found = rows.select_related("customer", "property").filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


class _Card(OfStay):
    """One card of the booking's guest."""

    shape = CardShape
    card: PaymentMethod

    def find(self, **named: Any) -> Booking:
        booking = super().find(**named)
        self.card = card_of(booking, named["id"])
        return booking

    def told(self, *, promised: bool) -> Response:
        """Return the card as it is now; while Stripe has not decided, as promised."""
        found = payment_methods.on_file(self.thing, self.request.user)
        now = next((each for each in found if each.method.pk == self.card.pk), None)
        if now is None:
            self.card.refresh_from_db()
            now = payment_methods.OnFile(self.card, default=False, usable=False)
        shown = CardShape(now).data
        if promised:
            return Response({**shown, "status": PROMISED}, status=202)
        return Response(shown)


class Default(_Card, Asking):
    """Let a card be the one that is charged first."""

    kinds = ("default_card",)

    def act(self) -> Response:
        payment_methods.make_default(method=self.card, booking=self.thing, by=self.request.user)
        customer = self.card.customer_id
        return self.told(promised=promises.under_way(customer, "default_card").exists())

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        if made[0].state == OutgoingRequest.State.REFUSED:
            outcome.refuse(made[0])
        return self.told(promised=not made[0].is_decided)

    def about(self, answer: dict[str, Any]) -> Collection[Any]:
        return [self.card.customer_id]


class Card(_Card):
    """A card, to be taken off file."""

    def delete(self, request: Request, **kwargs: Any) -> Response:
        payment_methods.detach(method=self.card, booking=self.thing, by=request.user)
        return self.told(promised=promises.under_way(self.card.pk, "detach").exists())
