"""
A payment intent's way: made, confirmed, asked about by the guest's bank, attempted.

Every verb takes the account's books first and changes its objects; what it refuses, it refuses
before anything is changed. A declined attempt is a change all the same, and then a refusal.
"""

from copy import deepcopy
from typing import Any

from sandbox import objects
from sandbox.engine import cash, charges, debits, methods
from sandbox.engine.cards import Card
from sandbox.engine.errors import Refusal, unexpected
from sandbox.engine.world import HOLD_LASTS, Books, change
from sandbox.objects.methods import Object

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def check_enabled(books: Books) -> None:
    """
    Refuse to take money for an account that may not.

    :raises Refusal: Stripe wants to know something first, or wants nothing to do with it.
    """
    if books.account and not books.world.accounts[books.account]["charges_enabled"]:
        raise Refusal(
            "Your account cannot currently make charges. If you are a customer trying to make a "
            "purchase, please contact the owner of this site. Your transaction has not been "
            "processed."
        )


def create(books: Books, **fields: Any) -> Object:
    """
    Make a payment intent; nothing is attempted yet.

    :raises Refusal: the account may take no money.
    """
    check_enabled(books)
    intent = objects.payment_intent(id=books.id("pi"), created=books.now, **fields)
    if intent["payment_method"]:
        intent["status"] = "requires_confirmation"
    if not books.account:
        intent["application"] = None
    books.add(intent)
    books.emit("payment_intent.created", intent)
    return intent


def check_confirmable(intent: Object) -> None:
    """
    Refuse to confirm what cannot be.

    :raises Refusal: it is held, paid, under way or canceled.
    """
    status = intent["status"]
    if status in CONFIRMABLE:
        return
    if status == "succeeded":
        raise unexpected(
            "You cannot confirm this PaymentIntent because it has already succeeded after being "
            "previously confirmed.",
            "payment_intent",
            intent,
        )
    raise unexpected(
        f"You cannot confirm this PaymentIntent because it has a status of {status}. Only a "
        "PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, "
        "requires_action.",
        "payment_intent",
        intent,
    )


def confirm(
    books: Books,
    intent: Object,
    method: Object | None,
    *,
    absent: bool = False,
    return_url: str | None = None,
    no_questions: bool = False,
) -> Object:
    """
    Attempt a payment.

    :param absent: the guest is not there (off session): their bank cannot ask them anything.
    :param return_url: where the guest comes back to from their bank's page; without one, Stripe.js
        shows that page.
    :param no_questions: rather a decline than a question of the bank (error_on_requires_action).
    :raises Refusal: it cannot be confirmed, or was declined.
    """
    check_confirmable(intent)
    check_enabled(books)
    if method is None and intent["payment_method"]:
        method = books.get("payment_method", intent["payment_method"])
    if method is None:
        raise unexpected(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken.",
            "payment_intent",
            intent,
        )
    methods.check_usable(books, method, intent["customer"])
    change(intent, payment_method=method["id"], last_payment_error=None, next_action=None)
    match method["type"]:
        case "sepa_debit":
            return debits.debit(books, intent, method)
        case "customer_balance":
            return cash.wait_for_transfer(books, intent, method)
    card = methods.card_behind(books, method)
    wants = _wants_authentication(intent)
    if card and asks(card, books.note(method["id"]), absent=absent, wanted=wants):
        if absent or no_questions:
            charges.decline(books, intent, method, "authentication_required")
        return ask(books, intent, method, return_url)
    return attempt(books, intent, method)


def asks(card: Card, note: Object, *, absent: bool, wanted: bool = False) -> bool:
    """Tell whether a card's bank wants to hear from the guest."""
    match card.asks:
        case "always":
            return True
        case "unless set up":
            return not (absent and note.get("set_up"))
        case "on session":
            return not absent
        case "if wanted":
            return wanted
    return False


def _wants_authentication(intent: Object) -> bool:
    options = (intent["payment_method_options"] or {}).get("card") or {}
    return options.get("request_three_d_secure") in ("any", "challenge")


def ask(books: Books, intent: Object, method: Object, return_url: str | None) -> Object:
    """The guest's bank wants to hear from the guest first (3-D Secure)."""
    kind = intent["object"]
    change(
        intent,
        status="requires_action",
        payment_method=method["id"],
        next_action=question(books, intent, return_url),
    )
    books.emit(f"{kind}.requires_action", intent)
    return intent


def question(books: Books, intent: Object, return_url: str | None) -> Object:
    """Where the guest answers their bank: at a page, or in a frame that Stripe.js opens."""
    secret = intent["client_secret"]
    page = f"{books.world.url}/_sandbox/3ds/{books.account or 'platform'}/{intent['id']}?s={secret}"
    if return_url:
        return {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": return_url, "url": page},
        }
    step = {
        "source": books.id("payatt"),
        "stripe_js": page,
        "type": "three_d_secure_redirect",
    }
    return {"type": "use_stripe_sdk", "use_stripe_sdk": step}


def authenticate(books: Books, intent: Object, *, succeeds: bool) -> Object:
    """
    The guest has answered their bank.

    The payment is attempted, or the guest may try again; a decline does not raise here.

    :raises Refusal: the bank has not asked.
    """
    if (intent["next_action"] or {}).get("type") not in ("use_stripe_sdk", "redirect_to_url"):
        raise Refusal("The guest's bank has not asked anything about this payment.")
    method = books.get("payment_method", intent["payment_method"])
    books.note(method["id"])["authenticated"] = succeeds
    if not succeeds:
        _fail_authentication(books, intent, method)
        return intent
    change(intent, next_action=None)
    try:
        return attempt(books, intent, method)
    except Refusal:
        return intent


def _fail_authentication(books: Books, intent: Object, method: Object) -> None:
    change(
        intent,
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_payment_error={
            "code": "payment_intent_authentication_failure",
            "doc_url": "https://docs.stripe.com/error-codes/payment-intent-authentication-failure",
            "message": "We are unable to authenticate your payment method. Please choose a "
            "different payment method and try again.",
            "payment_method": deepcopy(method),
            "type": "invalid_request_error",
        },
    )
    books.emit("payment_intent.payment_failed", intent)


def attempt(books: Books, intent: Object, method: Object) -> Object:
    """
    Charge the card, or hold the money on it.

    :raises Refusal: the guest's bank, or Stripe itself, declines.
    """
    card = methods.card_behind(books, method)
    if card and card.decline:
        charges.decline(
            books, intent, method, card.decline[1] or card.decline[0], blocked=card.blocked
        )
    if not method["customer"]:
        books.note(method["id"])["spent"] = not (
            intent["setup_future_usage"] and intent["customer"]
        )
    if intent["capture_method"] == "manual":
        charge = charges.make(books, intent, method, captured=False, balance_transaction=None)
        change(intent, status="requires_capture", amount_capturable=intent["amount"])
        books.emit("charge.succeeded", charge)
        books.emit("payment_intent.amount_capturable_updated", intent)
        books.later(HOLD_LASTS, "expire_hold", intent["id"])
    else:
        charge = charges.make(books, intent, method, balance_transaction=None)
        charges.succeed(books, intent, charge)
    if intent["setup_future_usage"]:
        books.note(method["id"])["set_up"] = True
        if intent["customer"]:
            methods.keep(books, method, intent["customer"])
    if card:
        charges.follow(books, charge, card)
    return intent
