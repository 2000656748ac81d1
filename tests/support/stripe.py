"""Stripe at the other end of the wire: what it sends comes in by the front door, signed."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from payments.webhooks import worker
from sandbox import events
from sandbox.scenarios import scope_of

ENDPOINT = "/api/webhooks/stripe"


class Stripe:
    """Sends events to our endpoint, as Stripe would, and lets the worker settle them."""

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=True)

    def posts(self, body: bytes, *, scope: str = "connect", **headers: str) -> HttpResponse:
        """Deliver these bytes, signed with that scope's secret unless headers say otherwise."""
        secret = {
            "connect": settings.STRIPE_CONNECT_WEBHOOK_SECRET,
            "platform": settings.STRIPE_WEBHOOK_SECRET,
        }[scope][0]
        headers.setdefault("Stripe-Signature", events.sign(body, secret))
        return self.client.post(
            ENDPOINT, data=body, content_type="application/json", headers=headers
        )

    def delivers(self, *sent: dict[str, Any], scope: str = "") -> None:
        """Deliver events to the endpoint that Stripe would, or to this one; each is accepted."""
        for event in sent:
            answer = self.posts(json.dumps(event).encode(), scope=scope or scope_of(event))
            assert answer.status_code == 200, answer.content

    def sends(self, sent: Iterable[dict[str, Any]], *, scope: str = "") -> None:
        """Deliver events and let the worker settle them."""
        self.delivers(*sent, scope=scope)
        worker.drain()

    def tells(
        self,
        type: str,
        object: dict[str, Any],
        *,
        account: str | None = "acct_harbour",
        scope: str = "",
        **envelope: Any,
    ) -> dict[str, Any]:
        """Deliver and settle one event about an object; return the event."""
        event = events.event(type, object, account=account, **envelope)
        self.sends([event], scope=scope)
        return event
