"""A refund's way: made, arrived, or sent back by the guest's bank long after it succeeded."""

from typing import Any

from sandbox import objects
from sandbox.engine import balance, methods, protection
from sandbox.engine.errors import Refusal
from sandbox.engine.money import written
from sandbox.engine.world import Books, change, due
from sandbox.objects import payments
from sandbox.objects.methods import Object

TURNS_IN = 5  # seconds until a refund that is pending arrives, or one that fails comes back


def refundable(charge: Object) -> int:
    """How much of a charge can still go back."""
    taken = charge["amount_captured"]
    whole = max(charge["amount"], taken) if charge["captured"] else taken
    return int(whole - charge["amount_refunded"])


def create(
    books: Books, charge: Object, amount: int | None, *, reason: str | None = None, **fields: Any
) -> Object:
    """
    Send money back to the guest.

    :raises Refusal: it was not taken, is disputed, or less is left.
    """
    left = refundable(charge)
    if charge["status"] != "succeeded":
        raise Refusal(
            f"Charge {charge['id']} is not paid and cannot be refunded.",
            code="charge_not_refundable",
        )
    if not charge["amount_captured"]:
        raise Refusal(
            "This charge cannot be refunded because its payment was not captured. Cancel the "
            "PaymentIntent to let go of what is held.",
            code="charge_not_refundable",
        )
    if charge["disputed"] and _is_taken(books, charge):
        raise Refusal(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    if left <= 0:
        raise Refusal(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = left if amount is None else amount
    if amount > left:
        raise Refusal(
            f"Refund amount ({written(amount, charge['currency'])}) is greater than unrefunded "
            f"amount on charge ({written(left, charge['currency'])})",
            param="amount",
        )
    return _make(books, charge, amount, reason, fields)


def _make(books: Books, charge: Object, amount: int, reason: str | None, fields: Object) -> Object:
    kind = charge["payment_method_details"]["type"]
    method = books.look("payment_method", charge["payment_method"])
    card = methods.card_behind(books, method) if method else None
    pending = kind != "card" or (card is not None and card.refund == "pending")
    row = objects.refund(
        id=books.id("re" if kind == "card" else "pyr"),
        amount=amount,
        charge=charge["id"],
        created=books.now,
        currency=charge["currency"],
        customer=charge["customer"],
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=reason,
        status="pending" if pending else "succeeded",
        **fields,
    )
    if kind != "card":
        row["destination_details"] = None  # the bank it goes to is not known yet
    books.add(row)
    row["balance_transaction"] = balance.give(books, row)
    if reason == "fraudulent":
        change(charge, fraud_details={"user_report": "fraudulent"})
    before = _count(charge, amount)
    books.emit("refund.created", row)
    books.emit("charge.refunded", charge, before)
    if card and card.refund == "fails":
        books.later(TURNS_IN, "fail", row["id"])
    elif pending:
        books.later(TURNS_IN, "arrive", row["id"])
    _settle_protection(books, charge, reason)
    return row


def _is_taken(books: Books, charge: Object) -> bool:
    """Tell whether a bank has a charge's money: not while it only asks, nor once it was won."""
    return any(
        case["charge"] == charge["id"]
        and not case["is_charge_refundable"]
        and case["status"] != "won"
        for case in books.all("dispute")
    )


def _settle_protection(books: Books, charge: Object, reason: str | None) -> None:
    """What a refund ends: a warning that nothing is left to do about, an open review."""
    if charge["refunded"]:
        protection.disarm(books, charge)
        if charge["review"]:
            why = "refunded_as_fraud" if reason == "fraudulent" else "refunded"
            protection.close_review(books, books.get("review", charge["review"]), why)


@due
def arrive(books: Books, id: str) -> None:
    """The guest's bank has it."""
    row = books.get("refund", id)
    if row["status"] == "pending":
        before = change(row, status="succeeded")
    elif row["status"] == "succeeded" and (row["destination_details"] or {}).get("card"):
        before = {"destination_details": {"card": {"reference_status": "pending"}}}
        row["destination_details"] = payments.sent_to_card("74242424242424242424242")
    else:
        return
    _tell(books, row, before)


@due
def fail(books: Books, id: str, reason: str = "expired_or_canceled_card") -> None:
    """The guest's bank will not take it after all, and the hotel has the money again."""
    row = books.get("refund", id)
    if row["status"] not in ("pending", "succeeded") or books.note(id).get("release"):
        return
    before = {"status": row["status"]}  # Stripe names no field that was not there
    change(row, status="failed", **payments.came_back(row["id"], reason))
    row["failure_balance_transaction"] = balance.give(books, row, back=True)
    books.emit("refund.failed", row, before, asked=False)
    _tell(books, row, before)
    charge = books.get("charge", row["charge"])
    counted = _count(charge, -row["amount"])
    books.emit("charge.updated", charge, counted, asked=False)


def cancel(books: Books, row: Object) -> Object:
    """
    Stop a refund that waits for the guest.

    :raises Refusal: it does not.
    """
    if row["status"] != "requires_action":
        raise Refusal(
            f"You cannot cancel this refund because it has a status of {row['status']}. Only a "
            "refund with the status requires_action may be canceled."
        )
    before = change(row, status="canceled")
    _tell(books, row, before)
    return row


def _tell(books: Books, row: Object, before: Object) -> None:
    books.emit("refund.updated", row, before, asked=False)
    books.emit("charge.refund.updated", row, before, asked=False)


def _count(charge: Object, amount: int) -> Object:
    """Say on the charge how much has gone back; return what it said before."""
    refunded = charge["amount_refunded"] + amount
    return change(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])
