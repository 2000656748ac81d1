"""What follows from a guest's money that waits at Stripe, and from a card on file."""

from dataclasses import replace
from datetime import datetime

from payments.effects import Effects, alert
from payments.models import Customer, PaymentMethod, Severity


def follow_customer(customer: Customer, now: datetime) -> Effects:
    """Money of a bank transfer that no payment uses is the guest's until somebody uses it."""
    booking = customer.meant
    for currency, amount in (customer.waits or {}).items():
        yield replace(
            alert(
                "transfer_waits",
                customer,
                severity=Severity.WARNING,
                detail=currency,
                amount=amount,
                currency=currency,
            ),
            reservation_id=booking.id if booking else None,
            property_id=booking.property_id if booking else customer.property_id,
        )


def follow_payment_method(method: PaymentMethod, now: datetime) -> Effects:
    """A card that runs out this month, or that the card network replaced under a hold."""
    if not method.can_be_charged:
        return
    if method.network_updated_at is not None and method.backs is not None:
        at = method.network_updated_at.isoformat()
        yield replace(
            alert(
                "card_replaced",
                method,
                severity=Severity.WARNING,
                detail=at,
                at=at,
                month=method.exp_month,
                year=method.exp_year,
            ),
            reservation_id=method.backs.reservation_id,
            property_id=method.backs.property_id,
        )
    if method.runs_out:
        yield alert(
            "card_expires",
            method,
            severity=Severity.INFO,
            detail=method.last_month,
            month=method.exp_month,
            year=method.exp_year,
        )
