"""Payments and refunds; money that came without a booking."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.response import Response

from payments import hotel
from payments.api import bodies
from payments.api.shapes import payments as shapes
from payments.api.views.base import Address, Asking, Known, Listing, One, with_stripe_id
from payments.models import OutgoingRequest, Payment, PaymentTransaction, Refund
from payments.operations.payments import unmatched

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
    """One payment."""

    shape = shapes.PaymentShape

    def shown(self, row: Any) -> Any:
        return shapes.shown_one(row)


class _Refunds(Address):
    """The refunds of a hotel group."""

    def rows(self) -> QuerySet[Any]:
        found: QuerySet[Any] = self.visible(Refund.objects.filter(_KNOWN))
        return found.select_related(*shapes.WITH)


class Refunds(_Refunds, Listing):
    """What went back to guests, the newest first."""

    shape = shapes.RefundShape
    filters = {"stripe_id": with_stripe_id, "reservation": hotel.of_booking}

    def shown(self, rows: list[Any]) -> Any:
        return shapes.RefundShape(rows, many=True).data


class RefundOne(_Refunds, One):
    """One refund."""

    shape = shapes.RefundShape

    def shown(self, row: Any) -> Any:
        return shapes.RefundShape(row).data


class _Unmatched(Address):
    """Payments without a booking."""

    def rows(self) -> QuerySet[Any]:
        found = unmatched.waiting(self.request.user).filter(organization=self.organization.id)
        return found.select_related(*shapes.WITH)

    def _shown(self, rows: list[Any]) -> Any:
        listed = shapes.with_all(rows)
        suggested = unmatched.suggest(listed, self.request.user)
        return shapes.UnmatchedShape(listed, many=True, context={"suggestions": suggested}).data


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
        return Response(self.shown(self.thing))


class Attach(_OfPayment):
    """Say which booking a payment is for."""

    sends = {"POST": bodies.Attach}

    def act(self) -> Response:
        found = self.reservation(self.body()["reservation"])
        unmatched.attach(payment=self.thing, reservation=found, by=self.request.user)
        return Response(self.shown(self.thing))


class Detach(_OfPayment):
    """Take back that somebody attached a payment by hand."""

    def act(self) -> Response:
        unmatched.detach(payment=self.thing, by=self.request.user)
        return Response(self.shown(self.thing))
