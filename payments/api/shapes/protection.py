"""What threatens money that came: disputes, fraud warnings, reviews."""

from rest_framework import serializers

from payments.api.shapes.fields import Amount, Flag, Moment, OfBooking, Text
from payments.models import Dispute


class _OfACharge(OfBooking):
    payment = serializers.UUIDField(source="payment_id", allow_null=True)
    charge = Text(source="stripe_charge_id", help_text="Stripe's id of the charge.")
    created_at = Moment(source="occurred_at")


class DisputeShape(_OfACharge):
    """A cardholder asks the bank for the money back."""

    status = Text()
    reason = Text()
    network_reason_code = Text()
    amount = Amount()
    currency = Text()
    evidence_due_by = Moment()
    has_evidence = Flag()
    submitted = serializers.SerializerMethodField()
    is_charge_refundable = Flag()

    def get_submitted(self, row: Dispute) -> bool:
        return bool(row.submission_count)


class FraudWarningShape(_OfACharge):
    """A card network's word that a payment is probably fraudulent."""

    fraud_type = Text()
    actionable = Flag()


class ReviewShape(_OfACharge):
    """A payment that Stripe wants somebody to look at."""

    open = serializers.BooleanField(source="is_open")
    reason = Text()
    opened_reason = Text()
    closed_reason = Text()
