"""What moved, or tried to move, between a guest and a hotel."""

import builtins
from typing import Any, ClassVar

from django.db import models

from payments.merge import Frozen, Max, Min, Once, Or, Rank, Register, Union
from payments.models.base import (
    BookingRecord,
    flag,
    given,
    moment,
    money,
    one_per_account,
    stripe_id,
    text,
    unknown,
)


class Purpose(models.TextChoices):
    """What a payment is for: the `type` in its metadata."""

    RESERVATION_PAYMENT = "reservation_payment"
    DEPOSIT = "deposit"
    HOLD = "hold"
    EXTRA_CHARGE = "extra_charge"
    DAMAGE_CHARGE = "damage_charge"


EXTRAS = (Purpose.EXTRA_CHARGE, Purpose.DAMAGE_CHARGE)


_PAYMENT_STATUS = Rank(  # failure goes back to requires_payment_method, so only the end is final
    "requires_payment_method requires_confirmation requires_action processing"
    " requires_capture pending",
    "succeeded canceled failed",
    excludes="succeeded canceled failed",
)
# The guest's bank may send a refund back after it succeeded, never the reverse.
_REFUND_STATUS = Rank("pending requires_action", "succeeded", "failed canceled")
_CHARGE_STATUS = Rank("pending", "succeeded failed", excludes="succeeded failed")

_UNKNOWN = unknown([*_PAYMENT_STATUS.values, *_REFUND_STATUS.values])
_UNKNOWN_OF_CHARGE = unknown(_CHARGE_STATUS.values)


class PaymentTransaction(BookingRecord):
    """
    One line of a booking's money: a payment, a refund, or a movement of a dispute.

    One table, as the owner's plan has it; `Payment`, `Refund` and `DisputeMovement` are
    its readings.
    """

    class Type(models.TextChoices):
        PAYMENT = "payment"
        REFUND = "refund"
        DISPUTE = "dispute"

    class BoundBy(models.TextChoices):
        PROMISE = "promise", "Our own request"
        STAFF = "staff", "Staff"
        METADATA = "metadata", "The payment's metadata"

    type = models.CharField(max_length=50, choices=Type)
    stripe_payment_intent_id = stripe_id()
    stripe_refund_id = stripe_id()
    amount = money()
    currency = text(3)
    status = text(50)
    payment_method = text(50)  # card, sepa_debit, customer_balance …
    failure_code = text(100)
    failure_reason = text(500)
    reason = text(100)

    # A payment's
    purpose = text(255)
    metadata = models.JSONField(null=True, blank=True)  # the hints that we read, nothing else
    bound_by = text(20, choices=BoundBy)
    amount_received = money()
    amount_capturable = money()
    amount_remaining = money()  # of a bank transfer that comes in parts
    capture_method = text(50)
    latest_charge = stripe_id()
    stripe_customer_id = stripe_id()
    stripe_payment_method_id = stripe_id()
    failed_charges = models.JSONField(null=True, blank=True)
    canceled_at = moment()
    cancellation_reason = text(100)
    off_session = flag()  # we charged a card on file, the guest absent

    # A refund's, and a dispute movement's
    payment = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    charge = models.ForeignKey(
        "payments.Charge",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="refunds",
    )
    stripe_charge_id = stripe_id()
    balance_transaction = stripe_id()
    failure_balance_transaction = stripe_id()
    stripe_dispute_id = stripe_id()
    fee = money()  # what the bank kept for the dispute

    @builtins.property
    def promised(self) -> bool:
        """Whether we asked Stripe to make it, or are about to."""
        return self.bound_by == self.BoundBy.PROMISE

    UNKNOWN_STATUS: ClassVar[models.Q] = _UNKNOWN

    # `waits_for_guest`, as a database asks for it.
    WAITS_FOR_GUEST: ClassVar[models.Q] = models.Q(off_session=True) & (
        models.Q(status="requires_action")
        | models.Q(status="requires_payment_method", failure_code="authentication_required")
    )

    @builtins.property
    def waits_for_guest(self) -> bool:
        """Whether a card on file was charged, and its bank wants to hear from the guest."""
        if not self.off_session:
            return False
        asked = self.failure_code == "authentication_required"
        return self.status == "requires_action" or (
            asked and self.status == "requires_payment_method"
        )

    class Meta:
        db_table = "payment_transactions"
        ordering = ["-id"]
        verbose_name = "payment or refund"
        verbose_name_plural = "payments and refunds"
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_id", "account", "livemode", "type"],
                condition=given(),
                name="payment_transaction_is_unique_in_account",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_received__gte=0) | models.Q(amount_received=None),
                name="amount_received_is_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="transactions_of_organization"),
            models.Index(
                fields=["organization", "-id"],
                condition=models.Q(type="payment", reservation=None, seen=True),
                name="unmatched_payments",
            ),
            models.Index(
                fields=["type"],
                condition=_UNKNOWN,
                name="transactions_of_unknown_status",
            ),
            models.Index(
                fields=["status"],
                condition=models.Q(off_session=True),
                name="payments_off_session",
            ),
            models.Index(
                fields=["stripe_customer_id"],
                condition=~models.Q(stripe_customer_id=""),
                name="payments_of_customer",
            ),
            models.Index(
                fields=["stripe_payment_method_id"],
                condition=models.Q(status="requires_capture"),
                name="holds_by_payment_method",
            ),
            models.Index(
                fields=["organization", "occurred_at"],
                condition=models.Q(type="refund", status="succeeded"),
                name="refunds_by_day",
            ),
        ]


class _OfType(models.Manager[Any]):
    """The lines of one type."""

    def __init__(self, type: str) -> None:
        super().__init__()
        self.type = type

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(type=self.type)


class Payment(PaymentTransaction):
    """
    Money on its way from a guest to a hotel: one PaymentIntent.

    Or one charge that no PaymentIntent stands behind, under the charge's id and with its status.
    """

    MERGE: ClassVar[Frozen] = Frozen(
        status=_PAYMENT_STATUS,
        amount=Register(),
        currency=Register(),
        amount_received=Max(),
        amount_capturable=Register(),
        amount_remaining=Register(),
        capture_method=Register(),
        payment_method=Register(),
        latest_charge=Register(),
        stripe_customer_id=Register(),
        stripe_payment_method_id=Register(),
        failure_code=Register(),
        failure_reason=Register(),
        failed_charges=Union(),
        metadata=Register(),
        purpose=Register(),
        canceled_at=Once(),
        cancellation_reason=Once(),
        occurred_at=Min(),
    )

    objects: ClassVar[models.Manager[Any]] = _OfType(PaymentTransaction.Type.PAYMENT)

    class Meta:
        proxy = True

    @classmethod
    def identity(cls, stripe_id: str) -> dict[str, str]:
        return {"type": cls.Type.PAYMENT, "stripe_payment_intent_id": stripe_id}


class Refund(PaymentTransaction):
    """Money on its way back to the guest; or, of a hold let go, only said to be."""

    PARENTS: ClassVar[dict[str, str]] = {
        "payment": "stripe_payment_intent_id",
        "charge": "stripe_charge_id",
    }
    MERGE: ClassVar[Frozen] = Frozen(
        status=_REFUND_STATUS,
        amount=Once(),
        currency=Once(),
        stripe_charge_id=Once(),
        stripe_payment_intent_id=Once(),
        balance_transaction=Once(),
        failure_balance_transaction=Once(),
        failure_reason=Once(),
        reason=Once(),
        occurred_at=Min(),
    )

    objects: ClassVar[models.Manager[Any]] = _OfType(PaymentTransaction.Type.REFUND)

    class Meta:
        proxy = True

    @classmethod
    def identity(cls, stripe_id: str) -> dict[str, str]:
        return {"type": cls.Type.REFUND, "stripe_refund_id": stripe_id}


class DisputeMovement(PaymentTransaction):
    """Money that a dispute took from the hotel or gave back: one balance transaction."""

    PARENTS: ClassVar[dict[str, str]] = {
        "payment": "stripe_payment_intent_id",
        "charge": "stripe_charge_id",
    }
    MERGE: ClassVar[Frozen] = Frozen(
        amount=Once(),
        currency=Once(),
        fee=Once(),
        stripe_dispute_id=Once(),
        stripe_charge_id=Once(),
        stripe_payment_intent_id=Once(),
        reason=Once(),
        occurred_at=Min(),
    )

    objects: ClassVar[models.Manager[Any]] = _OfType(PaymentTransaction.Type.DISPUTE)

    class Meta:
        proxy = True

    @classmethod
    def identity(cls, stripe_id: str) -> dict[str, str]:
        return {"type": cls.Type.DISPUTE}


class Charge(BookingRecord):
    """One attempt to take a payment: how it went, with which card, at what risk."""

    UNKNOWN_STATUS: ClassVar[models.Q] = _UNKNOWN_OF_CHARGE
    PARENTS: ClassVar[dict[str, str]] = {"payment": "stripe_payment_intent_id"}
    PERSONAL: ClassVar[tuple[str, ...]] = ("receipt_url",)
    MERGE: ClassVar[Frozen] = Frozen(
        status=_CHARGE_STATUS,
        stripe_payment_intent_id=Once(),
        amount=Register(),
        currency=Once(),
        captured=Or(),
        amount_captured=Max(),
        disputed=Or(),
        expired=Or(),
        # What was given back goes both ways: a refund may fail.
        amount_refunded=Register(),
        refunded=Register(),
        balance_transaction=Register(),  # each of several captures may have its own
        payment_method=Register(),
        brand=Register(),
        last4=Register(),
        failure_code=Register(),
        failure_reason=Register(),
        risk_level=Register(),
        risk_score=Register(),
        network_status=Register(),
        seller_message=Register(),
        receipt_url=Register(),
        capture_before=Register(),
        occurred_at=Min(),
    )

    payment = models.ForeignKey(
        PaymentTransaction,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="charges",
    )
    stripe_payment_intent_id = stripe_id()
    status = text(50)
    amount = money()
    currency = text(3)
    captured = flag()
    amount_captured = money()
    amount_refunded = money()
    refunded = models.BooleanField(null=True, blank=True)
    disputed = flag()
    expired = flag()
    balance_transaction = stripe_id()
    fee = money()  # with net and its currency: known once the balance transaction has been read
    net = money()
    settlement_currency = text(3)
    payment_method = text(50)
    brand = text(50)
    last4 = text(4)
    failure_code = text(100)
    failure_reason = text(500)
    risk_level = text(50)
    risk_score = models.IntegerField(null=True, blank=True)
    network_status = text(50)
    seller_message = text(500)
    receipt_url = text(2000)
    capture_before = moment()  # when an authorization that nobody captures is gone
    erased_at = moment()

    class Meta:
        db_table = "charges"
        ordering = ["-id"]
        verbose_name = "attempt"
        constraints = [one_per_account("charge_is_unique_in_account")]
        indexes = [
            models.Index(fields=["organization", "-id"], name="charges_of_organization"),
            models.Index(
                fields=["status"], condition=_UNKNOWN_OF_CHARGE, name="charges_of_unknown_status"
            ),
            models.Index(fields=["last4", "-id"], name="charges_by_last4"),
            models.Index(fields=["organization", "occurred_at"], name="charges_by_day"),
            models.Index(
                fields=["capture_before"],
                condition=models.Q(captured=False, expired=False, status="succeeded"),
                name="authorizations_by_end",
            ),
        ]
