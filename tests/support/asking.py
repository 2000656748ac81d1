"""What must be true of every request that we make of Stripe, whichever test makes it."""

import re
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

# About the platform itself, or made by it for somebody who has no account yet.
PLATFORMS = re.compile(r"/(v1/(accounts|account_links|webhook_endpoints|events)|oauth/)")
WRITTEN = {"reservationId", "orgId", "propertyId", "type", "transactionId", "scope"}
NOBODY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z_]*")  # an id of ours, a word
MADE_UP = "made up by the SDK "  # another one for each retry


def check(method: str, url: str, headers: dict[str, str], body: Any) -> None:
    """Fail the test whose request names no account, has no key, or tells who somebody is."""
    path = urlsplit(url).path
    names = {name.lower(): value for name, value in headers.items()}
    assert names.get("stripe-version"), f"{method} {path} says no version"
    if not PLATFORMS.match(path):
        assert names.get("stripe-account"), f"{method} {path} names no account"
    if method.lower() == "post" and not path.startswith("/oauth/"):
        key = names.get("idempotency-key", "")
        ours = key and not key.startswith(MADE_UP)
        assert ours, f"{method} {path} has no idempotency key of ours"
    text = body if isinstance(body, str) else ""
    for name, value in parse_qsl(text):
        if found := re.search(r"metadata\]?\[(.+)\]", name):
            assert found[1] in WRITTEN, f"{method} {path} writes {found[1]} as metadata"
            assert NOBODY.fullmatch(value), f"{method} {path} writes {value!r} as {found[1]}"


def made_up() -> str:
    """Return a key as the SDK makes one for whoever gives none, to be told from ours."""
    return f"{MADE_UP}{uuid4()}"


def watched(make: Any, wrong: list[AssertionError]) -> Any:
    """
    Return a maker of our clients whose every request is checked.

    :param wrong: gets what is not as it must be, as threads of ours outlive what fails in them.
    """

    @cache
    def client(*settings: Any) -> Any:
        made = make(*settings)
        http = made._requestor._client
        send = http.request

        def request(method: str, url: str, headers: Any, post_data: Any = None, **more: Any) -> Any:
            try:
                check(method, url, headers, post_data)
            except AssertionError as error:
                wrong.append(error)
                raise
            return send(method, url, headers, post_data, **more)

        http.request = request
        return made

    return client
