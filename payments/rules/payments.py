"""What follows from a payment as it stands, with its charges and refunds."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from payments.effects import GUEST, MANAGERS, Effects, alert, tell
from payments.folio import Entry, hold_is_gone
from payments.hotel import Booking
from payments.models import Charge, Payment, Refund, Severity

HOLD_NOTICE = timedelta(hours=48)  # how long before a hold runs out the front desk hears of it


def follow(
    entry: Entry, booking: Booking | None, now: datetime, others: Collection[Payment] = ()
) -> Effects:
    """
    What a hotel and its guest must hear about a payment, its attempts and its refunds.

    :param others: all payments of the booking.
    """
    payment = entry.payment
    arrived = entry.received or entry.authorized or entry.so_far
    if payment.seen and payment.account and booking is None and arrived:
        yield alert(
            "unmatched_money",
            payment,
            severity=Severity.WARNING,
            amount=arrived,
            currency=payment.currency,
        )
    if booking is not None and payment.seen and payment.currency != booking.currency:
        yield alert(
            "currency_differs",
            payment,
            severity=Severity.CRITICAL,
            detail=payment.currency,
            amount=payment.amount,
            currency=payment.currency,
            booking_currency=booking.currency,
        )
    for row in entry.rows:
        if row.conflict:  # nobody is told of it what may not be true: a re-read decides
            yield alert("contradiction", row, severity=Severity.CRITICAL)
    if booking is not None and not payment.conflict:
        yield from _follow_money(entry, booking, others)
    for charge in entry.charges:
        if not charge.conflict:
            yield from _follow_hold(entry, charge, now)
    for refund in entry.real_refunds:
        if not refund.conflict:
            yield from _follow_refund(refund, entry, booking)


def _follow_money(entry: Entry, booking: Booking, others: Collection[Payment]) -> Effects:
    """The guest and the hotel hear that money came, came in part, or did not come."""
    payment = entry.payment
    facts: dict[str, Any] = {
        "amount": entry.received,
        "currency": payment.currency,
        "purpose": payment.purpose,
    }
    if payment.status == "succeeded" and entry.received:
        facts |= {"at": _paid_at(entry)}
        if payment.capture_method == "manual" and entry.received != payment.amount:
            yield tell("hold_captured", payment, to=GUEST, held=payment.amount, **facts)
        else:
            yield tell("payment_received", payment, to=GUEST, **facts)
        yield tell("payment_taken", payment, to=MANAGERS, **facts)
    elif _has_failed(payment) and not any(_made_up_for(payment, other) for other in others):
        attempt = payment.latest_charge or payment.failure_code
        facts |= {
            "amount": payment.amount,
            "code": payment.failure_code,
            "why": payment.failure_reason,
            "canceled": booking.status == "canceled",
        }
        if not facts["canceled"]:
            yield tell(
                "payment_failed_guest", payment, to=GUEST, detail=attempt, bad_news=True, **facts
            )
        yield tell("payment_failed", payment, to=MANAGERS, detail=attempt, bad_news=True, **facts)
    elif entry.so_far and payment.amount_remaining:
        yield tell(
            "payment_partially_funded",
            payment,
            to=MANAGERS,
            detail=str(entry.so_far),
            **facts | {"amount": entry.so_far, "missing": payment.amount_remaining},
        )


def _has_failed(payment: Payment) -> bool:
    return payment.status == "requires_payment_method" and bool(payment.failure_code)


def _made_up_for(failed: Payment, other: Payment) -> bool:
    """Say whether the guest tried again and paid the same for the same, or is about to."""
    return (
        other.status in ("succeeded", "processing", "requires_capture")
        and (other.purpose, other.amount, other.currency)
        == (failed.purpose, failed.amount, failed.currency)
        and other.occurred_at is not None
        and failed.occurred_at is not None
        and other.occurred_at > failed.occurred_at
    )


def _paid_at(entry: Entry) -> str:
    """Return when the guest paid, where that is known; when a hold was taken, nobody says."""
    if entry.payment.capture_method == "manual":
        return ""
    done = [c.occurred_at for c in entry.charges if c.status == "succeeded" and c.occurred_at]
    return max(done).isoformat() if done else ""


def _follow_hold(entry: Entry, charge: Charge, now: datetime) -> Effects:
    """Money that is held must be taken before the hold runs out."""
    ends = charge.capture_before
    if ends is None or charge.captured or not entry.authorized or hold_is_gone(charge):
        return
    if now < ends <= now + HOLD_NOTICE:
        yield alert(
            "hold_expires",
            charge,
            severity=Severity.CRITICAL,
            detail=ends.isoformat(),
            amount=entry.authorized,
            currency=charge.currency,
            at=ends.isoformat(),
        )


def _follow_refund(refund: Refund, entry: Entry, booking: Booking | None) -> Effects:
    """A refund that arrived is told to the guest; one that came back must go some other way."""
    facts: dict[str, Any] = {"amount": refund.amount, "currency": refund.currency}
    arrived = refund.seen and refund.status == "succeeded"
    if arrived and booking is not None and not _may_be_release(refund, entry):
        at = refund.occurred_at.isoformat() if refund.occurred_at else ""
        yield tell("refund_sent", refund, to=GUEST, at=at, **facts)
    if refund.seen and refund.status == "failed":
        yield alert(
            "refund_failed",
            refund,
            severity=Severity.CRITICAL,
            why=refund.failure_reason,
            **facts,
        )


def _may_be_release(refund: Refund, entry: Entry) -> bool:
    """Say whether a refund may yet turn out to let a hold go: its charge has not been seen."""
    charge = entry.charge_of(refund)
    known = charge is not None and charge.seen
    return not known and entry.received != entry.payment.amount
