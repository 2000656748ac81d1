"""Bank transfers: what a guest has sent, and the payments that wait for it."""

from sandbox.engine import charges
from sandbox.engine.errors import Refusal
from sandbox.engine.world import Books, change
from sandbox.objects import transfers_in
from sandbox.objects.methods import Object


def wait_for_transfer(books: Books, intent: Object, method: Object) -> Object:
    """The guest is told where to send the money, and how much is still missing."""
    if not intent["customer"]:
        raise Refusal(
            "PaymentIntents with a payment method of type `customer_balance` need a customer.",
            code="parameter_missing",
            param="customer",
        )
    note = books.note(intent["id"])
    note.setdefault("missing", intent["amount"])
    change(intent, payment_method_options=transfers_in.options(intent["currency"]))
    _instruct(books, intent)
    books.emit("payment_intent.requires_action", intent)
    _apply(books, intent["customer"], intent["currency"])
    return intent


def _instruct(books: Books, intent: Object) -> None:
    missing = books.note(intent["id"])["missing"]
    where = transfers_in.instructions(intent, missing=missing)
    change(intent, status="requires_action", next_action=where)


def fund(
    books: Books, customer: Object, amount: int, currency: str, reference: str | None
) -> Object:
    """A bank transfer of a guest's has come in; it pays what waits for it, the oldest first."""
    purse = books.note(customer["id"]).setdefault("cash", {})
    purse[currency] = purse.get(currency, 0) + amount
    row: Object = {
        "id": books.id("ccsbtxn"),
        "object": "customer_cash_balance_transaction",
        "created": books.now,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "ending_balance": purse[currency],
        "funded": {
            "bank_transfer": {
                "eu_bank_transfer": {
                    "bic": "SANDIE2D",
                    "iban_last4": "7061",
                    "sender_name": customer["name"] or "Guest",
                },
                "reference": reference,
                "type": transfers_in.kind(currency),
            }
        },
        "livemode": False,
        "net_amount": amount,
        "type": "funded",
    }
    books.add(row)
    books.emit("customer_cash_balance_transaction.created", row)
    _apply(books, customer["id"], currency, reference)
    return row


def balance(books: Books, customer: Object) -> Object:
    """What a guest has sent and not used yet."""
    purse = books.note(customer["id"]).get("cash", {})
    return {
        "object": "cash_balance",
        "available": {name: amount for name, amount in purse.items() if amount} or None,
        "customer": customer["id"],
        "customer_account": None,
        "livemode": False,
        "settings": {"reconciliation_mode": "automatic", "using_merchant_default": True},
    }


def _apply(books: Books, customer: str, currency: str, reference: str | None = None) -> None:
    """Pay with what a guest has sent: what the reference names first, then the oldest."""
    purse = books.note(customer).setdefault("cash", {})
    waiting = [
        intent
        for intent in reversed(books.all("payment_intent"))
        if intent["customer"] == customer
        and intent["currency"] == currency
        and (intent["next_action"] or {}).get("type") == "display_bank_transfer_instructions"
    ]

    def named(intent: Object) -> bool:
        shown = intent["next_action"]["display_bank_transfer_instructions"]
        return bool(reference) and shown["reference"] == reference

    for intent in sorted(waiting, key=lambda each: not named(each)):
        part = min(purse.get(currency, 0), books.note(intent["id"])["missing"])
        if part > 0:
            move(books, intent, -part, "applied_to_payment")
            pay_in(books, intent, part)


def move(books: Books, intent: Object, amount: int, kind: str) -> None:
    """Money of a guest's bank transfers goes towards a payment, or comes back from one."""
    purse = books.note(intent["customer"]).setdefault("cash", {})
    purse[intent["currency"]] = purse.get(intent["currency"], 0) + amount
    row = transfers_in.cash_movement(
        intent,
        id=books.id("ccsbtxn"),
        amount=amount,
        created=books.now,
        kind=kind,
        left=purse[intent["currency"]],
    )
    books.add(row)
    books.emit("customer_cash_balance_transaction.created", row, asked=False)


def pay_in(books: Books, intent: Object, amount: int) -> None:
    """So much came in for a payment; it is made when nothing is missing any more."""
    note = books.note(intent["id"])
    note["missing"] -= amount
    if note["missing"] > 0:
        _instruct(books, intent)
        books.emit("payment_intent.partially_funded", intent, asked=False)
        return
    method = books.get("payment_method", intent["payment_method"])
    charge = charges.make(books, intent, method, balance_transaction=None)
    charges.succeed(books, intent, charge, asked=False)
