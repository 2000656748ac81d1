"""
A payment intent's way: made, confirmed, asked about by the guest's bank, held, captured, canceled.

Every verb takes the account's books first and changes its objects; what it refuses, it refuses
before anything is changed. A declined attempt is a change all the same, and then a refusal.
"""

from copy import deepcopy
from typing import Any

from sandbox import ids, objects
from sandbox.engine import balance, methods, protection
from sandbox.engine.cards import IBANS, Card
from sandbox.engine.errors import Refusal, unexpected
from sandbox.engine.money import written
from sandbox.engine.world import HOLD_LASTS, Books, change, due
from sandbox.objects import payments, transfers_in
from sandbox.objects.methods import Object

SETTLES_IN = 1  # seconds until what Stripe keeps of a charge is known, where it is not at once
HAPPENS_IN = 1  # seconds until what a test card is for happens
DEBIT_TAKES = 3  # seconds that a direct debit is under way
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)


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
            return _debit(books, intent, method)
        case "customer_balance":
            return _wait_for_transfer(books, intent, method)
    card = methods.card_behind(books, method)
    wants = _wants_authentication(intent)
    if card and asks(card, books.note(method["id"]), absent=absent, wanted=wants):
        if absent or no_questions:
            decline(books, intent, method, "authentication_required")
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
    if _multicapture(intent):
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


def _charge(books: Books, intent: Object, method: Object, **fields: Any) -> Object:
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


def attempt(books: Books, intent: Object, method: Object) -> Object:
    """
    Charge the card, or hold the money on it.

    :raises Refusal: the guest's bank, or Stripe itself, declines.
    """
    card = methods.card_behind(books, method)
    if card and card.decline:
        decline(books, intent, method, card.decline[1] or card.decline[0], blocked=card.blocked)
    if not method["customer"]:
        books.note(method["id"])["spent"] = not (
            intent["setup_future_usage"] and intent["customer"]
        )
    if intent["capture_method"] == "manual":
        charge = _charge(books, intent, method, captured=False, balance_transaction=None)
        change(intent, status="requires_capture", amount_capturable=intent["amount"])
        books.emit("charge.succeeded", charge)
        books.emit("payment_intent.amount_capturable_updated", intent)
        books.later(HOLD_LASTS, "expire_hold", intent["id"])
    else:
        charge = _charge(books, intent, method, balance_transaction=None)
        _succeed(books, intent, charge)
    if intent["setup_future_usage"]:
        books.note(method["id"])["set_up"] = True
        if intent["customer"]:
            methods.keep(books, method, intent["customer"])
    if card:
        follow(books, charge, card)
    return intent


def _succeed(books: Books, intent: Object, charge: Object, *, asked: bool = True) -> None:
    """The money is there."""
    change(intent, status="succeeded", amount_received=charge["amount"], next_action=None)
    at_once = intent["capture_method"] != "automatic_async"
    if at_once:
        change(charge, balance_transaction=balance.take(books, charge, charge["amount"]))
    _fee(books, charge)
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


def _fee(books: Books, charge: Object) -> None:
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
    charge = _charge(
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


# Holds -------------------------------------------------------------------


def _multicapture(intent: Object) -> bool:
    options = (intent["payment_method_options"] or {}).get("card") or {}
    return options.get("request_multicapture") == "if_available"


def _overcapture(intent: Object) -> bool:
    options = (intent["payment_method_options"] or {}).get("card") or {}
    return options.get("request_overcapture") == "if_available"


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
    if not final and not _multicapture(intent):
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
    _fee(books, charge)
    books.emit("charge.captured" if whole else "charge.updated", charge, before)
    if rest:
        _release(books, charge, rest)
    if whole:
        books.emit("payment_intent.succeeded", intent)
        method = books.look("payment_method", charge["payment_method"])
        if method and (card := methods.card_behind(books, method)):
            follow(books, charge, card)
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
        _move_cash(books, intent, came, "unapplied_from_payment")


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


# Direct debits -----------------------------------------------------------


def _debit(books: Books, intent: Object, method: Object) -> Object:
    """A bank account is debited: the bank takes a while to answer."""
    iban = books.note(method["id"])["iban"]
    change(intent, setup_future_usage=intent["setup_future_usage"])
    charge = _charge(
        books, intent, method, status="pending", captured=True, balance_transaction=None
    )
    change(charge, paid=False, receipt_url=None)
    change(intent, status="processing")
    books.emit("charge.pending", charge)
    books.emit("payment_intent.processing", intent)
    fate = IBANS[iban]
    books.later(180 if "three" in fate else DEBIT_TAKES, "end_debit", intent["id"], fate)
    return intent


@due
def end_debit(books: Books, id: str, fate: str) -> None:
    """The guest's bank has paid, or has not."""
    intent = books.get("payment_intent", id)
    charge = books.get("charge", intent["latest_charge"])
    if intent["status"] != "processing":
        return
    if not fate.startswith("fails"):
        change(
            charge,
            status="succeeded",
            paid=True,
            receipt_url=payments.receipt(charge["id"]),
        )
        _succeed(books, intent, charge, asked=False)
        if fate == "is disputed":
            books.later(HAPPENS_IN, "open_dispute", charge["id"], "fraudulent", False)
        return
    method = books.get("payment_method", charge["payment_method"])
    message = "The customer's bank account could not be debited."
    change(charge, status="failed", failure_code="insufficient_funds", failure_message=message)
    change(charge, captured=False, amount_captured=0)
    change(
        intent,
        status="requires_payment_method",
        payment_method=None,
        last_payment_error={
            "charge": charge["id"],
            "code": "payment_intent_payment_attempt_failed",
            "decline_code": "insufficient_funds",
            "doc_url": "https://docs.stripe.com/error-codes/payment-intent-payment-attempt-failed",
            "message": message,
            "payment_method": deepcopy(method),
            "type": "card_error",
        },
    )
    books.emit("charge.failed", charge, asked=False)
    books.emit("payment_intent.payment_failed", intent, asked=False)


# Bank transfers ----------------------------------------------------------


def _wait_for_transfer(books: Books, intent: Object, method: Object) -> Object:
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


def cash_balance(books: Books, customer: Object) -> Object:
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
            _move_cash(books, intent, -part, "applied_to_payment")
            pay_in(books, intent, part)


def _move_cash(books: Books, intent: Object, amount: int, kind: str) -> None:
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
    charge = _charge(books, intent, method, balance_transaction=None)
    _succeed(books, intent, charge, asked=False)
