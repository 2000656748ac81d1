"""The dialog that gives money back: from which payments, why, and whether the stay costs less."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from payments import hotel, money, words
from payments.hotel import Booking
from payments.operations import activity
from payments.operations.payments import refunds
from payments.operations.payments.refunds import Refundable

REASONS = [
    ("", "No reason given"),
    ("requested_by_customer", "The guest asked for it"),
    ("duplicate", "Paid twice"),
    ("fraudulent", "Fraud"),
]


def reason() -> forms.ChoiceField:
    """Return the field that says why, in Stripe's own reasons."""
    return forms.ChoiceField(label="Reason", choices=REASONS, required=False)


def note() -> forms.CharField:
    """Return the field for what the next at the desk should know."""
    return forms.CharField(label="Note", required=False, max_length=activity.LONGEST_NOTE)


class PaymentsField(forms.MultipleChoiceField):
    """The payments that money is taken from: all that can give any, unless somebody chooses."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, found: Sequence[Refundable], booking: Booking) -> None:
        giving = [each for each in found if each.amount]
        choices = [(str(each.payment.pk), said(each, booking)) for each in giving]
        super().__init__(
            label="Taken from",
            choices=choices,
            initial=[value for value, _ in choices],
            help_text="The newest of them first.",
            error_messages={
                "required": "Choose at least one payment.",
                "invalid_choice": "One of these payments can give nothing back any more.",
            },
        )

    def clean(self, value: Any) -> list[UUID]:
        """Return the ids of the payments that were chosen."""
        return [UUID(each) for each in super().clean(value)]


def choosing(found: Sequence[Refundable], booking: Booking) -> PaymentsField | None:
    """Return the field for the payments; None where there is nothing to choose."""
    return PaymentsField(found, booking) if len([e for e in found if e.amount]) > 1 else None


def said(each: Refundable, booking: Booking) -> str:
    """Return what a payment can give back: “Deposit, Visa ·· 4242, 3 May 2027: €200.00 at most”."""
    shown = money.show(each.amount, each.payment.currency)
    decides = ", a bank decides about the rest" if each.disputed and each.amount else ""
    of = f"{words.purpose(each.payment)}, {words.method('', each.charge)}"
    if at := each.charge.occurred_at:
        day = at.astimezone(hotel.zone_named(booking.timezone))
        of += f", {day.day} {day:%b %Y}"
    if not each.amount:
        return f"{of}: nothing, a bank decides about it"
    return f"{of}: {shown} at most{decides}"


def explained(found: Sequence[Refundable], booking: Booking) -> list[str]:
    """Return how much can be given back, and of what, as far as nobody chooses it."""
    most = money.show(sum(each.amount for each in found), booking.currency)
    chosen = choosing(found, booking) is not None
    told = [said(each, booking) for each in found if not (chosen and each.amount)]
    return [f"At most {most} can be given back.", *told]


def give_back(booking: Booking, given: dict[str, Any], by: Any) -> str:
    """
    Give the money back that was asked for; return what to tell.

    :raises Refused: it cannot be.
    """
    made = refunds.issue(
        booking=booking,
        amount=given["amount"],
        reason=given["reason"],
        among=given.get("payments"),
        lower_total=given["lower_total"],
        note=given["note"],
        by=by,
    )
    shown = money.show(given["amount"], booking.currency)
    if any(refund.status in ("promised", "pending") for refund in made):
        return f"The refund of {shown} is on its way."
    return f"{shown} refunded."
