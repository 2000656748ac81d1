"""`/v1/balance_transactions`, `/v1/transfers`, `/v1/application_fees`, and what is billed."""

from sandbox.engine import transfers
from sandbox.engine.money import check_currency
from sandbox.engine.world import change
from sandbox.objects.methods import Object
from sandbox.server.params import CREATED, PAGE, Needed, metadata, positive, text
from sandbox.server.registry import Call, route


@route(
    "GET",
    "/v1/balance_transactions",
    **PAGE,
    **CREATED,
    currency=text,
    payout=text,
    source=text,
    type=text,
)
def page(call: Call) -> Object:
    """List what moved on the balance, the newest first."""
    return call.page("balance_transaction", "currency", "source", "type")


@route("GET", "/v1/balance_transactions/{id}")
def retrieve(call: Call) -> Object:
    """Show one movement."""
    return call.get("balance_transaction")


@route("GET", "/v1/balance")
def balance(call: Call) -> Object:
    """Show what is there, and what is on its way."""
    sums: dict[str, dict[str, int]] = {"available": {}, "pending": {}}
    for row in call.books.all("balance_transaction"):
        ready = row["available_on"] <= call.books.now or row["status"] == "available"
        into = sums["available" if ready else "pending"]
        into[row["currency"]] = into.get(row["currency"], 0) + row["net"]
    found = {
        name: [
            {"amount": amount, "currency": currency, "source_types": {"card": amount}}
            for currency, amount in each.items()
        ]
        or [{"amount": 0, "currency": "eur", "source_types": {"card": 0}}]
        for name, each in sums.items()
    }
    return {"object": "balance", "livemode": False, **found}


@route(
    "POST",
    "/v1/transfers",
    amount=Needed(positive),
    currency=Needed(text),
    destination=Needed(text),
    description=text,
    metadata=metadata,
    source_transaction=text,
    transfer_group=text,
)
def transfer(call: Call) -> Object:
    """Send money of the platform's to a hotel."""
    given = call.params
    call.world.connected(given["destination"])
    call.named("charge", "source_transaction")
    return transfers.create(
        call.books,
        amount=given["amount"],
        currency=check_currency(given["currency"]),
        destination=given["destination"],
        metadata=call.metadata(),
        **call.plain("description", "source_transaction", "transfer_group"),
    )


@route("GET", "/v1/transfers", **PAGE, **CREATED, destination=text, transfer_group=text)
def transfer_page(call: Call) -> Object:
    """List transfers, the newest first."""
    return call.page("transfer", "destination", "transfer_group")


@route("GET", "/v1/transfers/{id}")
def transfer_retrieve(call: Call) -> Object:
    """Show one."""
    return call.get("transfer")


@route("POST", "/v1/transfers/{id}", description=text, metadata=metadata)
def transfer_update(call: Call) -> Object:
    """Change what is written on one."""
    row = call.get("transfer")
    before = change(row, metadata=call.metadata(row["metadata"]), **call.plain("description"))
    if before:
        call.books.emit("transfer.updated", row, before)
    return row


@route(
    "POST",
    "/v1/transfers/{id}/reversals",
    amount=positive,
    description=text,
    metadata=metadata,
)
def reverse(call: Call) -> Object:
    """Take a part of it back, or all of it."""
    return transfers.reverse(
        call.books, call.get("transfer"), call.params.get("amount"), metadata=call.metadata()
    )


@route("GET", "/v1/transfers/{id}/reversals", **PAGE)
def reversals(call: Call) -> Object:
    """List what was taken back."""
    return call.paged(call.get("transfer")["reversals"]["data"])


@route("GET", "/v1/application_fees", **PAGE, **CREATED, charge=text)
def fees(call: Call) -> Object:
    """List what the platform kept of hotels' charges."""
    return call.page("application_fee", "charge")


@route("GET", "/v1/application_fees/{id}")
def fee(call: Call) -> Object:
    """Show one."""
    return call.get("application_fee")


@route("GET", "/v1/invoices", **PAGE, **CREATED, customer=text, status=text, subscription=text)
def invoices(call: Call) -> Object:
    """List bills."""
    return call.page("invoice", "customer", "status")


@route("GET", "/v1/invoices/{id}")
def invoice(call: Call) -> Object:
    """Show a bill."""
    return call.get("invoice")


@route("GET", "/v1/subscription_schedules", **PAGE, **CREATED, customer=text)
def schedules(call: Call) -> Object:
    """List plans."""
    return call.page("subscription_schedule", "customer")


@route("GET", "/v1/subscription_schedules/{id}")
def schedule(call: Call) -> Object:
    """Show a plan."""
    return call.get("subscription_schedule")
