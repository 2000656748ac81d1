"""What must be true of every request that we make of Stripe, whichever test makes it."""

import re
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

# About the platform itself, or made by it for somebody who has no account yet.
PLATFORMS = re.compile(r"/(v1/(accounts|account_links|webhook_endpoints|events)|oauth/)")
WRITTEN = {"reservationId", "orgId", "propertyId", "type", "transactionId", "scope"}


def check(method: str, url: str, headers: dict[str, str], body: Any) -> None:
    """Fail the test whose request names no account, has no key, or tells who somebody is."""
    path = urlsplit(url).path
    names = {name.lower(): value for name, value in headers.items()}
    assert names.get("stripe-version"), f"{method} {path} says no version"
    if not PLATFORMS.match(path):
        assert names.get("stripe-account"), f"{method} {path} names no account"
    if method.lower() == "post" and not path.startswith("/oauth/"):
        assert names.get("idempotency-key"), f"{method} {path} has no idempotency key"
    text = body if isinstance(body, str) else ""
    for name, _ in parse_qsl(text):
        if found := re.match(r"metadata\[(.+)\]", name):
            assert found[1] in WRITTEN, f"{method} {path} writes {found[1]} as metadata"


def watched(make: Any) -> Any:
    """Return a maker of our clients whose every request is checked."""

    @cache
    def client(*settings: Any) -> Any:
        made = make(*settings)
        http = made._requestor._client
        send = http.request

        def request(method: str, url: str, headers: Any, post_data: Any = None, **more: Any) -> Any:
            check(method, url, headers, post_data)
            return send(method, url, headers, post_data, **more)

        http.request = request
        return made

    return client
