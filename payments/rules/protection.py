"""What follows from a dispute, a fraud warning, or a review as it stands."""

from datetime import datetime
from typing import Any

from payments.effects import MANAGERS, Effects, alert, tell
from payments.folio import Entry
from payments.hotel import Booking
from payments.models import Dispute, EarlyFraudWarning, Review, Severity
from payments.words import protection as words


def follow(entry: Entry, booking: Booking | None, now: datetime) -> Effects:
    """What a hotel must hear about what threatens a payment."""
    for dispute in entry.disputes:
        if dispute.seen and not dispute.conflict:
            yield from _follow_dispute(dispute, entry, now)
    for warning in entry.early_fraud_warnings:
        if warning.seen and not warning.conflict:
            yield from _follow_warning(warning, entry, booking, now)
    for review in entry.reviews:
        if not review.conflict:
            yield from _follow_review(review, entry)


def _follow_dispute(dispute: Dispute, entry: Entry, now: datetime) -> Effects:
    """The evidence clock, the money, and how it ended."""
    charge = entry.charge_of(dispute)
    facts: dict[str, Any] = {
        "amount": None if dispute.amount is None else entry.claimed_by(dispute),
        "currency": entry.currency_of(dispute),
        "reason": dispute.reason,
        "inquiry": dispute.status.startswith("warning_"),
        "refunded": entry.refunded_of(charge),
        "refundable": entry.refundable(charge) if dispute.is_charge_refundable else 0,
    }
    due = dispute.evidence_due_by
    at = due.isoformat() if due else ""
    late = due is not None and due <= now
    if dispute.needs_response:
        kind = "evidence_missed" if late else "evidence_due"
        yield alert(kind, dispute, severity=Severity.CRITICAL, detail=at, at=at, **facts)
    if dispute.is_open:
        yield tell(
            "dispute_opened",
            dispute,
            to=MANAGERS,
            stands=True,
            at=at,
            answered=not dispute.needs_response,
            late=late,
            **facts,
        )
    else:
        held = entry.held_by(dispute)
        facts |= {
            "status": dispute.status,
            "back_is": words.back_is(dispute, entry),
            "held": held,
            "back": entry.claimed_by(dispute) - held,
        }
        yield alert(
            "dispute_closed",
            dispute,
            severity=Severity.WARNING if entry.is_lost(dispute) and held else Severity.INFO,
            detail=dispute.status,
            is_news=True,
            **facts,
        )
        yield tell("dispute_closed", dispute, to=MANAGERS, detail=dispute.status, **facts)
    for line in entry.movements_of(dispute):
        yield tell(
            "dispute_funds_moved",
            line,
            to=MANAGERS,
            amount=line.amount,
            currency=line.currency,
            fee=line.fee,
            dispute=dispute.stripe_id,
        )


def _follow_warning(
    warning: EarlyFraudWarning, entry: Entry, booking: Booking | None, now: datetime
) -> Effects:
    """A warning that can still be acted on says what waiting costs against refunding."""
    charge = entry.charge_of(warning)
    about = charge if charge and charge.seen else entry.payment
    facts: dict[str, Any] = {
        "amount": about.amount,
        "currency": about.currency,
        "fraud_type": warning.fraud_type,
        "stay": booking.stay(now) if booking else "",
        "refundable": entry.refundable(charge),
        "coming": bool(warning.actionable and charge and charge.status == "pending"),
    }
    open = warning.actionable and not entry.is_disputed(charge) and facts["refundable"] != 0
    yield tell(
        "fraud_warning_received",
        warning,
        to=MANAGERS,
        stands=bool(open),
        decidable=bool(open),
        **facts,
    )
    if open:
        yield alert("fraud_warning", warning, severity=Severity.CRITICAL, **facts)


def _follow_review(review: Review, entry: Entry) -> Effects:
    """A payment that somebody should look at, until it is looked at."""
    facts: dict[str, Any] = {"amount": entry.payment.amount, "currency": entry.payment.currency}
    if review.is_open:
        yield alert(
            "review_opened",
            review,
            severity=Severity.WARNING,
            why=review.opened_reason,
            **facts,
        )
    elif review.seen and review.closed_reason:
        yield alert(
            "review_closed",
            review,
            severity=Severity.INFO,
            detail=review.closed_reason,
            is_news=True,
            why=review.closed_reason,
            **facts,
        )
