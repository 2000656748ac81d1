"""
Events that Stripe really sent, of every API version since 2015, by the front door.

The samples are not part of this repository. Where they lie beside it, or where STRIPE_SAMPLES says,
each is tried; where they do not, there is nothing here to run.
"""

import json
import logging
import os
from pathlib import Path

from payments.models import WebhookEvent
from payments.webhooks import worker
from payments.webhooks.router import catalogue, route

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "stripe"
SAMPLES = Path(os.environ.get("STRIPE_SAMPLES") or BESIDE)
FILES = sorted(file for name in ("events", "captured") for file in (SAMPLES / name).rglob("*.json"))


def samples():
    """Return every event of every file, each with an id of its own."""
    found = []
    for file in FILES:
        read = json.loads(file.read_text(encoding="utf-8"))
        for event in read if isinstance(read, list) else [read]:
            name = f"evt_{len(found)}_{file.stem}".replace(" ", "_")[:255]
            found.append(event | {"id": name, "livemode": False})
    return found


def outcome(event):
    """Return the state and the reason that a hotel's event must end with."""
    if event["object"] == "v2.core.event":
        return ("quarantined", "thin_event")
    return ("applied", "") if route(event["type"]) else ("ignored", "unhandled_type")


if FILES:

    def test_whatever_stripe_sent_for_a_hotel_is_settled(stripe, booking, caplog):
        caplog.set_level(logging.WARNING)
        told = samples()
        types = {event["type"] for event in told}
        assert {route.type for route in catalogue() if route.phase == 1} <= types

        stripe.delivers(*(event | {"account": "acct_harbour"} for event in told))
        worker.drain()

        rows = WebhookEvent.objects.values_list("stripe_event_id", "state", "reason", "last_error")
        ended = {id: ((state, reason), error) for id, state, reason, error in rows}
        assert len(ended) == len(told)
        wrong = {e["id"]: ended[e["id"]] for e in told if ended[e["id"]][0] != outcome(e)}
        assert wrong == {}
        assert [record.getMessage() for record in caplog.records if record.exc_info] == []

    def test_whatever_stripe_sent_the_platform_is_settled(stripe, caplog):
        caplog.set_level(logging.WARNING)
        told = samples()
        for event in told:
            event.pop("account", None)

        stripe.delivers(*told, scope="platform")
        worker.drain()

        reasons = set(WebhookEvent.objects.values_list("reason", flat=True))
        assert reasons <= {"unhandled_type", "no_effect", "thin_event"}
        assert [record.getMessage() for record in caplog.records if record.exc_info] == []
