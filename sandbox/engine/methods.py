"""How guests pay: payment methods, made of test cards, tokens, numbers and IBANs."""

import time
from typing import Any

from sandbox import ids, objects
from sandbox.engine import cards
from sandbox.engine.cards import Card
from sandbox.engine.errors import Refusal, invalid, missing
from sandbox.engine.world import Books, change
from sandbox.objects import methods, payments
from sandbox.objects.methods import Object, billing_details

WAS_USED = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer "
    "attachment, shared with a connected account without Customer attachment, or was detached from "
    "a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach "
    "it to a Customer first."
)


def of_card(books: Books, card: Card, *, month: int = 0, year: int = 0, **fields: Any) -> Object:
    """Make a payment method of a test card."""
    row = objects.payment_method(
        id=books.id("pm"), created=books.now, last4=card.number[-4:], **fields
    )
    row["card"] |= {
        "brand": card.brand,
        "checks": methods.checks() | card.checks,
        "country": card.country,
        "display_brand": card.brand if card.brand != "amex" else "american_express",
        "exp_month": month or methods.EXPIRES[0],
        "exp_year": year or methods.EXPIRES[1],
        "fingerprint": ids.letters(f"card {card.number}", 16),
        "funding": card.funding,
        "networks": {"available": [card.brand], "preferred": None},
    }
    return books.add(row, card=card.number)


def of_iban(books: Books, iban: str, **fields: Any) -> Object:
    """Make a payment method of a test bank account that can be debited."""
    plain = cards.by_iban(iban)
    row = objects.payment_method(id=books.id("pm"), created=books.now, **fields)
    del row["card"]
    row["type"] = "sepa_debit"
    row["sepa_debit"] = {
        "bank_code": plain[4 : {"AT": 9, "DE": 12}[plain[:2]]],
        "branch_code": "",
        "country": plain[:2],
        "fingerprint": ids.letters(f"iban {plain}", 16),
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": plain[-4:],
    }
    return books.add(row, iban=plain)


def of_balance(books: Books, **fields: Any) -> Object:
    """Make the payment method of a customer who pays by bank transfer."""
    row = objects.payment_method(id=books.id("pm"), created=books.now, **fields)
    del row["card"]
    row |= {"type": "customer_balance", "customer_balance": {}}
    return books.add(row)


def make(books: Books, data: Object) -> Object:
    """
    Make a payment method of `payment_method_data` or of what its own address takes.

    :raises Refusal: it is not known, or none of Stripe's test cards.
    """
    given = {**billing_details(), **(data.get("billing_details") or {})}
    given["address"] = billing_details()["address"] | (given["address"] or {})
    fields = {
        "allow_redisplay": data.get("allow_redisplay") or "unspecified",
        "billing_details": given,
        "metadata": dict(data.get("metadata") or {}),
    }
    match data.get("type"):
        case "card":
            return _of_card_data(books, data.get("card") or {}, fields)
        case "sepa_debit":
            return of_iban(books, str((data.get("sepa_debit") or {}).get("iban", "")), **fields)
        case "customer_balance":
            return of_balance(books, **fields)
        case None:
            raise invalid("Missing required param: type.", "type", "parameter_missing")
        case other:
            raise invalid(f"Invalid type: {other} is not one that this sandbox knows", "type")


def _of_card_data(books: Books, data: Object, fields: Object) -> Object:
    if token := data.get("token"):
        made = books.look("token", token)
        card = cards.NUMBERS[books.note(token)["card"]] if made else cards.by_token(token)
        return of_card(books, card, **fields)
    if "number" not in data:
        raise invalid("Missing required param: card.", "card", "parameter_missing")
    card = cards.by_number(str(data["number"]))
    month, year = expiry(data, books.now)
    check_cvc(data)
    return of_card(books, card, month=month, year=year, **fields)


def expiry(data: Object, now: int) -> tuple[int, int]:
    """
    Return a card's last month and year.

    :raises Refusal: there is no such month, or it is over.
    """
    try:
        month, year = int(data.get("exp_month", 0)), int(data.get("exp_year", 0))
    except ValueError:
        month, year = 0, 0
    if year < 100:
        year += 2000
    today = _month(now)
    if not 1 <= month <= 12:
        raise _wrong(
            "Your card's expiration month is invalid.", "invalid_expiry_month", "exp_month"
        )
    if (year, month) < today or year > today[0] + 50:
        raise _wrong("Your card's expiration year is invalid.", "invalid_expiry_year", "exp_year")
    return month, year


def _month(now: int) -> tuple[int, int]:
    moment = time.gmtime(now)
    return moment.tm_year, moment.tm_mon


def check_cvc(data: Object) -> None:
    """
    See that a security code, where one is given, has three or four digits.

    :raises Refusal: it has not.
    """
    given = str(data.get("cvc") or "000")
    if not (given.isdecimal() and len(given) in (3, 4)):
        raise _wrong("Your card's security code is invalid.", "invalid_cvc", "cvc")


def _wrong(message: str, code: str, param: str) -> Refusal:
    return Refusal(message, status=402, type="card_error", code=code, param=param, began=False)


def given(books: Books, id: str) -> Object:
    """
    Return the payment method that somebody names: one of this account's, or made of a test token.

    :raises Refusal: there is none.
    """
    if found := books.look("payment_method", id):
        return found
    if id.startswith(("pm_card_", "tok_")):
        return of_card(books, cards.by_token(id))
    raise missing("PaymentMethod", id, param="payment_method")


def card_behind(books: Books, method: Object) -> Card | None:
    """Return the test card behind a payment method; None where it is not a card."""
    number = books.note(method["id"]).get("card")
    if method["type"] != "card":
        return None
    return cards.NUMBERS.get(number or "4242424242424242")


def check_usable(books: Books, method: Object, customer: str | None) -> None:
    """
    Refuse a payment method that this customer may not pay with.

    :raises Refusal: it is somebody else's, or was used or detached before.
    """
    owner = method["customer"]
    if owner and not customer:
        raise Refusal(
            "The payment method you provided is attached to a customer so for security purposes "
            "you must provide the customer in the request.",
            param="payment_method",
        )
    if owner and owner != customer:
        raise Refusal(
            f"The customer does not have a payment method with the ID {method['id']}. The payment "
            "method must be attached to the customer.",
            code="resource_missing",
            param="payment_method",
        )
    if not owner and books.note(method["id"]).get("spent"):
        raise Refusal(WAS_USED, param="payment_method")


def attach(books: Books, method: Object, customer: Object) -> Object:
    """
    Put a payment method on file.

    :raises Refusal: its bank declines it, or it is somebody's already, or was.
    """
    if method["customer"] == customer["id"]:
        return method
    if method["customer"]:
        raise Refusal("The payment method you provided has already been attached to a customer.")
    if books.note(method["id"]).get("spent"):
        raise Refusal(WAS_USED)
    if (card := card_behind(books, method)) and card.decline and card.refuses:
        decline = card.decline[1] or card.decline[0]
        error = payments.payment_error(decline, payment_method=method)
        del error["payment_method"]
        raise Refusal(error.pop("message"), status=402, **error)
    keep(books, method, customer["id"])
    return method


def keep(books: Books, method: Object, customer: str) -> None:
    """Put a payment method on a customer's file, who has just paid with it or set it up."""
    if method["customer"] != customer:
        change(method, customer=customer)
        books.emit("payment_method.attached", method)


def detach(books: Books, method: Object) -> Object:
    """
    Take a payment method off file, for good.

    :raises Refusal: it is on nobody's.
    """
    if not method["customer"]:
        raise Refusal(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible."
        )
    before = change(method, customer=None)
    books.note(method["id"])["spent"] = True
    for customer in books.all("customer"):
        settings = customer["invoice_settings"]
        if settings["default_payment_method"] == method["id"]:
            was = change(customer, invoice_settings=settings | {"default_payment_method": None})
            books.emit("customer.updated", customer, was)
    books.emit("payment_method.detached", method, before)
    return method
