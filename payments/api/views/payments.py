"""Payments and refunds; money that came without a booking."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from payments import hotel
from payments.api import bodies
from payments.api.shapes import payments as shapes
from payments.api.views.base import (
    PROMISED,
    Address,
    Asking,
    Known,
    Listing,
    OfStay,
    One,
    with_stripe_id,
)
from payments.api.views.customers import card_of
from payments.errors import Refused
from payments.hotel import Right
from payments.models import OutgoingRequest, Payment, PaymentTransaction, Refund
from payments.operations import outcome
from payments.operations.payments import (
    additional_charges,
    holds,
    pay_links,
    payment_intents,
    refunds,
    unmatched,
)
from payments.records.bookings import entries_of

_KNOWN = Q(seen=True) | Q(bound_by=PaymentTransaction.BoundBy.PROMISE)


class _Payments(Address):
    """The payments of a hotel group."""

    def rows(self) -> QuerySet[Any]:
        found: QuerySet[Any] = self.visible(Payment.objects.filter(_KNOWN))
        return found.select_related(*shapes.WITH)


class Payments(_Payments, Listing):
    """What guests paid, or tried to pay, the newest first."""

    shape = shapes.PaymentShape
    filters = {"stripe_id": with_stripe_id, "reservation": hotel.of_booking}

    def shown(self, rows: list[Any]) -> Any:
        return shapes.shown(rows)


class PaymentOne(_Payments, One):
    """
    One payment; while it waits to be confirmed, with what a browser confirms it with.

    That is for those who may take payments.
    """

    shape = shapes.TakenShape

    def shown(self, row: Any) -> Any:
        secret = None
        if row.promised and row.status in payment_intents.TO_CONFIRM:
            secret = self._secret(row)
            row = self.rows().get(pk=row.pk)
        return with_secret(shapes.shown_one(row), secret)

    def _secret(self, payment: Payment) -> str | None:
        where = (payment.organization_id, payment.property_id)
        if not hotel.may(self.request.user, Right.TAKE_PAYMENTS, *where):
            return None
        try:
            return payment_intents.client_secret(payment=payment, by=self.request.user)
        except Refused:  # the account was let go, or no key is set
            return None


def with_secret(shown: dict[str, Any], secret: str | None) -> dict[str, Any]:
    """Return a payment as it is shown with what a browser confirms it with."""
    key = settings.STRIPE_PUBLISHABLE_KEY if secret else ""
    return shown | {"client_secret": secret, "publishable_key": key or None}


class _Refunds(Address):
    """The refunds of a hotel group."""

    def rows(self) -> QuerySet[Any]:
        found: QuerySet[Any] = self.visible(Refund.objects.filter(_KNOWN))
        return found.select_related(*shapes.WITH)

    def _shown(self, rows: list[Any]) -> Any:
        payments = Payment.objects.filter(pk__in={row.payment_id for row in rows})
        return shapes.shown_refunds(rows, entries_of(payments))


class Refunds(_Refunds, Listing):
    """What went back to guests, the newest first."""

    shape = shapes.RefundShape
    filters = {"stripe_id": with_stripe_id, "reservation": hotel.of_booking}

    def shown(self, rows: list[Any]) -> Any:
        return self._shown(rows)


class RefundOne(_Refunds, One):
    """One refund."""

    shape = shapes.RefundShape

    def shown(self, row: Any) -> Any:
        return self._shown([row])[0]


class _Unmatched(Address):
    """Payments without a booking."""

    def rows(self) -> QuerySet[Any]:
        found = unmatched.waiting(self.request.user).filter(organization=self.organization.id)
        return found.select_related(*shapes.WITH)

    def _shown(self, rows: list[Any]) -> Any:
        listed = entries_of(rows)
        suggested = unmatched.suggest(listed, self.request.user)
        context = {"suggestions": suggested} | shapes.links_of(rows)
        return shapes.UnmatchedShape(listed, many=True, context=context).data


class Unmatched(_Unmatched, Listing):
    """Money that came without a booking, each with the bookings that it may be for."""

    shape = shapes.UnmatchedShape
    filters = {"stripe_id": with_stripe_id}

    def shown(self, rows: list[Any]) -> Any:
        return self._shown(rows)


class UnmatchedOne(_Unmatched, One):
    """One payment without a booking."""

    shape = shapes.UnmatchedShape

    def shown(self, row: Any) -> Any:
        return self._shown([row])[0]


class _OfPayment(_Payments, Known, Asking):
    """Something that is done with a payment."""

    shape = shapes.PaymentShape

    def shown(self, row: Any) -> Any:
        return shapes.shown_one(self.rows().get(pk=row.pk))

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        return self.told(made[0])

    def told(self, request: OutgoingRequest | None) -> Response:
        """Return the payment; while Stripe has not decided, as promised."""
        if request is not None and request.state == OutgoingRequest.State.REFUSED:
            outcome.refuse(request, about=self.thing)
        shown = self.shown(self.thing)
        if request is None or request.is_decided:
            return Response(shown)
        return Response(shown | {"status": PROMISED}, status=202)


class Attach(_OfPayment):
    """Say which booking a payment is for."""

    sends = {"POST": bodies.Attach}

    def act(self) -> Response:
        found = self.reservation(self.body()["reservation"])
        unmatched.attach(payment=self.thing, reservation=found, by=self.request.user)
        return self.told(None)


class Detach(_OfPayment):
    """Take back that somebody attached a payment by hand."""

    def act(self) -> Response:
        unmatched.detach(payment=self.thing, by=self.request.user)
        return self.told(None)


class Capture(_OfPayment):
    """Take money that is held; the rest of the hold is let go."""

    sends = {"POST": bodies.Capture}
    kinds = ("capture",)

    def act(self) -> Response:
        sent = self.sent_in(self.thing.currency)
        held = holds.capture(payment=self.thing, amount=sent.get("amount"), by=self.request.user)
        return self.told(payment_intents.changing(held))


class Cancel(_OfPayment):
    """Let go of a hold, or end a payment that is under way."""

    kinds = ("cancel",)

    def act(self) -> Response:
        held = payment_intents.cancel(payment=self.thing, by=self.request.user)
        return self.told(payment_intents.changing(held))


class TakePayment(OfStay, Asking):
    """Begin a payment that the guest confirms in a browser."""

    sends = {"POST": bodies.TakePayment}
    shape = shapes.TakenShape
    status = 201
    kinds = ("payment",)

    def act(self) -> Response:
        sent = self.sent_in(self.thing.currency)
        begun = payment_intents.take(booking=self.thing, **sent, by=self.request.user)
        shown = shapes.shown_new(begun.payment, self.thing)
        return self._answer(shown, begun.client_secret)

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        payment = self._payment(made[0].about)
        if made[0].state == OutgoingRequest.State.REFUSED:
            outcome.refuse(made[0], about=payment)
        return self._told(payment, self._secret(payment))

    def again(self, answer: dict[str, Any]) -> dict[str, Any]:
        return answer | {"client_secret": self._secret(self._payment(answer["id"]))}

    def _payment(self, id: Any) -> Payment:
        found: Payment = Payment.objects.select_related(*shapes.WITH).get(pk=id)
        return found

    def _secret(self, payment: Payment) -> str | None:
        try:
            return payment_intents.client_secret(payment=payment, by=self.request.user)
        except payment_intents.NotToConfirm:
            return None

    def _told(self, payment: Payment, secret: str | None) -> Response:
        return self._answer(shapes.shown_one(payment), secret)

    def _answer(self, shown: dict[str, Any], secret: str | None) -> Response:
        status = 202 if shown["status"] == PROMISED else 201
        return Response(with_secret(shown, secret), status=status)


class Charge(OfStay, Asking):
    """
    Charge a card on file, the guest absent.

    Where the guest's bank asks for the guest, the answer says so, and a link is on its way to them.
    """

    sends = {"POST": bodies.Charge}
    shape = shapes.PaymentShape
    status = 201
    kinds = ("payment",)

    def act(self) -> Response:
        sent = self.sent_in(self.thing.currency)
        sent["payment_method"] = card_of(self.thing, sent["payment_method"])
        made = additional_charges.charge(booking=self.thing, **sent, by=self.request.user)
        return self._told(made)

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        payment = Payment.objects.get(pk=made[0].about)
        refused = made[0].state == OutgoingRequest.State.REFUSED
        if refused and not payment.waits_for_guest:
            outcome.refuse(made[0], about=payment)
        return self._told(payment)

    def _told(self, payment: Payment) -> Response:
        shown = shapes.shown_one(payment)
        return Response(shown, status=202 if payment.status == PROMISED else 201)


class MakePayLink(OfStay, Asking):
    """Make a link by which the guest pays; mailed to them unless one says no."""

    sends = {"POST": bodies.PayLink}
    shape = shapes.PayLinkShape
    status = 201

    def act(self) -> Response:
        sent = self.sent_in(self.thing.currency)
        link, url = pay_links.make(booking=self.thing, **sent, by=self.request.user)
        shown = {**shapes.PayLinkShape(link).data, "url": self.request.build_absolute_uri(url)}
        return Response(shown, status=201)

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        return self.act()

    def again(self, answer: dict[str, Any]) -> dict[str, Any]:
        return answer | {"url": None}


class IssueRefunds(OfStay, Asking):
    """Give a guest money back."""

    sends = {"POST": bodies.Refund}
    shape = shapes.RefundsShape
    status = 201
    kinds = ("refund",)

    def act(self) -> Response:
        sent = self.sent_in(self.thing.currency)
        parts = sent.pop("payments", None)
        if parts is not None:
            parts = [refunds.Part(part["payment"], part["amount"]) for part in parts]
            self._find({part.payment for part in parts})
        made = refunds.issue(booking=self.thing, parts=parts, **sent, by=self.request.user)
        return self._told(made)

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        if all(request.state == OutgoingRequest.State.REFUSED for request in made):
            outcome.refuse(made[0])
        found = Refund.objects.in_bulk([request.about for request in made])
        return self._told([found[request.about] for request in made])

    def _find(self, payments: set[UUID]) -> None:
        """
        See that all these payments are there.

        :raises NotFound: one is not, or not for this person.
        """
        if self.visible(Payment.objects.filter(pk__in=payments)).count() != len(payments):
            raise NotFound

    def _told(self, rows: Sequence[Refund]) -> Response:
        shown = shapes.RefundsShape({"refunds": rows}, context={"booking": self.thing}).data
        status = 202 if any(refund.status == PROMISED for refund in rows) else 201
        return Response(shown, status=status)
