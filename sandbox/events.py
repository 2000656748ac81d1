"""
What Stripe puts around an object, how it signs it, and how it brings it to us.

    envelope = events.event("payment_intent.succeeded", intent, account="acct_…")
    answer = events.send(url, secret, events.body(envelope))     # answer.status == 200
"""

import hashlib
import hmac
import http.client
import json
import time
from copy import deepcopy
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sandbox import ids
from sandbox.objects import API_VERSION
from sandbox.objects.methods import WHEN

TIMEOUT = 20.0  # seconds
REQUEST_IS_AN_OBJECT = "2017-05-25"  # the version that made it one; before, it was a bare id


def event(
    type: str,
    object: dict[str, Any],
    *,
    account: str | None = None,
    created: int = WHEN,
    livemode: bool = False,
    previous_attributes: dict[str, Any] | None = None,
    id: str | None = None,
    request: str | None = None,
    idempotency_key: str | None = None,
    api_version: str = API_VERSION,
) -> dict[str, Any]:
    """
    Return the event that tells of an object as it is now.

    :param account: the hotel's account that it happened on; None for the platform's own.
    :param previous_attributes: what the changed fields were before.
    :param id: made from the contents when not given: the same facts have the same id.
    :param request: the API request that caused it; None when Stripe did it by itself.
    :param idempotency_key: the key that this request came with.
    :param api_version: an account may stay on an old one, and then gets its old shapes.
    """
    data: dict[str, Any] = {"object": deepcopy(object)}
    if previous_attributes is not None:
        data["previous_attributes"] = deepcopy(previous_attributes)
    asked = {"id": request, "idempotency_key": idempotency_key}
    return {
        "id": id or ids.make("evt", type, account, created, livemode, json.dumps(data)),
        "object": "event",
        **({"account": account} if account else {}),
        "api_version": api_version,
        "created": created,
        "data": data,
        "livemode": livemode,
        "pending_webhooks": 1,
        "request": request if api_version < REQUEST_IS_AN_OBJECT else asked,
        "type": type,
    }


def body(event: dict[str, Any]) -> bytes:
    """Return the bytes of an event as Stripe sends them: JSON, two spaces deep."""
    return json.dumps(event, indent=2).encode()


def sign(body: bytes, secret: str, at: int | None = None) -> str:
    """Return the `Stripe-Signature` header for these bytes, signed now unless told when."""
    moment = int(time.time()) if at is None else at
    signed = f"{moment}.".encode() + body
    proof = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={moment},v1={proof}"


class Answer(NamedTuple):
    """What the endpoint said."""

    status: int
    text: str


def send(url: str, secret: str, body: bytes) -> Answer:
    """
    Bring signed bytes to an endpoint, as Stripe would.

    :raises OSError: nobody answers there.
    """
    where = urlsplit(url)
    connect = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = connect(where.hostname or "", where.port, timeout=TIMEOUT)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": sign(body, secret),
        "User-Agent": "Stripe/1.0 (sandbox)",
    }
    try:
        connection.request("POST", where.path or "/", body, headers)
        response = connection.getresponse()
        return Answer(response.status, response.read().decode(errors="replace"))
    finally:
        connection.close()
