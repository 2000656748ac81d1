"""`/v1/events` and `/v1/webhook_endpoints`."""

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox import ids
from sandbox.engine.errors import invalid
from sandbox.engine.world import EVENTS_ARE_KEPT, change
from sandbox.objects.methods import Object
from sandbox.server.params import (
    CREATED,
    PAGE,
    Needed,
    empty,
    flag,
    many,
    metadata,
    text,
)
from sandbox.server.registry import Call, route

MOST_TYPES = 20
TYPE = re.compile(r"\*|[a-z0-9_]+(\.[a-z0-9_]+)+")  # all of them, or one


@route("GET", "/v1/events", **PAGE, **CREATED, type=text, types=many, delivery_success=flag)
def page(call: Call) -> Object:
    """List what has happened in the last thirty days, the newest first."""
    types = call.params.get("types") or []
    if types and call.params.get("type"):
        raise invalid("You may pass either `type` or `types`, but not both.", "types")
    if len(types) > MOST_TYPES:
        raise invalid(f"You may pass at most {MOST_TYPES} types.", "types")
    if call.params.get("type"):
        types = [call.params["type"]]
    since = call.books.now - EVENTS_ARE_KEPT

    def wanted(event: Object) -> bool:
        kind = event["type"]
        return event["created"] >= since and (
            not types
            or kind in types
            or any(each.endswith("*") and kind.startswith(each[:-1]) for each in types)
        )

    return call.paged(each for each in call.books.all("event") if wanted(each))


@route("GET", "/v1/events/{id}")
def retrieve(call: Call) -> Object:
    """Show one."""
    return call.get("event")


def address(value: Any, name: str) -> str:
    """Where an endpoint is."""
    if not value:
        raise empty(name)
    where = urlsplit(str(value))
    if where.scheme not in ("http", "https") or not where.hostname:
        raise invalid("Invalid URL: URL must be a valid http or https address", name, "url_invalid")
    return str(value)


def types(value: Any, name: str) -> list[str]:
    """Which events an endpoint wants."""
    found = [str(each) for each in many(value, name)]
    if not found:
        raise empty(name)
    for n, each in enumerate(found):
        if not TYPE.fullmatch(each):
            raise invalid(f"Invalid {name}[{n}]: {each} is no type of event", f"{name}[{n}]")
    return found


SAID: dict[str, Any] = {"description": text, "metadata": metadata}


@route(
    "POST",
    "/v1/webhook_endpoints",
    api_version=text,
    connect=flag,
    enabled_events=Needed(types),
    url=Needed(address),
    **SAID,
)
def create(call: Call) -> Object:
    """Make an endpoint; its secret is shown this once."""
    given = call.params
    id = call.books.id("we")
    row = {
        "id": id,
        "object": "webhook_endpoint",
        "api_version": given.get("api_version"),
        "application": None,
        "created": call.books.now,
        "description": given.get("description"),
        "enabled_events": given["enabled_events"],
        "livemode": False,
        "metadata": call.metadata(),
        "status": "enabled",
        "url": given["url"],
    }
    secret = f"whsec_{ids.letters(f'{id} secret', 32)}"
    call.books.add(row, secret=secret, connect=given.get("connect", False))
    return row | {"secret": secret}


@route("GET", "/v1/webhook_endpoints", **PAGE)
def endpoints(call: Call) -> Object:
    """List them, the newest first."""
    return call.page("webhook_endpoint")


@route("GET", "/v1/webhook_endpoints/{id}")
def endpoint(call: Call) -> Object:
    """Show one, without its secret."""
    return call.get("webhook_endpoint")


@route(
    "POST",
    "/v1/webhook_endpoints/{id}",
    disabled=flag,
    enabled_events=types,
    url=address,
    **SAID,
)
def update(call: Call) -> Object:
    """Change one."""
    row = call.get("webhook_endpoint")
    fields = call.plain("description", "enabled_events", "url")
    if "disabled" in call.params:
        fields["status"] = "disabled" if call.params["disabled"] else "enabled"
    change(row, metadata=call.metadata(row["metadata"]), **fields)
    return row


@route("DELETE", "/v1/webhook_endpoints/{id}")
def delete(call: Call) -> Object:
    """Send nothing there any more."""
    row = call.get("webhook_endpoint")
    call.books.remove(row)
    return {"id": row["id"], "object": "webhook_endpoint", "deleted": True}
