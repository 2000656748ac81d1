"""Money between the platform and a hotel's account."""

from typing import Any

from sandbox import objects
from sandbox.engine import balance
from sandbox.engine.errors import Refusal
from sandbox.engine.world import Books, change
from sandbox.objects.methods import Object


def create(books: Books, *, amount: int, currency: str, destination: str, **fields: Any) -> Object:
    """Send money of the platform's to a hotel."""
    row = objects.transfer(
        id=books.id("tr"),
        amount=amount,
        created=books.now,
        currency=currency,
        destination=destination,
        **fields,
    )
    row["balance_transaction"] = balance.move(
        books, -amount, source=row["id"], kind="transfer", currency=currency
    )
    books.add(row)
    books.emit("transfer.created", row)
    return row


def reverse(books: Books, row: Object, amount: int | None, **fields: Any) -> Object:
    """
    Take a part of a transfer back, or all of it.

    :raises Refusal: less is left.
    """
    left = row["amount"] - row["amount_reversed"]
    amount = left if amount is None else amount
    if not 0 < amount <= left:
        raise Refusal(
            f"Reversal amount ({amount}) is greater than unreversed amount on transfer ({left})",
            param="amount",
        )
    reversal = objects.transfer_reversal(
        id=books.id("trr"),
        amount=amount,
        created=books.now,
        currency=row["currency"],
        transfer=row["id"],
        **fields,
    )
    reversal["balance_transaction"] = balance.move(
        books, amount, source=reversal["id"], kind="transfer_refund", currency=row["currency"]
    )
    row["reversals"]["data"].insert(0, reversal)
    row["reversals"]["total_count"] += 1
    total = row["amount_reversed"] + amount
    before = change(row, amount_reversed=total, reversed=total == row["amount"])
    books.add(reversal)
    books.emit("transfer.reversed", row, before)
    return reversal
