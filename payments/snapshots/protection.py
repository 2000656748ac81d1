"""Disputes and the money they move, early fraud warnings, reviews."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from payments.errors import Malformed
from payments.reading import Reader


@dataclass(frozen=True, slots=True)
class DisputeSnapshot:
    """A dispute: a cardholder asks the bank for the money back."""

    kind: ClassVar[str] = "dispute"
    whole: ClassVar[bool] = True
    stripe_id: str
    status: str
    tie: int
    stripe_charge_id: str
    stripe_payment_intent_id: str
    amount: int | None
    currency: str
    reason: str
    network_reason_code: str
    evidence_due_by: datetime | None
    has_evidence: bool | None
    submission_count: int | None
    is_charge_refundable: bool | None
    appealed: bool | None
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class MovementSnapshot:
    """Money that a dispute took or gave back: one balance transaction."""

    kind: ClassVar[str] = "dispute_movement"
    whole: ClassVar[bool] = True
    stripe_id: str
    stripe_dispute_id: str
    stripe_charge_id: str
    stripe_payment_intent_id: str
    amount: int | None
    currency: str
    fee: int | None
    reason: str
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class EarlyFraudWarningSnapshot:
    """A card network's word that a payment is probably fraudulent."""

    kind: ClassVar[str] = "early_fraud_warning"
    whole: ClassVar[bool] = True
    stripe_id: str
    stripe_charge_id: str
    stripe_payment_intent_id: str
    fraud_type: str
    actionable: bool | None
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewSnapshot:
    """A payment that Stripe wants somebody to look at."""

    kind: ClassVar[str] = "review"
    whole: ClassVar[bool] = True
    stripe_id: str
    stripe_charge_id: str
    stripe_payment_intent_id: str
    closed: bool | None
    reason: str
    opened_reason: str
    closed_reason: str
    occurred_at: datetime | None


# Not a lattice: an inquiry may become a chargeback, and a lost one an appeal. Within one second the
# one further on is the later one.
_DISPUTE_TIES = {
    "warning_needs_response": 0,
    "warning_under_review": 1,
    "warning_closed": 2,
    "needs_response": 3,
    "under_review": 4,
    "lost": 5,
    "appeal_needs_response": 6,
    "appeal_under_review": 7,
    "won": 8,
    "prevented": 8,
}


# Before 2015: a question, and a case that ended because the hotel gave the money back.
_OLD_STATUSES = {
    "preliminary_inquiry_needs_response": "warning_needs_response",
    "preliminary_inquiry_under_review": "warning_under_review",
    "charge_refunded": "warning_closed",
}


def dispute(given: dict[str, Any]) -> DisputeSnapshot:
    """
    Return what a dispute shows. Before 2014 it had no id of its own: its charge's is taken.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("dispute", given)
    stripe_id = read.ref("id") or read.ref("charge")
    if not stripe_id:
        raise Malformed("The dispute has no id.")
    details = read.at("evidence_details")
    status = read.text("status", 50)
    status = _OLD_STATUSES.get(status, status)
    return DisputeSnapshot(
        stripe_id=stripe_id,
        status=status,
        tie=_DISPUTE_TIES.get(status, 9),
        stripe_charge_id=read.ref("charge"),
        stripe_payment_intent_id=read.ref("payment_intent"),
        amount=read.amount("amount"),
        currency=read.currency(),
        reason=read.text("reason", 100),
        network_reason_code=read.text("network_reason_code", 50)
        or read.at("payment_method_details", "card").text("network_reason_code", 50),
        evidence_due_by=details.time("due_by") or read.time("evidence_due_by"),
        has_evidence=details.flag("has_evidence"),
        submission_count=details.small("submission_count"),
        is_charge_refundable=read.flag("is_charge_refundable"),
        appealed=status.startswith("appeal_") or None,
        occurred_at=read.time("created"),
    )


def movements(given: dict[str, Any]) -> list[MovementSnapshot]:
    """
    Return what a dispute has moved so far: grows only, and is the only source of its money.

    :raises Malformed: a value makes no sense.
    """
    read = Reader(given)
    dispute_id = read.ref("id") or read.ref("charge")
    found = []
    for each in read.each("balance_transactions"):
        line = Reader(each)
        if not line.ref("id"):
            continue  # an id alone says no amount
        found.append(
            MovementSnapshot(
                stripe_id=line.own_id(),
                stripe_dispute_id=dispute_id,
                stripe_charge_id=read.ref("charge"),
                stripe_payment_intent_id=read.ref("payment_intent"),
                amount=line.amount("amount", signed=True),
                currency=line.currency(),
                fee=line.amount("fee", signed=True),
                reason=line.text("reporting_category", 100) or line.text("type", 100),
                occurred_at=line.time("created"),
            )
        )
    return found


def early_fraud_warning(given: dict[str, Any]) -> EarlyFraudWarningSnapshot:
    """
    Return what an early fraud warning shows.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("radar.early_fraud_warning", given)
    return EarlyFraudWarningSnapshot(
        stripe_id=read.own_id(),
        stripe_charge_id=read.ref("charge"),
        stripe_payment_intent_id=read.ref("payment_intent"),
        fraud_type=read.text("fraud_type", 100),
        actionable=read.flag("actionable"),
        occurred_at=read.time("created"),
    )


def review(given: dict[str, Any]) -> ReviewSnapshot:
    """
    Return what a review shows.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("review", given)
    return ReviewSnapshot(
        stripe_id=read.own_id(),
        stripe_charge_id=read.ref("charge"),
        stripe_payment_intent_id=read.ref("payment_intent"),
        closed=read.flag("open") is False or None,
        reason=read.text("reason", 100),
        opened_reason=read.text("opened_reason", 100),
        closed_reason=read.text("closed_reason", 100),
        occurred_at=read.time("created"),
    )
