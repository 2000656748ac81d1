"""Any order, any number of times, in any batches: the same money for the same truth."""

import random
from itertools import permutations
from math import factorial

import pytest

from payments.hotel import bookings
from payments.models import WebhookEvent
from payments.records.bookings import folios
from payments.webhooks import worker
from payments.webhooks.replaying import replay
from reservations.models import Reservation
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import GuestFactory, PropertyFactory, ReservationFactory
from tests.support import pure

ALL_ORDERS_UP_TO = 6  # events
RANDOM_ORDERS = 500


def orders(events, *, seed):
    """Yield orders of these events, some of them delivered twice or three times."""
    chance = random.Random(seed)
    if len(events) <= ALL_ORDERS_UP_TO:
        yield from permutations(events)
    for _ in range(max(0, RANDOM_ORDERS - factorial(min(len(events), ALL_ORDERS_UP_TO)))):
        order = [*events, *chance.choices(events, k=chance.randrange(len(events)))]
        chance.shuffle(order)
        yield order


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_order_of_a_scenario_gives_the_same_money(name, booking):
    """Proven on the pure core, thousands of orders a second."""
    scenario, stay = SCENARIOS[name], stay_of(booking)
    (asked,) = bookings([booking.pk]).values()
    events = [pure.read(event) for event in scenario.events(stay)]
    in_order = pure.folio_of(events, asked).as_json()
    expected = scenario.expects(stay)
    if in_order["transactions"]:  # else no money names the booking
        assert {key: in_order[key] for key in expected} == expected

    for order in orders(events, seed=name):
        assert pure.folio_of(order, asked).as_json() == in_order


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_order_of_a_scenario_leaves_the_same_rows(name, booking):
    """Accounts, cards, invoices, transfers: whatever a scenario is about."""
    events = [pure.read(event) for event in SCENARIOS[name].events(stay_of(booking))]
    in_order = pure.facts(events)

    for order in orders(events, seed=name):
        assert pure.facts(order) == in_order


def bookings_for(count):
    """Return as many bookings that owe the same."""
    house = PropertyFactory()
    guest = GuestFactory(organization=house.organization)
    return Reservation.objects.bulk_create(
        ReservationFactory.build(
            code=f"CV-{number}", property=house, organization=house.organization, guest=guest
        )
        for number in range(count)
    )


@pytest.mark.parametrize("count", [4, pytest.param(8, marks=pytest.mark.slow)])
def test_however_events_fall_into_batches_the_money_is_the_same(stripe, count, settings):
    """Every scenario, each for several bookings at once, shuffled, doubled, drained in between."""
    chance = random.Random(count)
    expected, sent = {}, []
    told = [(name, number) for name in SCENARIOS for number in range(count)]
    for (name, number), booking in zip(told, bookings_for(len(told)), strict=True):
        stay = stay_of(booking, seed=number)
        events = SCENARIOS[name].events(stay)
        expected[booking.pk] = SCENARIOS[name].expects(stay)
        sent += [*events, *chance.choices(events, k=len(events) // 3)]
    chance.shuffle(sent)

    for start in range(0, len(sent), 97):
        stripe.delivers(*sent[start : start + 97])
        settings.PAYMENTS_BATCH_SIZE = chance.choice([1, 2, 7, 40, 500])
        if chance.random() < 0.7:
            worker.drain()
    worker.drain()

    for folio in folios(bookings(list(expected)).values()):
        state, wanted = folio.as_json(), expected[folio.booking.id]
        assert {key: state[key] for key in wanted} == wanted
    for row in Reservation.objects.filter(pk__in=expected):
        wanted = expected[row.pk]
        assert row.payment_status == wanted["payment_status"]
        assert row.balance == wanted["balance"]
        assert row.paid_amount == wanted["paid"]


def test_replaying_everything_changes_no_money(stripe, booking):
    stay = stay_of(booking)
    stripe.sends(SCENARIOS["two_partial_refunds"].events(stay))
    (before,) = folios(bookings([booking.pk]).values())

    outcomes = replay(WebhookEvent.objects.all())

    (after,) = folios(bookings([booking.pk]).values())
    assert after.as_json() == before.as_json()
    assert {row.state for row in outcomes} == {"applied"}
