"""What moved, or tried to move, between a guest and a hotel."""

from collections.abc import Collection
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from payments.api.shapes.fields import Amount, Day, Moment, OfBooking, Own, Text
from payments.folio import Entry, captured
from payments.hotel import Booking
from payments.models import PayLink, Payment, Refund
from payments.models.payments import Purpose
from payments.operations.payments.unmatched import Suggestion
from payments.records.bookings import entries_of

WITH = ("property", "reservation")  # what shapes read of other rows


class ChargeShape(Own):
    """One attempt to take a payment."""

    status = Text()
    amount = Amount()
    amount_captured = serializers.SerializerMethodField()
    captured = serializers.BooleanField()
    currency = Text()
    payment_method = Text(help_text="Its type: card, sepa_debit …")
    brand = Text()
    last4 = Text()
    failure_code = Text()
    failure_reason = Text()
    risk_level = Text()
    capture_before = Moment()
    receipt_url = Text()
    fee = Amount()
    net = Amount()
    created_at = Moment(source="occurred_at")

    def get_amount_captured(self, row: Any) -> int:
        return captured(row)


class RefundShape(OfBooking):
    """Money on its way back to the guest."""

    payment = serializers.UUIDField(source="payment_id", allow_null=True)
    status = Text()
    amount = Amount()
    currency = Text()
    reason = Text()
    failure_reason = Text()
    release = serializers.SerializerMethodField(
        help_text="It only lets a hold go: nothing went back to the guest."
    )
    created_at = Moment(source="occurred_at")

    def get_release(self, row: Refund) -> bool:
        return row.pk in self.context.get("releases", ())


class RefundsShape(serializers.Serializer[Any]):
    """The refunds that came of one request."""

    refunds = RefundShape(many=True)


class MailedLinkShape(serializers.Serializer[Any]):
    """The link by which the guest was asked to confirm a payment."""

    id = serializers.UUIDField()
    sent_to = Text()
    expires_at = Moment()


class PayLinkShape(MailedLinkShape):
    """A link by which a guest pays one amount; its address is told this once."""

    reservation = serializers.CharField(source="reservation.code")
    amount = Amount()
    currency = serializers.CharField()
    purpose = serializers.CharField()
    url = serializers.URLField(read_only=True, allow_null=True)


class PaymentShape(OfBooking):
    """Money on its way from a guest to a hotel, as a folio's entry has it."""

    status = Text()
    purpose = serializers.SerializerMethodField()
    amount = Amount()
    amount_received = serializers.SerializerMethodField()
    amount_capturable = serializers.SerializerMethodField()
    currency = Text()
    refundable = serializers.SerializerMethodField()
    capture_method = Text()
    payment_method = Text(help_text="Its type: card, sepa_debit …")
    failure_code = Text()
    failure_reason = Text()
    cancellation_reason = Text()
    canceled_at = Moment()
    created_at = Moment(source="occurred_at")
    requires_action = serializers.SerializerMethodField(
        help_text="The guest's bank asks for something that the guest alone can do."
    )
    pay_link = serializers.SerializerMethodField(help_text="By which the guest was asked to.")
    charges = serializers.SerializerMethodField()
    refunds = serializers.SerializerMethodField()

    def to_representation(self, instance: Entry) -> Any:
        self.entry = instance
        return super().to_representation(instance.payment)

    def get_purpose(self, row: Payment) -> str:
        return row.purpose or Purpose.RESERVATION_PAYMENT

    def get_amount_received(self, row: Payment) -> int:
        return row.amount_received or 0

    def get_amount_capturable(self, row: Payment) -> int:
        return self.entry.authorized

    def get_refundable(self, row: Payment) -> int:
        return sum(self.entry.refundable(charge) or 0 for charge in self.entry.charges)

    def get_requires_action(self, row: Payment) -> bool:
        asked = row.failure_code == "authentication_required"
        return row.status == "requires_action" or (
            asked and row.status == "requires_payment_method"
        )

    @extend_schema_field(MailedLinkShape(allow_null=True))
    def get_pay_link(self, row: Payment) -> Any:
        link = self.context["links"].get(row.pk)
        return MailedLinkShape(link).data if link else None

    @extend_schema_field(ChargeShape(many=True))
    def get_charges(self, row: Payment) -> Any:
        return ChargeShape([charge for charge in self.entry.charges if charge.seen], many=True).data

    @extend_schema_field(RefundShape(many=True))
    def get_refunds(self, row: Payment) -> Any:
        for refund in self.entry.refunds:
            refund.property, refund.reservation = row.property, row.reservation
        return shown_refunds(self.entry.refunds, [self.entry])


class TakenShape(PaymentShape):
    """A payment, and what a browser confirms it with while it waits for that."""

    client_secret = serializers.CharField(read_only=True, allow_null=True)
    publishable_key = serializers.CharField(read_only=True, allow_null=True)


class SuggestionShape(serializers.Serializer[Any]):
    """A booking that money without a hint may be for."""

    reservation = serializers.CharField(source="booking.code")
    guest = Text(source="booking.guest")
    property = Text(source="booking.house", help_text="The name of the house.")
    arrival = Day(source="booking.arrival")
    departure = Day(source="booking.departure")
    owed = Amount(source="booking.owed")
    why = serializers.CharField()


class UnmatchedShape(PaymentShape):
    """Money that came without a booking."""

    suggestions = serializers.SerializerMethodField()

    @extend_schema_field(SuggestionShape(many=True))
    def get_suggestions(self, row: Payment) -> Any:
        found: list[Suggestion] = self.context["suggestions"][row.pk]
        return SuggestionShape(found, many=True).data


def shown(payments: Collection[Payment]) -> Any:
    """Return payments as they are shown."""
    return PaymentShape(entries_of(payments), many=True, context=links_of(payments)).data


def shown_new(payment: Payment, booking: Booking) -> dict[str, Any]:
    """Return a payment of a booking as it is shown that was just begun: it is all there is yet."""
    context = {"links": {}, "booking": booking}
    found: dict[str, Any] = PaymentShape(Entry(payment), context=context).data
    return found


def links_of(payments: Collection[Payment]) -> dict[str, Any]:
    """Return the newest link to each of these payments, as their shape looks for it."""
    rows = PayLink.objects.filter(payment__in=[payment.pk for payment in payments])
    return {"links": {link.payment_id: link for link in rows.order_by("id")}}


def shown_refunds(refunds: Collection[Refund], known: Collection[Entry]) -> Any:
    """
    Return refunds as they are shown.

    :param known: the entries of their payments, which tell whether they only let holds go.
    """
    releases = {each.pk for entry in known for each in entry.refunds if entry.is_release(each)}
    return RefundShape(refunds, many=True, context={"releases": releases}).data


def shown_one(payment: Payment) -> dict[str, Any]:
    """Return a payment as it is shown."""
    found: dict[str, Any] = shown([payment])[0]
    return found
