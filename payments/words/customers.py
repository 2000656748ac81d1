"""Plain words for guests' cards on file."""

from datetime import date

from payments.models import CashBalanceTransaction, PaymentMethod, SetupIntent
from payments.words import BAD, BRANDS, GOOD, METHODS, QUIET, WAIT, Said, decline, spelled

SETUPS = {
    "requires_payment_method": Said("No card left", QUIET, "The guest has not left a card yet."),
    "requires_confirmation": Said("Not finished", WAIT, "The guest has begun and not finished."),
    "requires_action": Said("Guest must confirm", WAIT, "The bank wants to hear from the guest."),
    "processing": Said("Under way", WAIT),
    "succeeded": Said("Card saved", GOOD),
    "canceled": Said("Canceled", QUIET),
}

# What Stripe calls a movement of a customer's cash balance:
# https://docs.stripe.com/api/cash_balance_transactions/object
MOVEMENTS = {
    "funded": Said("Came in", WAIT, "The guest's bank sent it; it waits for a payment."),
    "applied_to_payment": Said("Put towards a payment", GOOD),
    "unapplied_from_payment": Said("Taken off a payment", WAIT, "It waits for another one."),
    "refunded_from_payment": Said("Refunded to the balance", WAIT, "It waits at Stripe again."),
    "return_initiated": Said("Going back", QUIET, "Stripe is sending it back to the guest's bank."),
    "return_canceled": Said("Could not go back", BAD, "It waits at Stripe again."),
    "funding_reversed": Said("Taken back by the bank", BAD),
    "transferred_to_balance": Said("Moved to the hotel's balance", GOOD),
    "adjusted_for_overdraft": Said("Taken for an overdraft", QUIET),
}


def method(row: PaymentMethod) -> str:
    """Return a card as it reads on the card: Visa ·· 4242, until 12/2030."""
    if row.exp_month and row.exp_year:
        return f"{named(row)}, until {row.exp_month:02}/{row.exp_year}"
    return named(row)


def named(row: PaymentMethod) -> str:
    """Return a card by its name and its last digits: Visa ·· 4242."""
    kind = METHODS.get(row.type, spelled(row.type))
    bank = row.brand if not row.brand.islower() else ""  # as its bank writes itself: HSBC
    name = BRANDS.get(row.brand) or bank or spelled(row.brand) or kind
    return " ·· ".join(filter(None, [name or "Card", row.last4]))


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


def movement(row: CashBalanceTransaction) -> Said:
    """Return what a movement of a guest's bank transfers was."""
    if not row.seen:
        return Said("Details awaited", WAIT)
    return MOVEMENTS.get(row.type) or Said(spelled(row.type) or "Unknown", QUIET)
