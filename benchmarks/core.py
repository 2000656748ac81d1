"""The pure core: events in any order, merged and settled to figures, without a database."""

import random
import time
from datetime import date
from uuid import UUID

from benchmarks import stays
from benchmarks.sizes import Rows, middle
from payments.hotel import Booking
from sandbox.scenarios import SCENARIOS, Scenario
from tests.support import pure


def shuffle(seconds: float) -> Rows:
    """Put each scenario's events in random orders for so long; return how many orders a second."""
    rows: Rows = []
    for number, scenario in enumerate(SCENARIOS.values()):
        events, orders, took = _shuffled(scenario, number, seconds)
        rows.append(
            {
                "scenario": scenario.name,
                "events": events,
                "orders/s": round(orders / took),
                "events/s": round(orders * events / took),
            }
        )
    together = {
        "scenario": "the median",
        **{key: round(middle([row[key] for row in rows], 0)) for key in list(rows[0])[1:]},
    }
    return [*rows, together]


def _shuffled(scenario: Scenario, seed: int, seconds: float) -> tuple[int, int, float]:
    """
    Return how many events a scenario has, how many orders of them were settled, and in what time.

    :raises RuntimeError: an order gave other figures, so the rest would mean nothing.
    """
    (stay,) = stays.stays(1, seed)
    booking = Booking(
        id=UUID(stay.reservation),
        code=stay.code,
        organization_id=stays.ORGANIZATION,
        organization="harbour",
        property_id=stays.PROPERTY,
        property="downtown",
        currency=stay.currency,
        total=stay.total,
        paid_elsewhere=0,
        arrival=date(2026, 12, 5),
        departure=date(2026, 12, 9),
        timezone="Europe/Lisbon",
    )
    events = [pure.read(event) for event in scenario.events(stay)]
    expected = pure.folio_of(events, booking).figures
    chance = random.Random(seed)
    orders, began = 0, time.perf_counter()
    while (took := time.perf_counter() - began) < seconds or not orders:
        chance.shuffle(events)
        if pure.folio_of(events, booking).figures != expected:
            raise RuntimeError(f"{scenario.name}: the order of its events changed the figures.")
        orders += 1
    return len(events), orders, took
