"""What threatens money that came: disputes, fraud warnings, reviews."""

import builtins
from typing import ClassVar

from django.conf import settings
from django.db import models

from payments.merge import Frozen, Min, Once, Or, Register
from payments.models.attachments import Attachment
from payments.models.base import (
    BookingRecord,
    flag,
    moment,
    money,
    of_organization,
    one_per_account,
    stripe_id,
    text,
    time_ordered_id,
    unknown,
)
from payments.models.payments import Charge, PaymentTransaction

_OF_A_CHARGE: dict[str, str] = {
    "payment": "stripe_payment_intent_id",
    "charge": "stripe_charge_id",
}


class OfACharge(BookingRecord):
    """Something that is about one charge, and so about one payment."""

    PARENTS: ClassVar[dict[str, str]] = _OF_A_CHARGE

    payment = models.ForeignKey(
        PaymentTransaction,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
    )
    charge = models.ForeignKey(
        Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)ss"
    )
    stripe_payment_intent_id = stripe_id()
    stripe_charge_id = stripe_id()

    class Meta:
        abstract = True


_OVER = ("won", "lost", "warning_closed", "prevented")
_WAITING = ("warning_needs_response", "needs_response", "appeal_needs_response")
_UNDER_REVIEW = ("warning_under_review", "under_review", "appeal_under_review")
_UNKNOWN = unknown([*_OVER, *_WAITING, *_UNDER_REVIEW])


class Dispute(OfACharge):
    """A cardholder asks the bank for the money back; the hotel may answer until a day."""

    OVER = _OVER
    WAITING = _WAITING
    UNKNOWN_STATUS: ClassVar[models.Q] = _UNKNOWN

    MERGE: ClassVar[Frozen] = Frozen(
        status=Register(),  # no lattice: a lost one may be appealed
        stripe_charge_id=Once(),
        stripe_payment_intent_id=Once(),
        currency=Once(),
        amount=Register(),
        reason=Register(),
        network_reason_code=Register(),
        evidence_due_by=Register(),
        has_evidence=Register(),
        submission_count=Register(),
        is_charge_refundable=Register(),
        appealed=Or(),
        occurred_at=Min(),
    )

    stripe_id = models.CharField(max_length=255, db_column="stripe_dispute_id")
    status = text(50)
    amount = money()
    currency = text(3)
    reason = text(100)
    network_reason_code = text(50)
    evidence_due_by = moment()
    has_evidence = models.BooleanField(null=True, blank=True)
    submission_count = models.IntegerField(null=True, blank=True)
    is_charge_refundable = models.BooleanField(null=True, blank=True)
    appealed = flag()

    class Meta:
        db_table = "disputes"
        ordering = ["-id"]
        constraints = [one_per_account("dispute_is_unique_in_account")]
        indexes = [
            of_organization("disputes_of_organization"),
            models.Index(fields=["evidence_due_by"], name="disputes_by_deadline"),
            models.Index(fields=["status"], condition=_UNKNOWN, name="disputes_of_unknown_status"),
        ]

    @builtins.property
    def is_open(self) -> bool:
        """Whether a bank still has to decide; an inquiry counts."""
        return self.seen and self.status not in self.OVER

    @builtins.property
    def needs_response(self) -> bool:
        """Whether the hotel is asked for evidence now."""
        return self.status.endswith("needs_response")


class EvidencePack(models.Model):
    """What a hotel answers to a dispute: what staff wrote over what was composed, and its files."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="pack")
    draft = models.JSONField(default=dict)  # Stripe's evidence name → text; empty: say nothing
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    staged_at = models.DateTimeField(null=True, blank=True)  # Stripe has it, the bank has not
    submitted_at = models.DateTimeField(null=True, blank=True)  # handed in for good

    class Meta:
        db_table = "evidence_packs"

    def __str__(self) -> str:
        return f"Evidence for {self.dispute_id}"


class EvidenceFile(models.Model):
    """One file of a pack, under the name that Stripe has for what it shows."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    pack = models.ForeignKey(EvidencePack, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=50)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    stripe_file_id = stripe_id()  # empty until Stripe has it

    class Meta:
        db_table = "evidence_files"
        constraints = [
            models.UniqueConstraint(fields=["pack", "name"], name="evidence_has_one_file_a_name")
        ]

    def __str__(self) -> str:
        return self.name


class EarlyFraudWarning(OfACharge):
    """A card network's word that a payment is probably fraudulent, before any dispute."""

    MERGE: ClassVar[Frozen] = Frozen(
        stripe_charge_id=Once(),
        stripe_payment_intent_id=Once(),
        fraud_type=Register(),  # banks make it more precise
        actionable=Register(),
        occurred_at=Min(),
    )

    fraud_type = text(100)
    actionable = models.BooleanField(null=True, blank=True)

    class Meta:
        db_table = "early_fraud_warnings"
        ordering = ["-id"]
        verbose_name = "fraud warning"
        constraints = [one_per_account("early_fraud_warning_is_unique_in_account")]
        indexes = [of_organization("warnings_of_organization")]


class Review(OfACharge):
    """A payment that Stripe wants somebody to look at."""

    MERGE: ClassVar[Frozen] = Frozen(
        stripe_charge_id=Once(),
        stripe_payment_intent_id=Once(),
        closed=Or(),
        reason=Register(),
        opened_reason=Register(),
        closed_reason=Once(),
        occurred_at=Min(),
    )

    closed = flag()
    reason = text(100)
    opened_reason = text(100)
    closed_reason = text(100)

    class Meta:
        db_table = "reviews"
        ordering = ["-id"]
        constraints = [one_per_account("review_is_unique_in_account")]
        indexes = [of_organization("reviews_of_organization")]

    @builtins.property
    def is_open(self) -> bool:
        """Whether somebody should still look."""
        return self.seen and not self.closed
