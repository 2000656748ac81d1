"""
`/_sandbox/…`: what at Stripe happens by itself, in a bank, or on a page, is asked for here.

Each takes JSON or a form. `account` says whose object it is (`acct_…`); without it, the account is
looked for by the object's id.
"""

from typing import Any

from sandbox.engine import (
    Books,
    Refusal,
    cash,
    connect,
    customers,
    holds,
    payments,
    protection,
    refunds,
)
from sandbox.engine.errors import missing
from sandbox.engine.money import check_currency
from sandbox.objects.methods import Object
from sandbox.server.faults import KINDS
from sandbox.server.params import Needed, flag, group, many, one_of, positive, text, whole
from sandbox.server.registry import Call, control


def number(value: Any, name: str) -> float:
    """A number, whole or not."""
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise Refusal(f"Invalid number: {value}", param=name) from error


def seed(value: Any, name: str) -> int | None:
    """What decides chance."""
    return None if value in (None, "") else whole(value, name)


def whose(call: Call, id: str) -> Books:
    """
    Return the books in which an object stands.

    :raises Refusal: nobody has it.
    """
    if account := call.params.get("account"):
        return call.world.books(account)
    for books in call.world.everybody():
        if books.find(id):
            return books
    raise missing("object", id)


def look(call: Call, param: str, kind: str) -> tuple[Books, Object]:
    """Return an object that a parameter names, and its account's books before it."""
    books = whose(call, call.params[param])
    return books, books.get(kind, call.params[param])


# How it behaves ----------------------------------------------------------


@control("GET", "/_sandbox/faults")
def faults(call: Call) -> Object:
    """Show what goes wrong, and how often it did."""
    return call.server.faults.shown()  # type: ignore[no-any-return]


@control("POST", "/_sandbox/faults", rate=number, kinds=many, seed=seed, hang=number)
def set_faults(call: Call) -> Object:
    """Have a part of all calls go wrong; `{}` or `{"rate": 0}` ends it."""
    call.server.faults.set(
        rate=call.params.get("rate", 0.0),
        kinds=call.params.get("kinds") or list(KINDS),
        seed=call.params.get("seed"),
        hang=call.params.get("hang", 60.0),
    )
    return faults(call)  # type: ignore[return-value]


@control("DELETE", "/_sandbox/faults")
def no_faults(call: Call) -> Object:
    """Have nothing go wrong any more."""
    call.server.faults.clear()
    return faults(call)  # type: ignore[return-value]


@control("GET", "/_sandbox/delivery")
def delivery(call: Call) -> Object:
    """Show how events are delivered, and what came of it."""
    return call.server.delivery.shown()  # type: ignore[no-any-return]


@control(
    "POST",
    "/_sandbox/delivery",
    drop=number,
    double=number,
    shuffle=flag,
    delay=number,
    seed=seed,
)
def set_delivery(call: Call) -> Object:
    """Deliver worse, from the next event on; `{}` delivers well again."""
    call.server.delivery.set(**call.params)
    return delivery(call)  # type: ignore[return-value]


@control("DELETE", "/_sandbox/delivery")
def good_delivery(call: Call) -> Object:
    """Deliver as well as can be."""
    call.server.delivery.clear()
    return delivery(call)  # type: ignore[return-value]


@control("GET", "/_sandbox/clock")
def clock(call: Call) -> Object:
    """Show the moment that it is here, and by how much it is ahead."""
    return {"now": call.world.now, "ahead": call.world.ahead}


@control("POST", "/_sandbox/advance", seconds=whole, days=whole)
def advance(call: Call) -> Object:
    """Let time pass; what becomes due happens."""
    seconds = call.params.get("seconds", 0) + call.params.get("days", 0) * 86_400
    if not 0 <= seconds <= 400 * 86_400:
        raise Refusal("Time passes forwards, and by 400 days at most.", param="seconds")
    call.world.advance(seconds)
    return clock(call)  # type: ignore[return-value]


@control("POST", "/_sandbox/reset", seed=text)
def reset(call: Call) -> Object:
    """Forget everything: objects, keys, faults, what waits to be delivered."""
    call.world.reset(call.params.get("seed"))
    call.server.faults.clear()
    call.server.delivery.clear()
    call.server.delivery.forget()
    return clock(call)  # type: ignore[return-value]


@control("POST", "/_sandbox/load", books=many)
def load(call: Call) -> Object:
    """Take over what a story left, so that it can be asked about; nothing is sent."""
    try:
        for each in call.params.get("books") or []:
            call.world.books(each["account"]).load(each["kept"], each["notes"])
    except (AttributeError, KeyError, TypeError) as error:
        raise Refusal(f"This is not what a story left: {error!r}", param="books") from error
    return accounts(call)  # type: ignore[return-value]


@control("GET", "/_sandbox/accounts")
def accounts(call: Call) -> Object:
    """List every account with how many objects of which kind it has."""
    rows = []
    for books in call.world.everybody():
        rows.append(
            {
                "account": books.account,
                "gone": call.world.is_gone(books.account or ""),
                "objects": {kind: len(each) for kind, each in books.kept.items() if each},
            }
        )
    return {"accounts": rows}


# What people and banks do ------------------------------------------------


@control(
    "POST",
    "/_sandbox/dispute",
    charge=Needed(text),
    account=text,
    amount=positive,
    inquiry=flag,
    reason=text,
)
def dispute(call: Call) -> Object:
    """A bank takes a charge's money back, or only asks about it."""
    books, charge = look(call, "charge", "charge")
    return protection.open_dispute(
        books,
        charge["id"],
        call.params.get("reason") or "fraudulent",
        call.params.get("inquiry", False),
        call.params.get("amount"),
    )


@control(
    "POST",
    "/_sandbox/decide",
    dispute=Needed(text),
    account=text,
    verdict=Needed(one_of("win", "lose", "escalate", "close")),
)
def decide(call: Call) -> Object:
    """The bank decides a dispute."""
    books, row = look(call, "dispute", "dispute")
    protection.decide(books, row["id"], call.params["verdict"])
    return row


@control("POST", "/_sandbox/warn", charge=Needed(text), account=text)
def warn(call: Call) -> Object:
    """A bank warns of fraud."""
    books, charge = look(call, "charge", "charge")
    return protection.warn(books, charge["id"])


@control("POST", "/_sandbox/review", charge=Needed(text), account=text)
def review(call: Call) -> Object:
    """Stripe wants somebody to look at a payment."""
    books, charge = look(call, "charge", "charge")
    return protection.open_review(books, charge)


@control("POST", "/_sandbox/fail_refund", refund=Needed(text), account=text, reason=text)
def fail_refund(call: Call) -> Object:
    """The guest's bank sends a refund back."""
    books, row = look(call, "refund", "refund")
    if row["status"] not in ("pending", "succeeded"):
        raise Refusal(f"This refund has a status of {row['status']}.")
    refunds.fail(books, row["id"], call.params.get("reason") or "expired_or_canceled_card")
    return row


@control("POST", "/_sandbox/arrive", refund=Needed(text), account=text)
def arrive(call: Call) -> Object:
    """A refund that is pending arrives."""
    books, row = look(call, "refund", "refund")
    refunds.arrive(books, row["id"])
    return row


@control("POST", "/_sandbox/expire_hold", payment_intent=Needed(text), account=text)
def expire_hold(call: Call) -> Object:
    """The card network lets go of a hold that nobody took in time."""
    books, intent = look(call, "payment_intent", "payment_intent")
    if intent["status"] != "requires_capture":
        raise Refusal(f"Nothing is held: this payment has a status of {intent['status']}.")
    holds.expire_hold(books, intent["id"])
    return intent


@control(
    "POST",
    "/_sandbox/transfer",
    payment_intent=text,
    customer=text,
    account=text,
    amount=positive,
    currency=text,
    reference=text,
)
def transfer(call: Call) -> Object:
    """A guest's bank transfer comes in: for a payment that waits for it, or for a customer."""
    given = call.params
    if given.get("payment_intent"):
        books, intent = look(call, "payment_intent", "payment_intent")
        shown = (intent["next_action"] or {}).get("display_bank_transfer_instructions")
        if not shown:
            raise Refusal("This payment does not wait for a bank transfer.")
        customer = books.get("customer", intent["customer"])
        amount = given.get("amount") or shown["amount_remaining"]
        cash.fund(books, customer, amount, intent["currency"], shown["reference"])
        return intent
    if not given.get("customer") or not given.get("amount"):
        raise Refusal("Say which payment_intent, or which customer and what amount.")
    books, customer = look(call, "customer", "customer")
    currency = check_currency(given.get("currency") or "eur")
    return cash.fund(books, customer, given["amount"], currency, given.get("reference"))


@control(
    "POST",
    "/_sandbox/authenticate",
    intent=Needed(text),
    account=text,
    outcome=one_of("complete", "fail"),
)
def authenticate(call: Call) -> Object:
    """The guest answers their bank (3-D Secure): `complete`, or `fail`."""
    books = whose(call, call.params["intent"])
    row = books.find(call.params["intent"])
    if row is None or row["object"] not in ("payment_intent", "setup_intent"):
        raise missing("object", call.params["intent"])
    succeeds = call.params.get("outcome", "complete") == "complete"
    if row["object"] == "setup_intent":
        return customers.authenticate(books, row, succeeds=succeeds)
    return payments.authenticate(books, row, succeeds=succeeds)


# Accounts ----------------------------------------------------------------


def account(call: Call) -> Books:
    """
    Return the books of the account that the address names.

    :raises Refusal: that is no account's id.
    """
    id = call.ids["id"]
    if not id.startswith("acct_"):
        raise missing("account", id)
    return call.world.books(id)


@control("POST", "/_sandbox/accounts/{id}/onboard", business_profile=group)
def onboard(call: Call) -> Object:
    """Everything that Stripe asked for is there."""
    return connect.answer(account(call), call.params.get("business_profile"))


@control("POST", "/_sandbox/accounts/{id}/demand", what=text, days=whole)
def demand(call: Call) -> Object:
    """Stripe wants to know something by a day, as a document."""
    return connect.demand(
        account(call),
        call.params.get("what") or "company.verification.document",
        days=call.params.get("days", 14),
    )


@control("POST", "/_sandbox/accounts/{id}/restrict")
def restrict(call: Call) -> Object:
    """Nobody told Stripe in time: no charges, no payouts."""
    return connect.restrict(account(call))


@control("POST", "/_sandbox/accounts/{id}/reject", reason=text)
def reject(call: Call) -> Object:
    """Stripe wants nothing to do with it."""
    return connect.reject(account(call), call.params.get("reason") or "fraud")


@control("POST", "/_sandbox/accounts/{id}/deauthorize")
def deauthorize(call: Call) -> Object:
    """The hotel lets go of the platform."""
    books = call.world.connected(call.ids["id"])
    connect.deauthorize(books)
    return connect.account_of(books)


@control("POST", "/_sandbox/accounts/{id}/authorize")
def authorize(call: Call) -> Object:
    """The hotel lets the platform act for it again."""
    books = account(call)
    connect.authorize(books)
    return connect.account_of(books)
