"""
Plain words for what Stripe says: a status, a card, a reason, each as a front desk would say it.

Pure. What Stripe may add one day is shown as Stripe writes it, never hidden and never guessed at.
Here are payments and what all share; each other family has a module of its own.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from payments.folio import Entry, hold_is_gone
from payments.models import Charge, DisputeMovement, Payment, Refund

GOOD, WAIT, BAD, HELD, BACK, QUIET = "good", "wait", "bad", "held", "back", "quiet"


@dataclass(frozen=True)
class Said:
    """
    Where something stands.

    :param tone: one of the six above; it picks the colour and the icon.
    :param note: what it means, where the words alone do not say it.
    """

    words: str
    tone: str
    note: str = ""


PURPOSES = {
    "reservation_payment": "Payment for the stay",
    "deposit": "Deposit",
    "hold": "Hold",
    "extra_charge": "Extra charge",
    "damage_charge": "Damage charge",
}

# A booking's `payment_status`.
BOOKING = {
    "disputed": Said("Disputed", BAD, "A cardholder asks the money back through the bank."),
    "charged_back": Said("Charged back", BAD, "The bank gave the money back to the cardholder."),
    "refunded": Said("Refunded", BACK, "Everything that came went back."),
    "paid": Said("Paid", GOOD, "Nothing is due."),
    "partially_refunded": Said("Partly refunded", BACK, "A part went back; no more is due."),
    "partially_paid": Said("Partly paid", WAIT, "Some of it came; the rest is due."),
    "authorized": Said("On hold", HELD, "Money is held on the card, none is taken."),
    "pending": Said("Under way", WAIT, "A payment is on its way."),
    "failed": Said("Declined", BAD, "The last attempt failed; nothing came."),
    "unpaid": Said("Unpaid", QUIET, "Nothing came yet."),
}

BRANDS = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "eftpos_au": "Eftpos",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
}

METHODS = {
    "acss_debit": "Bank debit",
    "au_becs_debit": "Bank debit",
    "bacs_debit": "Direct debit",
    "card": "Card",
    "card_present": "Card at the desk",
    "customer_balance": "Bank transfer",
    "ideal": "iDEAL",
    "sepa_debit": "Direct debit",
    "us_bank_account": "Bank debit",
}

# Why an attempt failed, by Stripe's code.
DECLINES = {
    "authentication_required": "The bank wants the guest to confirm it.",
    "card_not_supported": "The card cannot be used for this.",
    "card_velocity_exceeded": "The card is over its limit.",
    "currency_not_supported": "The card cannot pay in this currency.",
    "do_not_honor": "The bank declined it.",
    "expired_card": "The card has expired.",
    "fraudulent": "Stripe took it for fraud.",
    "generic_decline": "The bank declined it and gave no reason.",
    "incorrect_cvc": "The security code is wrong.",
    "incorrect_number": "The card number is wrong.",
    "insufficient_funds": "There is too little money on the card.",
    "invalid_account": "The card or account is not valid any more.",
    "lost_card": "The card was reported lost.",
    "payment_intent_authentication_failure": "The guest did not confirm it with the bank.",
    "pickup_card": "The bank has blocked the card.",
    "processing_error": "Something went wrong on the way. Try again.",
    "stolen_card": "The card was reported stolen.",
    "withdrawal_count_limit_exceeded": "The card is over its limit.",
}

REFUND_REASONS = {
    "duplicate": "paid twice",
    "fraudulent": "taken for fraud",
    "requested_by_customer": "the guest asked for it",
}


def purpose(payment: Payment) -> str:
    """Return what a payment is for."""
    return PURPOSES.get(payment.purpose, "Payment")


def booking(payment_status: str) -> Said:
    """Return where a booking's money stands."""
    return BOOKING.get(payment_status) or Said(spelled(payment_status), QUIET)


def method(kind: str, charge: Charge | None = None) -> str:
    """Return how somebody paid: Visa ·· 4242."""
    kind = (charge.payment_method if charge else "") or kind
    name = METHODS.get(kind, spelled(kind))
    if charge and charge.brand:
        name = BRANDS.get(charge.brand, spelled(charge.brand))
    last4 = charge.last4 if charge else ""
    return f"{name} ·· {last4}" if last4 else name


def telling(entry: Entry) -> Charge | None:
    """Return the attempt that tells how a guest paid: the one that went through, or the last."""
    seen = [charge for charge in entry.charges if charge.seen]
    done = [charge for charge in seen if charge.status != "failed"]
    return max(done or seen, key=_age, default=None)


def _age(charge: Charge) -> tuple[bool, Any, str]:
    return (charge.occurred_at is not None, charge.occurred_at, charge.stripe_id)


def decline(code: str, reason: str) -> str:
    """Return why an attempt failed; Stripe's own sentence where the code says nothing to us."""
    told = reason.replace("Your card", "The card", 1)  # Stripe speaks to the guest
    return DECLINES.get(code) or told or spelled(code)


def payment(entry: Entry) -> Said:
    """Return where a payment stands."""
    row = entry.payment
    if not row.seen:
        return Said("Details awaited", WAIT, "Stripe has named this payment and not shown it yet.")
    if row.status == "succeeded":
        return _succeeded(entry)
    if row.status == "canceled":
        return _canceled(entry)
    if row.status == "requires_capture":
        if not entry.authorized:
            return Said("Let go", QUIET, "The hold has run out. Nothing can be taken from it.")
        return Said("On hold", HELD)
    if row.status == "requires_payment_method":
        if row.failure_code:
            return Said("Declined", BAD, decline(row.failure_code, row.failure_reason))
        return Said("Not paid", QUIET, "The guest has not paid yet.")
    if row.status == "requires_action":
        if entry.so_far is not None:
            return Said("Awaiting transfer", WAIT)
        return Said("Guest must confirm", WAIT, "The guest's bank wants to hear from the guest.")
    if row.status == "processing":
        return Said("Under way", WAIT, "The guest's bank takes some days to answer.")
    if row.status == "requires_confirmation":
        return Said("Not finished", WAIT, "The guest has begun to pay, and not finished.")
    return Said(spelled(row.status) or "Unknown", QUIET)


def _succeeded(entry: Entry) -> Said:
    if any(dispute.is_open for dispute in entry.disputes) or entry.disputed(lost=False):
        return Said("Disputed", BAD)
    if entry.disputed(lost=True):
        return Said("Charged back", BAD)
    if entry.refunded and entry.refunded >= entry.received:
        return Said("Refunded", BACK)
    if entry.refunded:
        return Said("Partly refunded", BACK)
    return Said("Taken" if entry.payment.capture_method == "manual" else "Paid", GOOD)


def _canceled(entry: Entry) -> Said:
    if any(map(hold_is_gone, entry.charges)):
        ran_out = entry.payment.cancellation_reason == "automatic" or any(
            charge.expired for charge in entry.charges
        )
        why = "The hold ran out" if ran_out else "The hold was given back"
        return Said("Let go", QUIET, f"{why}; nothing was taken.")
    return Said("Canceled", QUIET, "Nothing was taken.")


def refund(row: Refund) -> Said:
    """Return where a refund stands."""
    if row.status == "succeeded":
        return Said("Returned", BACK)
    if row.status == "pending":
        return Said("On its way", WAIT, "A bank takes some days to take it.")
    if row.status == "requires_action":
        return Said("Guest must act", WAIT, "The guest must say where the money can go.")
    if row.status == "failed":
        return Said("Sent back", BAD, "It did not reach the guest. The hotel has it again.")
    if row.status == "canceled":
        return Said("Canceled", QUIET, "Nothing went back.")
    return Said(spelled(row.status) or "Unknown", QUIET)


def movement(row: DisputeMovement) -> Said:
    """Return what a bank did with money in dispute."""
    if not row.seen:
        return Said("Details awaited", WAIT, "Stripe has named it and not shown it yet.")
    return Said("Given back", GOOD) if (row.amount or 0) > 0 else Said("Taken", BAD)


def deadline(at: datetime, now: datetime, zone: ZoneInfo) -> Said:
    """Return how soon something is due, in days of the house that it is due from."""
    days = (at.astimezone(zone).date() - now.astimezone(zone).date()).days
    if at <= now:
        return Said("Missed", BAD)
    if days < 2:
        return Said("Tomorrow" if days else "Today", BAD)
    return Said(f"{days} days left", BAD if days <= 3 else HELD if days <= 7 else QUIET)


def spelled(code: str) -> str:
    """Return a code of Stripe's as words."""
    return code.replace("_", " ").capitalize()
