"""The bookings that events are about, and what Stripe tells of them: every scenario in turn."""

import json
import random
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sandbox import events, objects
from sandbox.scenarios import SCENARIOS, Stay, scope_of

ACCOUNT = "acct_harbour"
ORGANIZATION = uuid5(NAMESPACE_URL, "organization")
PROPERTY = uuid5(NAMESPACE_URL, "property")
KEY = "sk_test_of_the_benchmarks"
TOTAL = 120_000  # minor units
SECRETS = {
    "connect": "whsec_connect_of_the_benchmarks",
    "platform": "whsec_platform_of_the_benchmarks",
}


def stays(count: int, seed: int) -> list[Stay]:
    """Return bookings to tell about; the same seed gives the same, another gives all others."""
    return [
        Stay(
            account=ACCOUNT,
            reservation=str(uuid5(NAMESPACE_URL, f"reservation/{seed}/{number}")),
            organization=str(ORGANIZATION),
            property=str(PROPERTY),
            code=f"BM-{seed}-{number}",
            total=TOTAL,
            seed=seed * 1_000_000 + number,
        )
        for number in range(count)
    ]


def told(of: Sequence[Stay]) -> Iterator[dict[str, Any]]:
    """Yield what happens to these bookings, a scenario each."""
    for stay, scenario in zip(of, cycle(SCENARIOS.values()), strict=False):
        yield from scenario.events(stay)


def bodies(count: int, seed: int) -> list[bytes]:
    """Return the events of as many bookings, as Stripe sends them."""
    return [events.body(event) for event in told(stays(count, seed))]


def charge(seed: int, number: int) -> str:
    """Return the id of the charge that a booking was paid with: see `paid`."""
    return f"ch_paid_{seed}_{number}"


def paid(count: int, seed: int) -> list[bytes]:
    """Return events that tell of each of as many bookings that its guest has paid it."""
    told = []
    for number, stay in enumerate(stays(count, seed)):
        hints = {"reservationId": stay.reservation, "orgId": stay.organization}
        common = {"amount": stay.total, "currency": stay.currency, "metadata": hints}
        charged = objects.charge(
            id=charge(seed, number), payment_intent=f"pi_paid_{seed}_{number}", **common
        )
        intent = objects.payment_intent(
            id=charged["payment_intent"],
            amount_received=stay.total,
            latest_charge=charged["id"],
            status="succeeded",
            **common,
        )
        told += [
            events.event("charge.succeeded", charged, account=ACCOUNT),
            events.event("payment_intent.succeeded", intent, account=ACCOUNT),
        ]
    return [events.body(event) for event in told]


def scope(body: bytes) -> str:
    """Return to which of the two endpoints Stripe brings an event."""
    return scope_of(json.loads(body))


def deliveries(distinct: Sequence[bytes], port: int, doubles: float = 0.1) -> list[bytes]:
    """
    Return whole requests, signed now, ready to be sent.

    :param doubles: how many of the events come a second time, somewhere after the first.
    """
    chance = random.Random(len(distinct))
    order = [(chance.random(), body) for body in distinct]
    again = chance.sample(order, round(len(order) * doubles))
    order += [(chance.uniform(when, 1), body) for when, body in again]
    return [_request(body, port) for _, body in sorted(order, key=lambda item: item[0])]


def _request(body: bytes, port: int) -> bytes:
    head = (
        "POST /api/webhooks/stripe HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\n"
        "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
        "Accept: */*; q=0.5, application/xml\r\n"
        "Cache-Control: no-cache\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"Stripe-Signature: {events.sign(body, SECRETS[scope(body)])}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
