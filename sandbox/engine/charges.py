"""A payment intent's charges: made, declined, paid, and what follows from a test card."""

from copy import deepcopy
from typing import Any

from sandbox import ids, objects
from sandbox.engine import balance, methods
from sandbox.engine.cards import Card
from sandbox.engine.errors import Refusal
from sandbox.engine.world import HOLD_LASTS, Books, change, due
from sandbox.objects import payments
from sandbox.objects.methods import Object

SETTLES_IN = 1  # seconds until what Stripe keeps of a charge is known, where it is not at once
HAPPENS_IN = 1  # seconds until what a test card is for happens


def make(books: Books, intent: Object, method: Object, **fields: Any) -> Object:
    held = intent["capture_method"] == "manual" and method["type"] == "card"
    prefix = "ch" if method["type"] == "card" else "py"
    copied = (
        "application_fee_amount",
        "currency",
        "customer",
        "description",
        "receipt_email",
        "shipping",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_group",
        "application",
    )
    charge = objects.charge(
        id=books.id(prefix),
        amount=intent["amount"],
        billing_details=deepcopy(method["billing_details"]),
        created=books.now,
        metadata=deepcopy(intent["metadata"]),
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_details(books, intent, method, held),
        **{name: deepcopy(intent[name]) for name in copied},
        **fields,
    )
    if charge["status"] != "failed":
        card = methods.card_behind(books, method)
        if card and card.risk[0] != "normal":
            charge["outcome"] |= {"risk_level": card.risk[0], "risk_score": card.risk[1]}
    books.add(charge)
    change(intent, latest_charge=charge["id"])
    return charge


def _details(books: Books, intent: Object, method: Object, held: bool) -> Object:
    """A charge's way of paying, as it shows it."""
    if method["type"] == "customer_balance":
        return objects.customer_balance()
    if method["type"] == "sepa_debit":
        debit = method["sepa_debit"]
        return objects.sepa_debit(last4=debit["last4"], country=debit["country"])
    shown = method["card"]
    details = objects.card(
        intent["amount"],
        last4=shown["last4"],
        brand=shown["brand"],
        country=shown["country"],
        **({"capture_before": books.now + HOLD_LASTS} if held else {}),
    )
    for name in ("checks", "exp_month", "exp_year", "fingerprint", "funding"):
        details["card"][name] = deepcopy(shown[name])
    if multicapture(intent):
        details["card"]["multicapture"] = {"status": "available"}
    if books.note(method["id"]).pop("authenticated", None):
        details["card"]["three_d_secure"] = {
            "authentication_flow": "challenge",
            "electronic_commerce_indicator": "05",
            "exemption_indicator": None,
            "exemption_indicator_applied": False,
            "result": "authenticated",
            "result_reason": None,
            "transaction_id": ids.make("3ds", intent["id"]),
            "version": "2.2.0",
        }
    return details


def succeed(books: Books, intent: Object, charge: Object, *, asked: bool = True) -> None:
    """The money is there."""
    change(intent, status="succeeded", amount_received=charge["amount"], next_action=None)
    at_once = intent["capture_method"] != "automatic_async"
    if at_once:
        change(charge, balance_transaction=balance.take(books, charge, charge["amount"]))
    take_fee(books, charge)
    books.emit("charge.succeeded", charge, asked=asked)
    books.emit("payment_intent.succeeded", intent, asked=asked)
    if not at_once:
        books.later(SETTLES_IN, "settle", charge["id"])


@due
def settle(books: Books, id: str) -> None:
    """What Stripe keeps of a charge is known now."""
    charge = books.get("charge", id)
    if charge["balance_transaction"] is None:
        before = change(
            charge, balance_transaction=balance.take(books, charge, charge["amount_captured"])
        )
        books.emit("charge.updated", charge, before, asked=False)


def take_fee(books: Books, charge: Object) -> None:
    """The platform's share of a charge on a hotel's account."""
    share = charge["application_fee_amount"]
    if not share or not books.account:
        return
    platform = books.world.books(None)
    fee = objects.application_fee(
        id=books.id("fee"),
        account=books.account,
        amount=share,
        charge=charge["id"],
        created=books.now,
        currency=charge["currency"],
    )
    platform.add(fee)
    change(charge, application_fee=fee["id"])
    books.emit("application_fee.created", fee, platform=True)


def decline(
    books: Books, intent: Object, method: Object, code: str, *, blocked: bool = False
) -> None:
    """
    The guest's bank says no; the guest may try again.

    :raises Refusal: always; it says so to whoever asked.
    """
    said = payments.declined(code, blocked=blocked)
    charge = make(
        books, intent, method, status="failed", captured=False, balance_transaction=None, **said
    )
    error = payments.payment_error(code, charge=charge["id"], payment_method=deepcopy(method))
    change(
        intent,
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_payment_error=error,
    )
    books.emit("charge.failed", charge)
    books.emit("payment_intent.payment_failed", intent)
    given = {name: value for name, value in error.items() if name != "doc_url"}
    raise Refusal(given.pop("message"), status=402, payment_intent=deepcopy(intent), **given)


def follow(books: Books, charge: Object, card: Card) -> None:
    """What a test card is for comes a moment after its charge; a dispute, once money was taken."""
    note = books.note(charge["id"])
    if charge["captured"] and not note.get("disputed"):
        note["disputed"] = True
        for reason in card.disputed:
            books.later(HAPPENS_IN, "open_dispute", charge["id"], reason, card.inquiry)
    if card.warned and not note.get("warned"):
        note["warned"] = True
        books.later(HAPPENS_IN, "warn", charge["id"])


def multicapture(intent: Object) -> bool:
    options = (intent["payment_method_options"] or {}).get("card") or {}
    return options.get("request_multicapture") == "if_available"
