"""
Plain words for what Stripe says: a status, a card, a reason, each as a front desk would say it.

Pure. What Stripe may add one day is shown as Stripe writes it, never hidden and never guessed at.
Here are payments and what all share; each other family has a module of its own.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from payments.folio import Entry, has_failed, hold_is_gone
from payments.models import Charge, DisputeMovement, Payment
from payments.words import failures

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
    "failed": Said("Failed", BAD, "The last attempt failed; nothing came."),
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
    "afterpay_clearpay": "Afterpay",
    "au_becs_debit": "Bank debit",
    "bacs_debit": "Direct debit",
    "blik": "BLIK",
    "card": "Card",
    "card_present": "Card at the desk",
    "cashapp": "Cash App",
    "customer_balance": "Bank transfer",
    "eps": "EPS",
    "fpx": "FPX",
    "grabpay": "GrabPay",
    "ideal": "iDEAL",
    "mb_way": "MB WAY",
    "mobilepay": "MobilePay",
    "nz_bank_account": "Bank debit",
    "oxxo": "OXXO",
    "p24": "Przelewy24",
    "paynow": "PayNow",
    "paypal": "PayPal",
    "promptpay": "PromptPay",
    "sepa_debit": "Direct debit",
    "twint": "TWINT",
    "us_bank_account": "Bank debit",
    "wechat_pay": "WeChat Pay",
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
    name = named(kind)
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


def tried(entry: Entry) -> str:
    """Return with which payment method a guest paid, or last tried to; empty where none is told."""
    attempt = telling(entry)
    return (attempt.payment_method if attempt else "") or entry.payment.payment_method


def failed(method: str, code: str, reason: str) -> Said:
    """
    Return what became of an attempt that failed, and why, in the words of its way of paying.

    :param method: Stripe's name of the payment method; empty where nobody knows it.
    :param reason: Stripe's own sentence.
    """
    return Said(failures.word(method, code), BAD, decline(code, reason, method))


def decline(code: str, reason: str, method: str = "card") -> str:
    """Return why an attempt failed; Stripe's own sentence where the code says nothing to us."""
    told = reason.replace("Your card", "The card", 1)  # Stripe speaks to the guest
    return failures.for_staff(method, code, named(method)) or told or spelled(code)


def named(method: str) -> str:
    """Return a payment method as people call it."""
    return METHODS.get(method) or spelled(method)


MUST_CONFIRM = Said("Guest must confirm", WAIT, "The guest's bank wants to hear from the guest.")


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
    if row.waits_for_guest:
        return MUST_CONFIRM
    if has_failed(row):
        return failed(tried(entry), row.failure_code, row.failure_reason)
    if row.status == "requires_payment_method":
        return Said("Not paid", QUIET, "The guest has not paid yet.")
    if row.status == "requires_action":
        if entry.so_far is not None:
            return Said("Awaiting transfer", WAIT)
        return MUST_CONFIRM
    if row.status == "processing":
        return Said("Under way", WAIT, "The guest's bank takes some days to answer.")
    if row.status == "requires_confirmation":
        return Said("Not finished", WAIT, "The guest has begun to pay, and not finished.")
    return Said(spelled(row.status) or "Unknown", QUIET)


def _succeeded(entry: Entry) -> Said:
    if any(dispute.is_open for dispute in entry.disputes) or entry.disputed(lost=False):
        return Said("Disputed", BAD)
    if lost := entry.disputed(lost=True):
        return Said("Charged back" if lost >= entry.received else "Partly charged back", BAD)
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
    return Said(f"{days} days left", BAD if days <= 3 else WAIT if days <= 7 else QUIET)


def spelled(code: str) -> str:
    """Return a code of Stripe's as words."""
    return code.replace("_", " ").capitalize()
