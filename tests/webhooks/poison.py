"""
Events of every shape that nobody wants: Stripe would never send them, and they break nothing.

All of it follows from a seed, so that what broke once breaks again.
"""

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

from sandbox import events
from sandbox.objects import charge, payment_intent, refund


class Raw:
    """Bytes that stand in a body as they are, where a JSON value would."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def __repr__(self) -> str:
        return f"Raw({self.body[:20]!r}, {len(self.body)} bytes)"


def nested(depth: int, opens: bytes = b"[", closes: bytes = b"]") -> Raw:
    """Return brackets within brackets."""
    return Raw(opens * depth + (b"null" if opens.endswith(b":") else b"") + closes * depth)


NUMBERS = [
    0, 1, -1, 1.5, -0.0, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 10**30, 10**308,
    253_402_300_799, 253_402_300_800, 1e22, 5e-324,
    Raw(b"NaN"), Raw(b"-Infinity"), Raw(b"1e5000"), Raw(b"-1E400"), Raw(b"1e-5000"),
    Raw(b"9" * 4300), Raw(b"9" * 5000), Raw(b"-" + b"9" * 5000), Raw(b"0." + b"9" * 5000),
    Raw(b"1" * 400 + b".0"), Raw(b"007"), Raw(b"+1"), Raw(b"1."), Raw(b"0x10"),
]  # fmt: skip
TEXTS = [
    "", " ", "\x00", "a\x00b", "\x1b[31m", "\r\n", "\u202egnp.exe", "é", "€", "ＥＵＲ", "EUR",
    "xxx", "eur ", "btc", "ⅷ", "🏨", "\ufeff", "x" * 4, "x" * 50, "x" * 255, "x" * 256,
    "x" * 100_000, "é" * 255, "<script>alert(1)</script>", "=cmd|' /C calc'!A0",
    "'; DROP TABLE guests; --", "%s%n", "{0.__class__}", "../../etc/passwd", "acct_harbour",
    "acct_" + "x" * 300, "succeeded", "canceled", "requires_capture", "failed", "1",
    "true", "null", "NaN", "2026-11-24T00:00:00Z", "payment_intent.succeeded",
    "charge", "refund", "payment_intent", "v2.core.event",
    "00000000-0000-0000-0000-000000000000", "0" * 32, "{" + "0" * 34 + "}", "１" * 32,
    Raw(b'"\\ud800"'), Raw(b'"\\udfff\\ud800"'), Raw(b'"\\u0000"'), Raw(b'"a\\uDBFFb"'),
    Raw(b'"\xed\xa0\x80"'), Raw(b'"\xed\xbf\xbf"'), Raw(b'"\xff"'), Raw(b'"\xc3"'), Raw(b'"\x01"'),
    Raw(b'"\\x41"'), Raw(b'"unclosed'),
]  # fmt: skip
SHAPES = [
    None, True, False, [], {}, [[]], [{}], [None], ["a"], {"": None}, {"id": None}, {"id": {}},
    {"id": "x" * 256}, {"id": "pi_other"}, {"object": []}, {"object": "payment_intent"},
    {"data": 5}, {"data": [5, None, "x", [], {}]}, {"data": [{"id": "re_1"}, {"id": "re_1"}]},
    {"data": [{"id": "re_1", "amount": -5}]}, {"reservationId": 5}, {"reservationId": "\x00"},
    {"reservationId": ["HB-2481"]}, {"reservationId": "HB-2481", "type": "x" * 300},
    {"type": "card", "card": 7}, {"type": {"a": 1}}, {"\x00": "\x00"}, list(range(1000)),
    Raw(b'{"\\ud800": "\\ud800"}'), Raw(b'{"a": 1, "a": 2, "a": [}'), Raw(b'{"id": "x", "id": 5}'),
    nested(65), nested(500), nested(900), nested(990), nested(5000, b'[{"a":', b"}]"),
    Raw(b"[" * 2000), Raw(b"]"), Raw(b"[}"), Raw(b""),
]  # fmt: skip

BODIES = [
    b"", b" ", b"null", b"true", b"5", b'"text"', b"[]", b"{}", b"[{}]", b"{" * 10, b"\x00" * 10,
    b"\xff\xfe\xfd", b"\xef\xbb\xbf", b"\xef\xbb\xbf{}", b"\xff\xfe", b"\xfe\xff\x00", b"NaN",
    b'{"id": null}', b'{"id": ""}', b'{"id": "\\u0000"}', b'{"id": "a b"}',
    b'{"id": "evt_\\u00e9"}',
    b'{"id": 5}', b'{"id": ["evt_x"]}', b'{"id": "evt_u1"}', b'{"id": "evt_u2", "data": null}',
    b'{"id": "evt_u3", "type": 5, "livemode": 1}',
    b'{"id": "evt_u4", "type": "x", "livemode": "f"}',
    b'{"id": "evt_u5", "object": "v2.core.event"}', b'{"id": "evt_u6", "id": "evt_u7"}',
    b'{"id": "evt_u8", "type": "' + b"x" * 101 + b'", "livemode": false}',
    b"[" * 200_000, b"[" * 200_000 + b"]" * 200_000, b'{"a":' * 80_000 + b"1" + b"}" * 80_000,
    b'{"id": "evt_deep", "data": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    b'{"id": "evt_deeper", "data": ' + b'{"object":' * 40_000 + b"{}" + b"}" * 40_001,
    b"[" * 5000 + b'"' + b'\\"' * 250_000,  # strings that never end must not cost their square
    b'{"id": "evt_ends", "a": ' + b"[" * 2000 + b'"' + b'\\"' * 200_000 + b'"' + b"]" * 2000 + b"}",
    b'["\xe2\x88\xa3"]', b'{"id": "evt_\xed\xa0\x80"}', b'{"id": "evt_' + b"x" * 500_000 + b'"}',
    b'{"id": "' + b"x" * 255 + b'"}', b'{"id": "' + b"x" * 256 + b'"}', b'{"id":"evt_nl"}\n\n',
    ('["\u2223",' + "[" * 9000 + "]" * 9000 + ',"\u2223"]').encode("utf-16"),  # ∣ has a quote
    b"9" * 5000, b"9" * 500_000, b"-" * 500_000, b'"' * 500_000, b"\\" * 500_000, b":" * 500_000,
]  # fmt: skip


def good_events() -> list[dict[str, Any]]:
    """Return one event of every family, good and whole."""
    told = [
        ("payment_intent.created", payment_intent(seed="p", metadata={"reservationId": "HB-2481"})),
        ("payment_intent.succeeded", payment_intent(seed="p", status="succeeded")),
        ("payment_intent.amount_capturable_updated", payment_intent(status="requires_capture")),
        ("charge.succeeded", charge(seed="p")),
        ("charge.failed", charge(seed="q", status="failed")),
        ("charge.refunded", charge(seed="p", amount_refunded=500, refunds={"data": [refund()]})),
        ("charge.expired", charge(seed="r", captured=False)),
        ("refund.created", refund(seed="p", status="pending", amount=500)),
        ("refund.failed", refund(seed="p", status="failed", amount=500)),
        ("customer.subscription.created", {"id": "sub_1", "object": "subscription"}),
    ]
    return [events.event(type, thing, account="acct_harbour") for type, thing in told]


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value in an event, the event's own fields first."""
    if here:
        yield here
    named = value.items() if isinstance(value, dict) else ()
    for name, item in [*named, *(enumerate(value) if isinstance(value, list) else ())]:
        yield from paths(item, (*here, name))


def written(event: Any) -> bytes:
    """Return an event as bytes, whatever stands in it."""
    raw: list[bytes] = []

    def stand_in(value: Raw) -> str:
        raw.append(value.body)
        return f"\ue000{len(raw) - 1}\ue000"

    body = json.dumps(event, default=stand_in).encode()
    for number, value in enumerate(raw):
        body = body.replace(b'"\\ue000%d\\ue000"' % number, value)
    return body


def changed(event: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    """Put a value into an event, where the way to it still leads somewhere."""
    here: Any = event
    with suppress(KeyError, IndexError, TypeError):
        for name in path[:-1]:
            here = here[name]
        here[path[-1]] = deepcopy(value)


def every_field() -> Iterator[bytes]:
    """Yield good events with one field of them wrong, each field in several ways."""
    chance = random.Random(1)
    number = 0
    for good in good_events():
        for path in paths(good):
            for value in [
                *chance.sample(NUMBERS, 2), *chance.sample(TEXTS, 2), *chance.sample(SHAPES, 2)
            ]:  # fmt: skip
                number += 1
                event = json.loads(json.dumps(good | {"id": f"evt_field_{number}"}))
                changed(event, path, value)
                yield written(event)


def by_chance(many: int) -> Iterator[bytes]:
    """Yield events with several things wrong, and events that were damaged on the way."""
    chance = random.Random(2)
    values = NUMBERS + TEXTS + SHAPES
    goods = good_events()
    ways = [list(paths(good)) for good in goods]
    for number in range(many):
        which = chance.randrange(len(goods))
        event = json.loads(json.dumps(goods[which] | {"id": f"evt_chance_{number}"}))
        for _ in range(chance.randint(0, 4)):
            changed(event, chance.choice(ways[which]), chance.choice(values))
        body = bytearray(written(event))
        for _ in range(chance.choice([0, 0, 1, 3])):
            at = chance.randrange(len(body))
            body[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        encoding = chance.choice(["utf-8"] * 20 + ["utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
        yield body.decode(errors="replace").encode(encoding) if encoding != "utf-8" else bytes(body)
