"""`/v1/customers`, `/v1/payment_methods`, `/v1/setup_intents`, `/v1/tokens`."""

from typing import Any

from sandbox.engine import Refusal, cash, customers, methods
from sandbox.engine.cards import by_number
from sandbox.engine.errors import invalid
from sandbox.engine.money import check_currency
from sandbox.engine.world import change
from sandbox.objects.methods import Object
from sandbox.server.params import (
    ADDRESS,
    BILLING,
    CARD,
    CREATED,
    METHOD,
    METHOD_DATA,
    PAGE,
    REDISPLAY,
    Needed,
    flag,
    group,
    groups,
    many,
    metadata,
    one_of,
    positive,
    text,
    whole,
)
from sandbox.server.registry import Call, route
from sandbox.server.routes.payment_intents import AUTOMATIC, of

SAID: dict[str, Any] = {
    "address": ADDRESS,
    "balance": whole,
    "description": text,
    "email": text,
    "invoice_prefix": text,
    "invoice_settings": group,
    "metadata": metadata,
    "name": text,
    "next_invoice_sequence": whole,
    "phone": text,
    "preferred_locales": many,
    "shipping": group,
    "tax_exempt": one_of("exempt", "none", "reverse"),
}
COPIED = [name for name in SAID if name not in ("metadata", "invoice_settings")]


def _fields(call: Call, kept: Object | None = None) -> Object:
    fields = call.plain(*COPIED)
    email = fields.get("email")
    if email and ("@" not in email or " " in email):
        raise invalid(f"Invalid email address: {email}", "email", "email_invalid", began=True)
    fields["metadata"] = call.metadata((kept or {}).get("metadata"))
    return fields


def _settings(call: Call, customer: Object) -> Object:
    given = call.params.get("invoice_settings") or {}
    method = given.get("default_payment_method")
    if method:
        found = methods.given(call.books, method)
        if found["customer"] != customer["id"]:
            raise Refusal(
                f"The customer does not have a payment method with the ID {method}. The payment "
                "method must be attached to the customer.",
                code="resource_missing",
                param="invoice_settings[default_payment_method]",
            )
    cleaned = {name: value if value != "" else None for name, value in given.items()}
    return {**customer["invoice_settings"], **cleaned}


@route("POST", "/v1/customers", payment_method=text, **SAID)
def create(call: Call) -> Object:
    """Make a customer, perhaps with a card."""
    method = call.params.get("payment_method")
    found = methods.given(call.books, method) if method else None
    row = customers.create(call.books, **_fields(call))
    if found:
        methods.attach(call.books, found, row)
    row["invoice_settings"] = _settings(call, row)
    return row


@route("GET", "/v1/customers", **PAGE, **CREATED, email=text)
def page(call: Call) -> Object:
    """List customers, the newest first."""
    return call.page("customer", "email")


@route("GET", "/v1/customers/{id}")
def retrieve(call: Call) -> Object:
    """Show a customer; of one that was deleted, that it was."""
    return customers.deleted(call.books, call.ids["id"]) or call.get("customer")


@route("POST", "/v1/customers/{id}", default_source=text, **SAID)
def update(call: Call) -> Object:
    """Change a customer, as which card is the default."""
    row = call.get("customer")
    return customers.update(
        call.books, row, invoice_settings=_settings(call, row), **_fields(call, row)
    )


@route("DELETE", "/v1/customers/{id}")
def delete(call: Call) -> Object:
    """Forget a customer for good."""
    return customers.delete(call.books, call.get("customer"))


@route("GET", "/v1/customers/{id}/payment_methods", **PAGE, type=text, allow_redisplay=text)
def cards(call: Call) -> Object:
    """List a customer's cards."""
    return _cards(call, call.get("customer")["id"])


@route("GET", "/v1/customers/{id}/payment_methods/{method}")
def card(call: Call) -> Object:
    """Show one of a customer's cards."""
    method, customer = call.get("payment_method", "method"), call.get("customer")
    if method["customer"] != customer["id"]:
        raise Refusal(
            f"No such PaymentMethod: '{method['id']}'", status=404, code="resource_missing"
        )
    return method


def _cards(call: Call, customer: str | None) -> Object:
    kind = call.params.get("type")
    return call.paged(
        each
        for each in call.books.all("payment_method")
        if each["customer"]
        and (not customer or each["customer"] == customer)
        and (not kind or each["type"] == kind)
    )


# Payment methods ---------------------------------------------------------


@route(
    "POST",
    "/v1/payment_methods",
    public=True,
    key=text,
    **METHOD,
)
def method_create(call: Call) -> Object:
    """Make a payment method of a test card or bank account."""
    given = call.params | {"metadata": call.metadata()}
    return methods.make(call.books, given)


@route("GET", "/v1/payment_methods", **PAGE, customer=text, type=text, allow_redisplay=text)
def method_page(call: Call) -> Object:
    """List those of a customer."""
    customer = call.named("customer", "customer")
    return _cards(call, customer["id"] if customer else None)


@route("GET", "/v1/payment_methods/{id}")
def method_retrieve(call: Call) -> Object:
    """Show one."""
    return call.get("payment_method")


@route(
    "POST",
    "/v1/payment_methods/{id}",
    allow_redisplay=REDISPLAY,
    billing_details=BILLING,
    card=CARD,
    metadata=metadata,
)
def method_update(call: Call) -> Object:
    """Change what the guest says of it."""
    row = call.get("payment_method")
    if not row["customer"]:
        raise Refusal("You must save this PaymentMethod to a customer before you can update it.")
    fields = call.plain("allow_redisplay")
    if details := call.params.get("billing_details"):
        kept = row["billing_details"]
        merged = {**kept, **{name: value or None for name, value in details.items()}}
        merged["address"] = {**kept["address"], **(details.get("address") or {})}
        fields["billing_details"] = merged
    if card := call.params.get("card"):
        month, year = methods.expiry({**row["card"], **card}, call.books.now)
        fields["card"] = {**row["card"], "exp_month": month, "exp_year": year}
    before = change(row, metadata=call.metadata(row["metadata"]), **fields)
    if before:
        call.books.emit("payment_method.updated", row, before)
    return row


@route("POST", "/v1/payment_methods/{id}/attach", customer=Needed(text))
def attach(call: Call) -> Object:
    """Put one on a customer's file."""
    customer = call.named("customer", "customer")
    return methods.attach(call.books, methods.given(call.books, call.ids["id"]), customer or {})


@route("POST", "/v1/payment_methods/{id}/detach")
def detach(call: Call) -> Object:
    """Take one off file, for good."""
    return methods.detach(call.books, call.get("payment_method"))


@route("POST", "/v1/tokens", public=True, card=Needed(CARD), key=text)
def token(call: Call) -> Object:
    """Make a token of a test card's number."""
    card = call.params["card"] or {}
    found = by_number(str(card.get("number", "")))
    methods.expiry(card, call.books.now)
    methods.check_cvc(card)
    row = {
        "id": call.books.id("tok"),
        "object": "token",
        "card": {"brand": found.brand, "last4": found.number[-4:], "object": "card"},
        "client_ip": "127.0.0.1",
        "created": call.books.now,
        "livemode": False,
        "type": "card",
        "used": False,
    }
    return call.books.add(row, card=found.number)


# Setup intents -----------------------------------------------------------

SETTING: dict[str, Any] = {
    "customer": text,
    "description": text,
    "metadata": metadata,
    "payment_method": text,
    "payment_method_data": METHOD_DATA,
    "payment_method_options": groups,
    "payment_method_types": many,
}


def _given_method(call: Call, customer: str | None) -> Object | None:
    if data := call.params.get("payment_method_data"):
        return methods.make(call.books, data)
    if id := call.params.get("payment_method"):
        method = methods.given(call.books, id)
        methods.check_usable(call.books, method, customer)
        return method
    return None


@route(
    "POST",
    "/v1/setup_intents",
    automatic_payment_methods=AUTOMATIC,
    confirm=flag,
    mandate_data=group,
    return_url=text,
    usage=one_of("off_session", "on_session"),
    use_stripe_sdk=flag,
    **SETTING,
)
def setup(call: Call) -> Object:
    """Begin to put a card on file, and with `confirm` do it at once."""
    given = call.params
    customer = call.named("customer", "customer")
    method = _given_method(call, customer["id"] if customer else None)
    types = given.get("payment_method_types")
    automatic = given.get("automatic_payment_methods")
    if automatic is None and not types:
        automatic = {"enabled": True}
    row = customers.set_up(
        call.books,
        automatic_payment_methods=automatic and {"allow_redirects": "always"} | automatic,
        metadata=call.metadata(),
        payment_method=method and method["id"],
        payment_method_types=types or ["card"],
        usage=given.get("usage", "off_session"),
        **call.plain("customer", "description"),
    )
    if given.get("confirm"):
        return _confirm(call, row, method)
    return row


def _confirm(call: Call, row: Object, method: Object | None) -> Object:
    given = call.params
    frame = given.get("use_stripe_sdk") or (call.public and not given.get("return_url"))
    return customers.confirm(
        call.books, row, method, return_url=None if frame else given.get("return_url")
    )


@route("GET", "/v1/setup_intents", **PAGE, **CREATED, customer=text, payment_method=text)
def setup_page(call: Call) -> Object:
    """List them, the newest first."""
    return call.page("setup_intent", "customer", "payment_method")


@route("GET", "/v1/setup_intents/{id}", public=True, client_secret=text)
def setup_retrieve(call: Call) -> Object:
    """Show one; to a guest's browser, too, which knows its secret."""
    return of(call, "setup_intent", "setupintent")


@route("POST", "/v1/setup_intents/{id}", **SETTING)
def setup_update(call: Call) -> Object:
    """Change what was not confirmed yet."""
    row = of(call, "setup_intent", "setupintent")
    call.named("customer", "customer")
    method = _given_method(call, call.params.get("customer") or row["customer"])
    if method:
        change(row, payment_method=method["id"], status="requires_confirmation")
    change(
        row,
        metadata=call.metadata(row["metadata"]),
        **call.plain("customer", "description", "payment_method_types"),
    )
    return row


@route(
    "POST",
    "/v1/setup_intents/{id}/confirm",
    public=True,
    client_secret=text,
    mandate_data=group,
    payment_method=text,
    payment_method_data=METHOD_DATA,
    payment_method_options=groups,
    return_url=text,
    use_stripe_sdk=flag,
    key=text,
)
def setup_confirm(call: Call) -> Object:
    """Put the card on file."""
    row = of(call, "setup_intent", "setupintent")
    return _confirm(call, row, _given_method(call, row["customer"]))


@route(
    "POST",
    "/v1/setup_intents/{id}/cancel",
    cancellation_reason=one_of("abandoned", "requested_by_customer", "duplicate"),
)
def setup_cancel(call: Call) -> Object:
    """End one that nobody will finish."""
    row = of(call, "setup_intent", "setupintent")
    return customers.cancel(call.books, row, call.params.get("cancellation_reason"))


# Bank transfers ----------------------------------------------------------


@route(
    "POST",
    "/v1/test_helpers/customers/{id}/fund_cash_balance",
    amount=Needed(positive),
    currency=Needed(text),
    reference=text,
)
def fund(call: Call) -> Object:
    """A bank transfer of this customer's comes in."""
    return cash.fund(
        call.books,
        call.get("customer"),
        call.params["amount"],
        check_currency(call.params["currency"] or ""),
        call.params.get("reference"),
    )


@route("GET", "/v1/customers/{id}/cash_balance")
def cash_balance(call: Call) -> Object:
    """Show what a customer has sent and not used yet."""
    return cash.balance(call.books, call.get("customer"))


@route("GET", "/v1/customers/{id}/cash_balance_transactions", **PAGE)
def cash_moves(call: Call) -> Object:
    """List the transfers of a customer that came in."""
    customer = call.get("customer")
    return call.paged(
        each
        for each in call.books.all("customer_cash_balance_transaction")
        if each["customer"] == customer["id"]
    )
