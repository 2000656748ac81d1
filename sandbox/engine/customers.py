"""Guests as an account knows them, and how their cards come on file."""

from copy import deepcopy
from typing import Any

from sandbox import objects
from sandbox.engine import methods, payments
from sandbox.engine.errors import Refusal, unexpected
from sandbox.engine.world import Books, change
from sandbox.objects import payments as declines
from sandbox.objects.methods import Object

CANCELABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(books: Books, **fields: Any) -> Object:
    """Make a customer."""
    row = objects.customer(
        **{"id": books.id("cus"), "created": books.now, "email": None, "name": None, **fields}
    )
    books.add(row)
    books.emit("customer.created", row)
    return row


def update(books: Books, row: Object, **fields: Any) -> Object:
    """Change a customer."""
    if before := change(row, **fields):
        books.emit("customer.updated", row, before)
    return row


def delete(books: Books, row: Object) -> Object:
    """Forget a customer for good, with every card on file."""
    for method in books.all("payment_method"):
        if method["customer"] == row["id"]:
            change(method, customer=None)
            books.note(method["id"])["spent"] = True
    books.remove(row)
    books.emit("customer.deleted", row)
    gone = {"id": row["id"], "object": "customer", "deleted": True}
    books.note(row["id"])["deleted"] = gone
    return gone


def deleted(books: Books, id: str) -> Object | None:
    """Return what is left of a customer who was deleted; None where nobody was."""
    found: Object | None = books.notes.get(id, {}).get("deleted")
    return found


# Setup intents -----------------------------------------------------------


def set_up(books: Books, **fields: Any) -> Object:
    """Make a setup intent: a card shall come on file without being charged."""
    row = objects.setup_intent(
        **{"id": books.id("seti"), "created": books.now, "customer": None, **fields}
    )
    if row["payment_method"]:
        row["status"] = "requires_confirmation"
    books.add(row)
    books.emit("setup_intent.created", row)
    return row


def confirm(books: Books, row: Object, method: Object | None, *, return_url: str | None) -> Object:
    """
    Put the card on file.

    :raises Refusal: it cannot be confirmed, or the card was declined.
    """
    if row["status"] not in CANCELABLE:
        raise unexpected(
            f"You cannot confirm this SetupIntent because it has a status of {row['status']}.",
            "setup_intent",
            row,
        )
    if method is None and row["payment_method"]:
        method = books.get("payment_method", row["payment_method"])
    if method is None:
        raise unexpected(
            "You cannot confirm this SetupIntent because it's missing a payment method. Update the "
            "SetupIntent with a payment method and then confirm it again.",
            "setup_intent",
            row,
        )
    methods.check_usable(books, method, row["customer"])
    change(row, payment_method=method["id"], last_setup_error=None, next_action=None)
    card = methods.card_behind(books, method)
    note = books.note(method["id"])
    if card and (
        card.asks in ("always", "unless set up")
        or (card.asks == "on session" and not note.get("set_up"))
    ):
        return payments.ask(books, row, method, return_url)
    return succeed(books, row, method)


def authenticate(books: Books, row: Object, *, succeeds: bool) -> Object:
    """
    The guest has answered their bank.

    :raises Refusal: the bank has not asked.
    """
    if row["status"] != "requires_action":
        raise Refusal("The guest's bank has not asked anything about this card.")
    method = books.get("payment_method", row["payment_method"])
    if succeeds:
        try:
            return succeed(books, row, method)
        except Refusal:
            return row
    error = {
        "code": "setup_intent_authentication_failure",
        "doc_url": "https://docs.stripe.com/error-codes/setup-intent-authentication-failure",
        "message": "We are unable to authenticate your payment method. Please choose a different "
        "payment method and try again.",
        "payment_method": deepcopy(method),
        "type": "invalid_request_error",
    }
    _fail(books, row, error)
    return row


def succeed(books: Books, row: Object, method: Object) -> Object:
    """
    The card is on file.

    :raises Refusal: its bank declines.
    """
    card = methods.card_behind(books, method)
    if card and card.decline and card.refuses:
        code = card.decline[1] or card.decline[0]
        error = declines.payment_error(code, payment_method=deepcopy(method))
        _fail(books, row, error)
        given = {name: value for name, value in error.items() if name != "doc_url"}
        raise Refusal(given.pop("message"), status=402, setup_intent=deepcopy(row), **given)
    change(
        row,
        status="succeeded",
        payment_method=method["id"],
        next_action=None,
        last_setup_error=None,
        latest_attempt=books.id("setatt"),
    )
    books.note(method["id"])["set_up"] = True
    books.emit("setup_intent.succeeded", row)
    if row["customer"]:
        methods.keep(books, method, row["customer"])
    return row


def _fail(books: Books, row: Object, error: Object) -> None:
    change(
        row,
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_setup_error=error,
        latest_attempt=books.id("setatt"),
    )
    books.emit("setup_intent.setup_failed", row)


def cancel(books: Books, row: Object, reason: str | None) -> Object:
    """
    End a setup that nobody will finish.

    :raises Refusal: it is over.
    """
    if row["status"] not in CANCELABLE:
        raise unexpected(
            f"You cannot cancel this SetupIntent because it has a status of {row['status']}. Only "
            "a SetupIntent with one of the following statuses may be canceled: "
            f"{', '.join(CANCELABLE)}.",
            "setup_intent",
            row,
        )
    change(row, status="canceled", next_action=None, cancellation_reason=reason)
    books.emit("setup_intent.canceled", row)
    return row
