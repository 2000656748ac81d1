"""What moves on an account's Stripe balance, and what Stripe keeps of it."""

from typing import Any

from sandbox import objects
from sandbox.engine.world import Books
from sandbox.objects.methods import Object

PER_MILLE, FIXED = 15, 25  # what Stripe keeps of a charge: 1.5 % and 0.25, in the charge's currency
BYPASSES = {"4000000000000077", "4000003720000278"}  # cards whose money is there at once


def move(books: Books, amount: int, *, source: str, kind: str, fee: int = 0, **fields: Any) -> str:
    """
    Note a movement of an account's money; return its id.

    :param kind: Stripe's word: charge, refund, adjustment, transfer, …
    """
    row = objects.balance_transaction(
        id=books.id("txn"),
        amount=amount,
        created=books.now,
        fee=fee,
        source=source,
        type=kind,
        reporting_category=kind,
        **fields,
    )
    books.add(row)
    return str(row["id"])


def take(books: Books, charge: Object, amount: int) -> str:
    """Note that a charge brought in so much; return the movement's id."""
    currency = charge["currency"]
    fee = min(amount, amount * PER_MILLE // 1_000 + FIXED)
    details = [fee_of(fee, currency, "Stripe processing fees", "stripe_fee")]
    if share := charge["application_fee_amount"]:
        fee += share
        details.append(fee_of(share, currency, "Application fee", "application_fee"))
    card = books.note(charge["payment_method"] or "").get("card")
    at_once = {"available_on": books.now, "status": "available"} if card in BYPASSES else {}
    return move(
        books,
        amount,
        source=charge["id"],
        kind="charge" if charge["id"].startswith("ch_") else "payment",
        fee=fee,
        currency=currency,
        description=charge["description"],
        fee_details=details,
        **at_once,
    )


def give(books: Books, refund: Object, *, back: bool = False) -> str:
    """Note that a refund went out, or came back; return the movement's id."""
    kind = "refund" if refund["charge"].startswith("ch_") else "payment_refund"
    return move(
        books,
        refund["amount"] if back else -refund["amount"],
        source=refund["id"],
        kind=f"{kind}_failure" if back else kind,
        currency=refund["currency"],
        description=f"{'REFUND FAILURE' if back else 'REFUND'} FOR CHARGE",
    )


def fee_of(amount: int, currency: str, description: str, type: str) -> Object:
    """A line that says who keeps what."""
    return {
        "amount": amount,
        "application": None,
        "currency": currency,
        "description": description,
        "type": type,
    }
