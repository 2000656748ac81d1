"""A booking's canonical money state, as `payment_state` prints it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from payments.folio.entries import Entry, captured
from payments.hotel import Booking
from payments.models import (
    Charge,
    Dispute,
    DisputeMovement,
    EarlyFraudWarning,
    Payment,
    Refund,
    Review,
)


def of(
    booking: Booking, figures: Mapping[str, int | str], entries: Sequence[Entry]
) -> dict[str, Any]:
    """
    Return the money state: no clock, no ids of ours, lists in the order of Stripe's ids.

    What is known only because another object names it is not listed until it was seen itself.
    """

    def seen(kind: str) -> list[Any]:
        return [row for entry in entries for row in getattr(entry, kind) if row.seen]

    return {
        "reservation": booking.code,
        "organization": booking.organization,
        "property": booking.property,
        "currency": booking.currency,
        "total": booking.total,
        "paid_elsewhere": booking.paid_elsewhere,
        **figures,
        "transactions": _sorted(
            [_payment_line(e.payment) for e in entries if e.payment.seen]
            + [
                _refund_line(refund, release=e.is_release(refund))
                for e in entries
                for refund in e.refunds
                if refund.seen
            ]
            + [_movement_line(line) for line in seen("dispute_movements")]
        ),
        "charges": _sorted(map(_charge_line, seen("charges"))),
        "disputes": _sorted(map(_dispute_line, seen("disputes"))),
        "fraud_warnings": _sorted(map(_warning_line, seen("early_fraud_warnings"))),
        "reviews": _sorted(map(_review_line, seen("reviews"))),
    }


def _payment_line(payment: Payment) -> dict[str, Any]:
    return {
        "type": "payment",
        "stripe_id": payment.stripe_id,
        "purpose": payment.purpose,
        "amount": payment.amount,
        "received": payment.amount_received or 0,
        "status": payment.status,
        "currency": payment.currency,
    }


def _refund_line(refund: Refund, *, release: bool) -> dict[str, Any]:
    return {
        "type": "refund",
        "stripe_id": refund.stripe_id,
        "amount": refund.amount,
        "status": refund.status,
        "currency": refund.currency,
        "release": release,
    }


def _charge_line(charge: Charge) -> dict[str, Any]:
    return {
        "stripe_id": charge.stripe_id,
        "status": charge.status,
        "captured": charge.captured,
        "amount": charge.amount,
        "amount_captured": captured(charge),
        "failure_code": charge.failure_code,
    }


def _movement_line(line: DisputeMovement) -> dict[str, Any]:
    return {
        "type": "dispute",
        "stripe_id": line.stripe_id,
        "amount": line.amount,
        "currency": line.currency,
    }


def _dispute_line(dispute: Dispute) -> dict[str, Any]:
    return {
        "stripe_id": dispute.stripe_id,
        "status": dispute.status,
        "reason": dispute.reason,
        "amount": dispute.amount,
    }


def _warning_line(warning: EarlyFraudWarning) -> dict[str, Any]:
    return {
        "stripe_id": warning.stripe_id,
        "fraud_type": warning.fraud_type,
        "actionable": warning.actionable,
    }


def _review_line(review: Review) -> dict[str, Any]:
    return {"stripe_id": review.stripe_id, "open": not review.closed}


def _sorted(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return these lines in the order of Stripe ids, with None for what Stripe has not told."""
    told = [
        {name: None if value == "" else value for name, value in line.items()} for line in lines
    ]
    return sorted(told, key=lambda line: str(line["stripe_id"]))
