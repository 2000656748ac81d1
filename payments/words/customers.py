"""Plain words for guests' cards on file."""

from datetime import date

from payments.models import PaymentMethod, SetupIntent
from payments.words import BAD, BRANDS, GOOD, METHODS, QUIET, WAIT, Said, decline, spelled

SETUPS = {
    "requires_payment_method": Said("No card left", QUIET, "The guest has not left a card yet."),
    "requires_confirmation": Said("Not finished", WAIT, "The guest has begun and not finished."),
    "requires_action": Said("Guest must confirm", WAIT, "The bank wants to hear from the guest."),
    "processing": Said("Under way", WAIT),
    "succeeded": Said("Card saved", GOOD),
    "canceled": Said("Canceled", QUIET),
}


def method(row: PaymentMethod) -> str:
    """Return a card as it reads on the card: Visa ·· 4242, until 12/2030."""
    kind = METHODS.get(row.type, spelled(row.type))
    name = BRANDS.get(row.brand, spelled(row.brand)) if row.brand else kind
    named = " ·· ".join(filter(None, [name or "Card", row.last4]))
    if row.exp_month and row.exp_year:
        return f"{named}, until {row.exp_month:02}/{row.exp_year}"
    return named


def chargeable(row: PaymentMethod, today: date) -> Said:
    """Return whether staff may still charge it."""
    if row.detached:
        return Said("Taken off file", QUIET, "It can never be charged again.")
    if not row.seen:
        return Said("Details awaited", WAIT)
    if not row.stripe_customer_id:
        return Said("Not on file", QUIET, "It was used once and belongs to no customer.")
    if row.exp_year and row.exp_month and (row.exp_year, row.exp_month) < (today.year, today.month):
        return Said("Expired", BAD, "The network may have sent a new date to the bank alone.")
    if row.status in row.SPENT:
        return Said(spelled(row.status), BAD)
    if row.runs_out:
        return Said("Expires soon", WAIT)
    return Said("On file", GOOD)


def setup(row: SetupIntent) -> Said:
    """Return how far saving a card has come."""
    if not row.seen:
        return Said("Details awaited", WAIT)
    if row.status == "requires_payment_method" and row.failure_code:
        return Said("Declined", BAD, decline(row.failure_code, row.failure_reason))
    return SETUPS.get(row.status) or Said(spelled(row.status) or "Unknown", QUIET)
