"""`/v1/accounts`, `/v1/account_links`, `/oauth/deauthorize`."""

from typing import Any

from sandbox.engine import PLATFORM, Refusal, connect
from sandbox.engine.errors import invalid
from sandbox.engine.money import check_currency
from sandbox.objects.methods import Object
from sandbox.server.params import (
    CREATED,
    PAGE,
    Needed,
    anything,
    flag,
    group,
    group_of,
    groups,
    metadata,
    one_of,
    text,
)
from sandbox.server.registry import Call, route

CONTROLLER = group_of(
    fees=group_of(payer=one_of("account", "application")),
    losses=group_of(payments=one_of("application", "stripe")),
    requirement_collection=one_of("application", "stripe"),
    stripe_dashboard=group_of(type=one_of("express", "full", "none")),
)
SAID: dict[str, Any] = {
    "business_profile": group,
    "business_type": one_of("company", "government_entity", "individual", "non_profit"),
    "capabilities": groups,
    "company": group,
    "default_currency": text,
    "email": text,
    "individual": group,
    "metadata": metadata,
    "settings": group,
    "tos_acceptance": group,
}
OF_TYPE = {  # what an account of a type is in terms of its controller
    "standard": ("account", "stripe", "stripe", "full"),
    "express": ("application", "application", "stripe", "express"),
    "custom": ("application", "application", "application", "none"),
}


def _controller(call: Call) -> Object:
    type, given = call.params.get("type"), call.params.get("controller") or {}
    if type and given:
        raise invalid("You may not provide both `type` and `controller`.", "type")
    fees, losses, collects, dashboard = OF_TYPE[type or "standard"]
    return {
        "fees": {"payer": fees} | (given.get("fees") or {}),
        "losses": {"payments": losses} | (given.get("losses") or {}),
        "requirement_collection": given.get("requirement_collection") or collects,
        "stripe_dashboard": {"type": dashboard} | (given.get("stripe_dashboard") or {}),
    }


@route(
    "POST",
    "/v1/accounts",
    controller=CONTROLLER,
    country=text,
    type=one_of(*OF_TYPE),
    **SAID,
)
def create(call: Call) -> Object:
    """Make an account, of which the platform is the controller."""
    if call.books.account:
        raise Refusal(
            "Only the platform can create connected accounts.",
            status=403,
            code="platform_account_required",
        )
    given = call.params
    row = connect.create(
        call.world,
        country=given.get("country") or "US",
        controller=_controller(call),
        metadata=call.metadata(),
        **call.plain("business_type", "capabilities", "default_currency", "email"),
    )
    row["business_profile"] |= {"name": None, "url": None} | (given.get("business_profile") or {})
    row["settings"] = _deep(row["settings"], given.get("settings") or {})
    return row


@route("GET", "/v1/accounts", **PAGE, **CREATED)
def page(call: Call) -> Object:
    """List those that are connected, the newest first."""
    rows = reversed(list(call.world.accounts.values()))
    return call.paged(each for each in rows if not call.world.is_gone(each["id"]))


@route("GET", "/v1/account")
def mine(call: Call) -> Object:
    """Show the account that asks."""
    if call.books.account:
        return connect.account_of(call.books)
    return connect.platform(call.world)


def _named(call: Call) -> Any:
    """Return the books of the account that the address names."""
    id = call.ids["id"]
    if call.books.account and call.books.account != id:
        raise Refusal(
            f"The account {call.books.account} does not have access to account '{id}'.",
            status=403,
            code="account_invalid",
        )
    return call.world.connected(id)


@route("GET", "/v1/accounts/{id}")
def retrieve(call: Call) -> Object:
    """Show an account."""
    if call.ids["id"] == PLATFORM:
        return connect.platform(call.world)
    return connect.account_of(_named(call))


@route("POST", "/v1/accounts/{id}", **SAID)
def update(call: Call) -> Object:
    """Change an account."""
    books = _named(call)
    row, given = connect.account_of(books), call.params
    fields = call.plain("business_type", "email")
    if currency := given.get("default_currency"):
        fields["default_currency"] = check_currency(currency)
    for name in ("business_profile", "settings"):
        if given.get(name):
            fields[name] = _deep(row[name], given[name])
    if asked := given.get("capabilities"):
        status = "active" if row["charges_enabled"] else "inactive"
        wanted = {
            name: status
            for name, each in asked.items()
            if str((each or {}).get("requested")).lower() == "true"
        }
        fields["capabilities"] = {**wanted, **row["capabilities"]}
    return connect.update(books, row, metadata=call.metadata(row["metadata"]), **fields)


def _deep(kept: Object, given: Object) -> Object:
    found = dict(kept)
    for name, value in given.items():
        if isinstance(value, dict):
            found[name] = _deep(found.get(name) or {}, value)
        else:
            found[name] = value if value != "" else None
    return found


@route("DELETE", "/v1/accounts/{id}")
def delete(call: Call) -> Object:
    """Close an account for good."""
    return connect.delete(call.world, connect.account_of(_named(call)))


@route(
    "POST", "/v1/accounts/{id}/reject", reason=Needed(one_of("fraud", "terms_of_service", "other"))
)
def reject(call: Call) -> Object:
    """Say that Stripe should want nothing to do with it."""
    return connect.reject(_named(call), call.params["reason"])


@route("POST", "/v1/accounts/{id}/login_links")
def login_link(call: Call) -> Object:
    """Make a link to the Express Dashboard."""
    row = connect.account_of(_named(call))
    if row["controller"]["stripe_dashboard"]["type"] != "express":
        raise Refusal(
            "Cannot create a login link for an account that does not have access to the Express "
            "Dashboard."
        )
    return {
        "object": "login_link",
        "created": call.world.now,
        "url": f"{call.world.url}/_sandbox/dashboard/{row['id']}",
    }


@route("GET", "/v1/accounts/{id}/external_accounts", **PAGE, object=text)
def external_accounts(call: Call) -> Object:
    """List where an account's payouts go."""
    row = connect.account_of(_named(call))
    wanted = call.params.get("object")
    return call.paged(
        each for each in row["external_accounts"]["data"] if not wanted or each["object"] == wanted
    )


@route(
    "POST",
    "/v1/accounts/{id}/external_accounts",
    external_account=Needed(anything),
    default_for_currency=flag,
    metadata=metadata,
)
def add_external_account(call: Call) -> Object:
    """Say where payouts go."""
    books = _named(call)
    row = connect.account_of(books)
    given = call.params["external_account"]
    if not isinstance(given, dict):
        raise invalid(f"No such token: '{given}'", "external_account", "resource_missing")
    number = str(given.get("account_number", ""))
    return connect.add_bank(
        books,
        row,
        currency=check_currency(given.get("currency") or row["default_currency"]),
        country=given.get("country") or row["country"],
        last4=number[-4:] or "3000",
    )


@route("GET", "/v1/accounts/{id}/external_accounts/{bank}")
def external_account(call: Call) -> Object:
    """Show one of them."""
    row = connect.account_of(_named(call))
    for bank in row["external_accounts"]["data"]:
        if bank["id"] == call.ids["bank"]:
            return dict(bank)
    raise Refusal(
        f"No such external account: '{call.ids['bank']}'", status=404, code="resource_missing"
    )


@route("GET", "/v1/accounts/{id}/capabilities", **PAGE)
def capabilities(call: Call) -> Object:
    """List what an account may do."""
    row = connect.account_of(_named(call))
    return call.cut([connect.capability_of(row, name) for name in row["capabilities"]])


@route("GET", "/v1/accounts/{id}/capabilities/{name}")
def capability(call: Call) -> Object:
    """Show one thing that it may do, or may not."""
    row = connect.account_of(_named(call))
    if call.ids["name"] not in row["capabilities"]:
        raise Refusal(
            f"No such capability: '{call.ids['name']}'", status=404, code="resource_missing"
        )
    return connect.capability_of(row, call.ids["name"])


@route(
    "POST",
    "/v1/account_links",
    account=Needed(text),
    collect=text,
    collection_options=group,
    refresh_url=text,
    return_url=text,
    type=Needed(one_of("account_onboarding", "account_update")),
)
def account_link(call: Call) -> Object:
    """Make a link to the page on which a hotel tells Stripe what is due."""
    given = call.params
    for name in ("refresh_url", "return_url"):
        if not given.get(name):
            raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
        if not given[name].startswith(("http://", "https://")):
            raise invalid("Not a valid URL", name, "url_invalid")
    books = call.world.connected(given["account"])
    row = connect.account_of(books)
    if given["type"] == "account_update" and (
        row["controller"]["requirement_collection"] == "stripe"
    ):
        raise invalid(
            "You cannot create `account_update` type Account Links for this account.", "type"
        )
    return connect.link(
        call.world,
        row["id"],
        type=given["type"],
        refresh_url=given["refresh_url"],
        return_url=given["return_url"],
    )


@route("POST", "/oauth/deauthorize", client_id=text, stripe_user_id=text, client_secret=text)
def deauthorize(call: Call) -> Object:
    """Let go of an account."""
    client, account = call.params.get("client_id"), call.params.get("stripe_user_id") or ""
    if not client or not client.startswith("ca_"):
        raise _oauth("invalid_client", f"No such application: '{client}'")
    try:
        books = call.world.connected(account)
    except Refusal as refusal:
        raise _oauth(
            "invalid_client",
            f"This application is not connected to stripe account {account}, or that account does "
            "not exist.",
        ) from refusal
    connect.deauthorize(books)
    return {"stripe_user_id": account}


def _oauth(code: str, said: str) -> Refusal:
    return Refusal(said, status=401, oauth={"error": code, "error_description": said})
