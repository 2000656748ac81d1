"""`/v1/payment_intents`."""

import re
from typing import Any

from sandbox.engine import Refusal, holds, methods, payments
from sandbox.engine.errors import invalid, missing
from sandbox.engine.money import check_amount, check_currency
from sandbox.engine.world import change
from sandbox.objects.methods import Object
from sandbox.server.params import (
    CREATED,
    METHOD_DATA,
    PAGE,
    Needed,
    anything,
    flag,
    group,
    group_of,
    groups,
    many,
    merged,
    metadata,
    one_of,
    positive,
    text,
    whole,
)
from sandbox.server.registry import Call, route

AUTOMATIC = group_of(enabled=Needed(flag), allow_redirects=one_of("always", "never"))
CAPTURE = one_of("automatic", "automatic_async", "manual")
USAGE = one_of("off_session", "on_session")
CARD_DEFAULTS = {
    "installments": None,
    "mandate_options": None,
    "network": None,
    "request_three_d_secure": "automatic",
}


def usage(value: Any, name: str) -> str | None:
    """Whether a card shall be kept; an empty text says no."""
    return None if value == "" else str(USAGE(value, name))


SAID = {
    "application_fee_amount": whole,
    "customer": text,
    "description": text,
    "excluded_payment_method_types": many,
    "metadata": metadata,
    "payment_method": text,
    "payment_method_data": METHOD_DATA,
    "payment_method_options": groups,
    "receipt_email": text,
    "setup_future_usage": usage,
    "shipping": group,
    "statement_descriptor": text,
    "statement_descriptor_suffix": text,
    "transfer_group": text,
}
COPIED = (
    "application_fee_amount",
    "customer",
    "description",
    "excluded_payment_method_types",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
CONFIRMING = {
    "error_on_requires_action": flag,
    "mandate_data": group,
    "off_session": anything,
    "return_url": text,
    "use_stripe_sdk": flag,
}


@route(
    "POST",
    "/v1/payment_intents",
    amount=Needed(whole),
    currency=Needed(text),
    allowed_payment_method_types=many,
    automatic_payment_methods=AUTOMATIC,
    capture_method=CAPTURE,
    confirm=flag,
    confirmation_method=one_of("automatic", "manual"),
    payment_method_types=many,
    **SAID,
    **CONFIRMING,
)
def create(call: Call) -> Object:
    """Make a payment, and with `confirm` attempt it at once."""
    given = call.params
    currency = check_currency(given["currency"] or "")
    amount = check_amount(given["amount"], currency)
    call.named("customer", "customer")
    confirms = given.get("confirm", False)
    for name in ("off_session", "error_on_requires_action", "return_url"):
        if given.get(name) and not confirms:
            raise invalid(f"You cannot provide `{name}` unless `confirm` is set to true.", name)
    _check_fee(call, amount)
    method = _method(call)
    automatic = given.get("automatic_payment_methods")
    types = given.get("payment_method_types") or given.get("allowed_payment_method_types")
    if automatic is None:
        automatic = None if types else {"enabled": True}
    if automatic:
        automatic = {"allow_redirects": "always"} | automatic
    kinds = types or _automatic_kinds(method)
    _check_type(method, kinds)
    intent = payments.create(
        call.books,
        amount=amount,
        automatic_payment_methods=automatic,
        capture_method=given.get("capture_method", "automatic_async"),
        confirmation_method=given.get("confirmation_method", "automatic"),
        currency=currency,
        metadata=call.metadata(),
        payment_method=method and method["id"],
        payment_method_options=_options(call, kinds),
        payment_method_types=kinds,
        **call.plain(*COPIED),
    )
    if confirms:
        return _confirm(call, intent, method)
    return intent


def _check_fee(call: Call, amount: int) -> None:
    fee = call.params.get("application_fee_amount")
    if fee is None:
        return
    if not call.books.account:
        raise invalid(
            "Can only apply an application_fee_amount when the request is made on behalf of "
            "another account, with the Stripe-Account header.",
            "application_fee_amount",
        )
    if not 0 <= fee <= amount:
        raise invalid(
            "The application fee cannot be larger than the payment.", "application_fee_amount"
        )


def _method(call: Call) -> Object | None:
    """Return the payment method that is named or described; None where there is neither."""
    if data := call.params.get("payment_method_data"):
        return methods.make(call.books, data)
    if id := call.params.get("payment_method"):
        method = methods.given(call.books, id)
        customer = call.params.get("customer")
        if customer or method["customer"]:
            methods.check_usable(call.books, method, customer or _customer(call))
        return method
    return None


def _customer(call: Call) -> str | None:
    intent = call.books.look("payment_intent", call.ids.get("id"))
    return intent["customer"] if intent else None


def _automatic_kinds(method: Object | None) -> list[str]:
    kinds = ["card"]
    if method and method["type"] not in kinds:
        kinds.append(method["type"])
    return kinds


def _check_type(method: Object | None, kinds: list[str]) -> None:
    if method and method["type"] not in kinds:
        raise Refusal(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent. "
            "Please attach a PaymentMethod of one of the following types: "
            f"{', '.join(kinds)}.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
        )


def _options(call: Call, kinds: list[str], kept: Object | None = None) -> Object:
    given = call.params.get("payment_method_options") or {}
    found = dict(kept or {})
    for kind in kinds:
        base = CARD_DEFAULTS if kind == "card" else {}
        found[kind] = {**base, **found.get(kind, {}), **(given.get(kind) or {})}
    return found


def _confirm(call: Call, intent: Object, method: Object | None) -> Object:
    given = call.params
    absent = given.get("off_session") not in (None, "", "false", False, "0")
    wants_frame = given.get("use_stripe_sdk") or (call.public and not given.get("return_url"))
    return payments.confirm(
        call.books,
        intent,
        method,
        absent=absent,
        return_url=None if wants_frame else given.get("return_url"),
        no_questions=given.get("error_on_requires_action", False),
    )


def of(call: Call, kind: str = "payment_intent", called: str = "payment_intent") -> Object:
    """
    Return the intent that the address names.

    :raises Refusal: a browser asks that does not know its secret.
    """
    intent = call.books.look(kind, call.ids["id"])
    if intent is None:
        raise missing(called, call.ids["id"], param="intent")
    secret = call.params.get("client_secret")
    if call.public and not secret:
        raise invalid(
            "Missing required param: client_secret.", "client_secret", "parameter_missing"
        )
    if secret and secret != intent["client_secret"]:
        raise invalid(
            "The client_secret provided does not match any associated "
            f"{'PaymentIntent' if kind == 'payment_intent' else 'SetupIntent'} on this account. "
            "Ensure the publishable key used belongs to the same account that created it.",
            "client_secret",
        )
    return intent


@route("GET", "/v1/payment_intents", **PAGE, **CREATED, customer=text)
def page(call: Call) -> Object:
    """List payments, the newest first."""
    return call.page("payment_intent", "customer")


@route("GET", "/v1/payment_intents/search", query=Needed(text), limit=whole, page=text)
def search(call: Call) -> Object:
    """Find payments by what stands in them."""
    found = searched(call.books.all("payment_intent"), call.params["query"])
    start = whole(call.params.get("page") or "0", "page")
    limit = call.params.get("limit", 10)
    if start < 0 or not 1 <= limit <= 100:
        raise invalid("Invalid page or limit.", "page" if start < 0 else "limit")
    rest = start + limit < len(found)
    return {
        "object": "search_result",
        "data": found[start : start + limit],
        "has_more": rest,
        "next_page": str(start + limit) if rest else None,
        "url": call.path,
    }


CLAUSE = re.compile(
    r"""\s*(-?)(\w+)(?:\[["'](.+?)["']\])?\s*(:|~|>=|<=|>|<)\s*(?:"([^"]*)"|'([^']*)'|(\w+))\s*"""
)


def searched(rows: list[Object], query: str) -> list[Object]:
    """
    Return the objects that a query finds: clauses joined by AND, or by OR.

    :raises Refusal: it cannot be read.
    """
    joint = " OR " if re.search(r"\sOR\s", query) else " AND "
    tests = []
    for clause in re.split(rf"{joint}", query) if joint in query else [query]:
        read = CLAUSE.fullmatch(clause)
        if not read:
            raise invalid(f"Invalid query: {query}", "query")
        tests.append(read.groups())

    def fits(row: Object, test: tuple[str | None, ...]) -> bool:
        minus, name, key, how, *values = test
        wanted = next(each for each in values if each is not None)
        value = row.get(name or "")
        if key:
            value = value.get(key) if isinstance(value, dict) else None
        match how:
            case ":":
                found = value is None if wanted == "null" else str(value) == wanted
            case "~":
                found = wanted.lower() in str(value or "").lower()
            case _:
                if not isinstance(value, int) or not wanted.isdecimal():
                    return False
                number = int(wanted)
                found = {
                    ">": value > number,
                    "<": value < number,
                    ">=": value >= number,
                    "<=": value <= number,
                }[how or ">"]
        return found != bool(minus)

    combine = any if joint == " OR " else all
    return [row for row in rows if combine(fits(row, test) for test in tests)]


@route("GET", "/v1/payment_intents/{id}", public=True, client_secret=text)
def retrieve(call: Call) -> Object:
    """Show a payment; to a guest's browser, too, which knows its secret."""
    return of(call)


@route(
    "POST",
    "/v1/payment_intents/{id}",
    amount=whole,
    currency=text,
    capture_method=CAPTURE,
    payment_method_types=many,
    **SAID,
)
def update(call: Call) -> Object:
    """Change what was not attempted yet."""
    intent, given = of(call), call.params
    fixed = intent["status"] in ("processing", "requires_capture", "canceled", "succeeded")
    late = {"description", "metadata", "receipt_email", "shipping", "transfer_group"}
    if fixed and (wrong := set(given) - late):
        raise Refusal(
            f"This PaymentIntent's {sorted(wrong)[0]} could not be updated because it has a status "
            f"of {intent['status']}.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    currency = check_currency(given.get("currency") or intent["currency"])
    fields = {"amount": check_amount(given.get("amount", intent["amount"]), currency)}
    call.named("customer", "customer")
    method = _method(call)
    if method:
        fields["payment_method"] = method["id"]
        if intent["status"] == "requires_payment_method":
            fields["status"] = "requires_confirmation"
    kinds = given.get("payment_method_types") or intent["payment_method_types"]
    change(
        intent,
        currency=currency,
        metadata=merged(intent["metadata"], given.get("metadata")),
        payment_method_options=_options(call, kinds, intent["payment_method_options"]),
        payment_method_types=kinds,
        **fields,
        **call.plain(*COPIED, "capture_method"),
    )
    return intent


@route(
    "POST",
    "/v1/payment_intents/{id}/confirm",
    public=True,
    allowed_payment_method_types=many,
    amount_to_confirm=whole,
    capture_method=CAPTURE,
    client_secret=text,
    payment_method=text,
    payment_method_data=METHOD_DATA,
    payment_method_options=groups,
    payment_method_types=many,
    receipt_email=text,
    setup_future_usage=usage,
    shipping=group,
    key=text,
    **CONFIRMING,
)
def confirm(call: Call) -> Object:
    """Attempt a payment."""
    intent = of(call)
    payments.check_confirmable(intent)
    amount = call.params.get("amount_to_confirm")
    if amount is not None and amount != intent["amount"]:
        raise invalid(
            f"The amount to confirm ({amount}) is not the PaymentIntent's ({intent['amount']}).",
            "amount_to_confirm",
            began=True,
        )
    method = _method(call)
    kinds = intent["payment_method_types"]
    if intent["automatic_payment_methods"] and method and method["type"] not in kinds:
        kinds = intent["payment_method_types"] = [*kinds, method["type"]]
    _check_type(method, kinds)
    fields = call.plain("receipt_email", "setup_future_usage", "shipping", "capture_method")
    change(
        intent,
        payment_method_options=_options(call, kinds, intent["payment_method_options"]),
        **fields,
    )
    return _confirm(call, intent, method)


@route(
    "POST",
    "/v1/payment_intents/{id}/capture",
    amount_to_capture=positive,
    application_fee_amount=whole,
    final_capture=flag,
    metadata=metadata,
    statement_descriptor=text,
    statement_descriptor_suffix=text,
)
def capture(call: Call) -> Object:
    """Take what is held, or a part of it."""
    intent = of(call)
    captured = holds.capture(
        call.books,
        intent,
        call.params.get("amount_to_capture"),
        final=call.params.get("final_capture", True),
    )
    intent["metadata"] = call.metadata(intent["metadata"])
    return captured


@route(
    "POST",
    "/v1/payment_intents/{id}/cancel",
    cancellation_reason=one_of("duplicate", "fraudulent", "requested_by_customer", "abandoned"),
)
def cancel(call: Call) -> Object:
    """End a payment; what is held is let go of."""
    return holds.cancel(call.books, of(call), call.params.get("cancellation_reason"))
