"""What follows from a payment as it stands, with its charges and refunds."""

from datetime import datetime, timedelta
from typing import Any

from payments import words
from payments.effects import GUEST, MANAGERS, Effects, alert, tell
from payments.folio import Entry, captured, has_failed, hold_is_gone, uncaptured
from payments.hotel import Booking
from payments.models import EXTRAS, Charge, Purpose, Refund, Severity
from payments.rules.due import Due

HOLD_NOTICE = timedelta(hours=48)  # how long before a hold runs out the front desk hears of it


def follow(entry: Entry, due: Due | None, now: datetime) -> Effects:
    """
    What a hotel and its guest must hear about a payment, its attempts and its refunds.

    :param due: what the money of its booking means; None where it is of no booking.
    """
    booking = due.booking if due else None
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
    if due is not None and not payment.conflict:
        yield from _follow_money(entry, due)
    for charge in entry.charges:
        if not charge.conflict:
            yield from _follow_hold(entry, charge, now)
    for refund in entry.real_refunds:
        if not refund.conflict:
            yield from _follow_refund(refund, entry, booking)


def _follow_money(entry: Entry, due: Due) -> Effects:
    """The guest and the hotel hear that money came, came in part, or did not come."""
    payment = entry.payment
    if payment.status == "succeeded" and entry.received:
        yield from _follow_what_came(entry, due)
    elif has_failed(payment) and not due.is_made_up_for(entry):
        yield from _follow_failure(entry, due)
    elif entry.so_far and payment.amount_remaining:
        yield tell(
            "payment_partially_funded",
            payment,
            to=MANAGERS,
            detail=str(entry.so_far),
            amount=entry.so_far,
            missing=payment.amount_remaining,
            currency=payment.currency,
            purpose=payment.purpose,
        )


def _follow_what_came(entry: Entry, due: Due) -> Effects:
    """A receipt; and where nobody had asked for the money, that, so that it is not just kept."""
    payment = entry.payment
    odd = due.unasked(entry)
    facts: dict[str, Any] = {
        "amount": entry.received,
        "currency": payment.currency,
        "purpose": payment.purpose,
        "at": _paid_at(entry),
        **odd,
    }
    if payment.capture_method == "manual" and entry.received != payment.amount:
        yield tell("hold_captured", payment, to=GUEST, held=payment.amount, **facts)
    else:
        yield tell("payment_received", payment, to=GUEST, **facts)
    yield tell("payment_taken", payment, to=MANAGERS, **facts)
    if odd and (odd["odd"] == "late" or entry is due.latest):
        kind, severity = _ODD[odd["odd"]]
        yield alert(kind, payment, severity=severity, is_news=True, **facts)


_ODD = {
    "canceled": ("paid_canceled", Severity.WARNING),
    "twice": ("paid_too_much", Severity.WARNING),
    "too_much": ("paid_too_much", Severity.WARNING),
    "late": ("paid_late", Severity.INFO),
}


def _follow_failure(entry: Entry, due: Due) -> Effects:
    """
    Nothing came, so whoever still owes it hears so, and the hotel.

    An extra is owed apart from the balance, and a hold is for the desk to ask for again.
    """
    payment, canceled = entry.payment, due.booking.status == "canceled"
    extra = payment.purpose in EXTRAS
    asked = not canceled and (extra or due.to_ask_for > 0)
    if not (asked or due.folio.figures.balance > 0 or payment.purpose == Purpose.HOLD):
        return
    attempt = payment.latest_charge or payment.failure_code
    facts: dict[str, Any] = {
        "amount": payment.amount,
        "currency": payment.currency,
        "purpose": payment.purpose,
        "method": words.tried(entry),
        "code": payment.failure_code,
        "why": payment.failure_reason,
        "canceled": canceled,
        "asked": asked,
    }
    if asked:
        yield tell(
            "payment_failed_guest", payment, to=GUEST, detail=attempt, bad_news=True, **facts
        )
    yield tell("payment_failed", payment, to=MANAGERS, detail=attempt, bad_news=True, **facts)


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
    if refund.seen and refund.status == "failed" and not _made_good(refund, entry):
        facts |= {
            "why": refund.failure_reason,
            "dispute": entry.dispute_of(entry.charge_of(refund)),
            "ours": refund.promised,
        }
        yield alert("refund_failed", refund, severity=Severity.CRITICAL, is_news=True, **facts)
        if booking is not None:
            yield tell("refund_failed", refund, to=MANAGERS, bad_news=True, **facts)


def _made_good(failed: Refund, entry: Entry) -> bool:
    """Say whether the same amount of the same charge was refunded once more, and that holds."""
    return any(
        other.amount == failed.amount
        and other.status in ("pending", "requires_action", "succeeded")
        and entry.charge_of(other) is entry.charge_of(failed)
        and None not in (other.occurred_at, failed.occurred_at)
        and other.occurred_at > failed.occurred_at
        for other in entry.real_refunds
    )


def _may_be_release(refund: Refund, entry: Entry) -> bool:
    """Say whether a refund may yet turn out to let a hold go: not all captures are known."""
    charge, payment = entry.charge_of(refund), entry.payment
    if charge is None or not charge.seen:
        return entry.received != payment.amount
    if refund.promised or not uncaptured(charge) or payment.status == "canceled":
        return False
    return payment.status != "succeeded" or captured(charge) != entry.received
