"""Money held on a card: captured in whole or in parts, let go of, run out. And payments ended."""

from sandbox import objects
from sandbox.engine import balance, cash, charges, methods, protection
from sandbox.engine.errors import Refusal, unexpected
from sandbox.engine.money import written
from sandbox.engine.world import Books, change, due
from sandbox.objects.methods import Object

CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)


def capture(
    books: Books, intent: Object, amount: int | None = None, *, final: bool = True
) -> Object:
    """
    Take what is held, or a part of it; the rest is let go of, unless more is to come.

    :raises Refusal: nothing is held, or not so much.
    """
    if intent["status"] != "requires_capture":
        raise unexpected(
            "This PaymentIntent could not be captured because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            "captured: requires_capture.",
            "payment_intent",
            intent,
        )
    held = intent["amount_capturable"]
    amount = held if amount is None else amount
    most = held * 6 // 5 if _overcapture(intent) else held
    if amount > most:
        raise Refusal(
            f"The amount to capture ({written(amount, intent['currency'])}) is greater than the "
            f"amount that can be captured ({written(most, intent['currency'])}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    if amount < 1:
        raise Refusal(
            "This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param="amount_to_capture",
        )
    if not final and not charges.multicapture(intent):
        raise Refusal(
            "You may only set `final_capture` to false on a PaymentIntent whose charge can be "
            "captured several times.",
            param="final_capture",
        )
    charge = books.get("charge", intent["latest_charge"])
    rest = max(0, held - amount) if final else 0
    whole = final or amount >= held
    taken = charge["amount_captured"] + amount
    before = change(
        charge,
        amount_captured=taken,
        amount_refunded=charge["amount_refunded"] + rest,
        balance_transaction=balance.take(books, charge, amount),
        captured=whole,  # of several captures only the last says so
    )
    change(
        intent,
        amount_capturable=0 if whole else held - amount,
        amount_received=taken,
        **({"status": "succeeded"} if whole else {}),
    )
    charges.take_fee(books, charge)
    books.emit("charge.captured" if whole else "charge.updated", charge, before)
    if rest:
        _release(books, charge, rest)
    if whole:
        books.emit("payment_intent.succeeded", intent)
        method = books.look("payment_method", charge["payment_method"])
        if method and (card := methods.card_behind(books, method)):
            charges.follow(books, charge, card)
    else:
        books.emit("payment_intent.amount_capturable_updated", intent)
    return intent


def cancel(books: Books, intent: Object, reason: str | None = None) -> Object:
    """
    End a payment: what is held is let go of.

    :raises Refusal: it is paid, or over.
    """
    if intent["status"] not in CANCELABLE:
        raise unexpected(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. "
            "Only a PaymentIntent with one of the following statuses may be canceled: "
            f"{', '.join(CANCELABLE)}.",
            "payment_intent",
            intent,
        )
    charge = books.look("charge", intent["latest_charge"])
    if charge and charge["status"] == "pending":
        raise unexpected(
            "You cannot cancel this PaymentIntent because its payment is under way.",
            "payment_intent",
            intent,
        )
    _end(books, intent, reason, by="charge.refunded")
    return intent


@due
def expire_hold(books: Books, id: str) -> None:
    """Nobody took it in time: the card network lets it go."""
    intent = books.get("payment_intent", id)
    if intent["status"] == "requires_capture":
        _end(books, intent, "automatic", by="charge.expired", why="expired_uncaptured_charge")


def _end(
    books: Books, intent: Object, reason: str | None, *, by: str, why: str | None = None
) -> None:
    asked = why is None  # a hold that ran out ended without anybody's request
    held = intent["status"] == "requires_capture"
    change(
        intent,
        status="canceled",
        amount_capturable=0,
        canceled_at=books.now,
        cancellation_reason=reason,
        next_action=None,
    )
    if held:
        charge = books.get("charge", intent["latest_charge"])
        rest = charge["amount"] - charge["amount_captured"]
        before = change(
            charge,
            amount_refunded=charge["amount_refunded"] + rest,
            refunded=not charge["amount_captured"],
        )
        books.emit(by, charge, before, asked=asked)
        _release(books, charge, rest, why=why, asked=asked)
    _close_review(books, intent)
    books.emit("payment_intent.canceled", intent, asked=asked)
    came = intent["amount"] - books.note(intent["id"]).get("missing", intent["amount"])
    if came and not held:
        cash.move(books, intent, came, "unapplied_from_payment")


def _release(
    books: Books, charge: Object, amount: int, *, why: str | None = None, asked: bool = True
) -> None:
    """The refund row that Stripe makes of held money let go: no money moves for it."""
    row = objects.refund(
        id=books.id("re"),
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        created=books.now,
        currency=charge["currency"],
        destination_details={"card": {"type": "reversal"}, "type": "card"},
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=why,
    )
    books.add(row, release=True)
    books.emit("refund.created", row, asked=asked)


def _close_review(books: Books, intent: Object) -> None:
    """A payment that is canceled needs no looking at any more."""
    if intent["review"]:
        review = books.get("review", intent["review"])
        protection.close_review(books, review, "canceled")


def _overcapture(intent: Object) -> bool:
    options = (intent["payment_method_options"] or {}).get("card") or {}
    return options.get("request_overcapture") == "if_available"
