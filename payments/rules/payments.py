"""What follows from a payment as it stands, with its charges and refunds."""

from datetime import datetime, timedelta

from payments.effects import Effects, alert
from payments.folio import Entry, hold_is_gone
from payments.hotel import Booking
from payments.models import Charge, Refund, Severity

HOLD_NOTICE = timedelta(hours=48)  # how long before a hold runs out the front desk hears of it


def follow_payment(entry: Entry, booking: Booking | None, now: datetime) -> Effects:
    """What a hotel must hear about a payment, its attempts and its refunds."""
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
    for row in (payment, *entry.charges, *entry.refunds):
        if row.conflict:
            yield alert("contradiction", row, severity=Severity.CRITICAL)
    for charge in entry.charges:
        yield from _follow_hold(entry, charge, now)
    for refund in entry.real_refunds:
        yield from _follow_refund(refund)


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


def _follow_refund(refund: Refund) -> Effects:
    """A refund that the guest's bank sent back must reach the guest some other way."""
    if refund.seen and refund.status == "failed":
        yield alert(
            "refund_failed",
            refund,
            severity=Severity.CRITICAL,
            amount=refund.amount,
            currency=refund.currency,
            why=refund.failure_reason,
        )
