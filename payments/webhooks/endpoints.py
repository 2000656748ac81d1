"""Our two endpoints as Stripe has them: where events come to, of which types and version."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse

from payments.gateway import webhook_endpoints
from payments.models import Scope
from payments.webhooks.router import BOTH, catalogue

_SCOPE = "scope"  # in the metadata of an endpoint that we registered


def types(scope: str) -> list[str]:
    """Return the event types that the endpoint of a scope is to get."""
    return [each.type for each in catalogue() if each.offered and each.scope in (scope, BOTH)]


def url() -> str:
    """
    Return where Stripe reaches us.

    :raises ValueError: the settings do not say.
    """
    if not settings.SITE_URL:
        raise ValueError("SITE_URL is not set: Stripe must know where to bring events.")
    return f"{settings.SITE_URL.rstrip('/')}{reverse('payments:stripe_webhook')}"


def registered() -> dict[str, dict[str, Any]]:
    """
    Return our endpoints that Stripe has, by scope, as Stripe shows them.

    :raises GatewayError: Stripe did not say.
    """
    return _registered(_at_our_address())


def troubles() -> dict[str, str]:
    """
    Return in words what is wrong with the endpoints that events come by; nothing where all is well.

    Ours by scope. Until both are registered, those that somebody made by hand, too, by id.

    :raises GatewayError: Stripe did not say.
    """
    there = list(_at_our_address())
    ours = _registered(there)
    found = {scope: differences(scope, each) for scope, each in ours.items()}
    if len(ours) < len(Scope.values):
        found |= {each["id"]: _of_a_stranger(each) for each in there if not _scope_of(each)}
    return {name: " ".join(wrong) for name, wrong in found.items() if wrong}


def _at_our_address() -> Iterator[dict[str, Any]]:
    params: dict[str, Any] = {"limit": 100}
    while True:
        listed = webhook_endpoints.page(params=params).object
        data = listed.get("data") or []
        yield from (each for each in data if each.get("url") == url())
        if not data or not listed.get("has_more"):
            return
        params = {**params, "starting_after": data[-1]["id"]}


def _scope_of(endpoint: dict[str, Any]) -> str:
    """Return the scope of an endpoint that we registered; empty for one made by hand."""
    scope = (endpoint.get("metadata") or {}).get(_SCOPE)
    return scope if scope in Scope.values else ""


def _registered(there: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for each in there:
        if scope := _scope_of(each):
            found.setdefault(scope, each)
    return found


def _of_a_stranger(endpoint: dict[str, Any]) -> list[str]:
    """Return in words how an endpoint that somebody made, of either scope, is not as we need it."""
    found = []
    if endpoint.get("status") != "enabled":
        found.append("It is disabled.")
    brings = set(endpoint.get("enabled_events") or [])
    if "*" not in brings and not any(brings.issuperset(types(scope)) for scope in Scope.values):
        found.append("It does not bring all of our event types.")
    version = endpoint.get("api_version")
    if version and version != settings.STRIPE_API_VERSION:
        found.append(f"Its API version is {version}.")
    return found


def differences(scope: str, endpoint: dict[str, Any] | None) -> list[str]:
    """Return in words how an endpoint is not as it should be; nothing where it is."""
    if endpoint is None:
        return ["It is not registered."]
    found = []
    if endpoint.get("status") != "enabled":
        found.append("It is disabled.")
    if set(endpoint.get("enabled_events") or []) != set(types(scope)):
        found.append("Its event types are not ours.")
    if endpoint.get("api_version") != settings.STRIPE_API_VERSION:
        found.append(f"Its API version is {endpoint.get('api_version')}.")
    return found


def register(*, dry_run: bool = False) -> list[dict[str, Any]]:
    """
    Have Stripe bring exactly our events to both endpoints; twice changes nothing.

    A version cannot be changed: an endpoint of another one is said, for somebody to delete it.

    :return: of each scope, what it is, whether it was made, and what was done in words.
    :raises ValueError: the settings do not say where we are.
    :raises GatewayError: Stripe did not do it.
    """
    address, there = url(), registered()
    return [_register(scope, address, there.get(scope), dry_run) for scope in Scope.values]


def _register(
    scope: str, address: str, there: dict[str, Any] | None, dry_run: bool
) -> dict[str, Any]:
    wanted = types(scope)
    said: dict[str, Any] = {
        "scope": scope,
        "id": there["id"] if there else None,
        "url": address,
        "created": False,
        "types": wanted,
    }
    wrong = differences(scope, there)
    if not wrong:
        return said | {"did": "It is as it should be."}
    if dry_run:
        return said | {"did": "Would be mended: " + " ".join(wrong)}
    if there:
        params: dict[str, Any] = {"enabled_events": wanted, "disabled": False}
        webhook_endpoints.update(there["id"], params=params, key=_key(scope, there, wanted))
        version = [each for each in wrong if "API version" in each]
        again = " Delete it at Stripe and run this again." if version else ""
        return said | {"did": " ".join(["Its types are ours now.", *version]) + again}
    made = webhook_endpoints.create(
        params={
            "url": address,
            "enabled_events": wanted,
            "api_version": settings.STRIPE_API_VERSION,
            "connect": scope == Scope.CONNECT,
            "metadata": {_SCOPE: scope},
        },
        key=_key(scope, {"id": address}, wanted),
    ).object
    return said | {
        "id": made["id"],
        "created": True,
        "secret": made["secret"],
        "did": "It was registered.",
    }


def _key(scope: str, there: dict[str, Any], wanted: list[str]) -> str:
    """Return an idempotency key, so that two who do the same at once make one."""
    text = "\n".join([scope, str(there), settings.STRIPE_API_VERSION, *wanted])
    return f"endpoint:{hashlib.sha256(text.encode()).hexdigest()[:40]}"
