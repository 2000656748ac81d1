"""One event that fails does not stop the others, and is not tried for ever."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from payments.hotel import bookings
from payments.models import Alert, Payment, WebhookEvent
from payments.records.bookings import folios
from payments.rules import payments as rules
from payments.webhooks import router, worker
from payments.webhooks.inbox import MOST_ATTEMPTS, PAUSES
from sandbox import events
from sandbox.objects import payment_intent
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import ReservationFactory

CULPRIT = "pi_culprit"


def broken_sql():
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM a_table_that_is_not_there")


def raising(error):
    def fail():
        raise error

    return fail


FAILURES = {
    "a mistake": raising(ValueError("Our own.")),
    "unprintable": raising(ValueError("\x00 \ud800 \x1b")),
    "endless": raising(RecursionError("maximum recursion depth exceeded")),
    "broken SQL": broken_sql,
    "a constraint": raising(IntegrityError("No such row.")),
    "a deadlock": raising(OperationalError("deadlock detected")),
    "no memory": raising(MemoryError()),
}


@pytest.fixture
def fails(monkeypatch):
    """Return a function that makes the handler fail on the culprit from now on."""

    def make(failure, type="payment_intent.created"):
        route = router.route(type)

        def handler(event):
            if event.object["id"] == CULPRIT:
                failure()
            return route.handler(event)

        monkeypatch.setitem(router._routes, type, replace(route, handler=handler))

    return make


def deliver(stripe, many=20):
    """Deliver many events with the culprit among them."""
    for number in range(many):
        id = CULPRIT if number == many // 2 else f"pi_{number}"
        stripe.delivers(
            events.event(
                "payment_intent.created",
                payment_intent(id=id),
                account="acct_harbour",
                id=f"evt_{id}",
            )
        )


def culprit():
    return WebhookEvent.objects.get(stripe_event_id=f"evt_{CULPRIT}")


def wait_is_over():
    WebhookEvent.objects.filter(state="received").update(next_attempt_at=timezone.now())


@pytest.mark.parametrize("size", [1, 7, 500])
@pytest.mark.parametrize("failure", FAILURES)
def test_only_the_culprit_waits(stripe, settings, fails, failure, size):
    settings.PAYMENTS_BATCH_SIZE = size
    fails(FAILURES[failure])
    deliver(stripe)
    before = timezone.now()

    assert worker.drain() == {"applied": 19, "received": 1}

    row = culprit()
    assert (row.state, row.reason, row.attempts) == ("received", "", 1)
    assert before + PAUSES[0] <= row.next_attempt_at <= timezone.now() + PAUSES[0]
    assert row.last_error
    assert not Payment.objects.filter(stripe_id=CULPRIT).exists()
    assert worker.drain() == {}  # nothing is due


def test_after_eight_attempts_somebody_must_look(stripe, fails, monkeypatch):
    with monkeypatch.context():
        fails(FAILURES["a mistake"])
        deliver(stripe, many=3)
        assert worker.drain() == {"applied": 2, "received": 1}
        for attempt in range(2, MOST_ATTEMPTS):
            wait_is_over()
            assert worker.drain() == {"received": 1}
            row = culprit()
            assert row.attempts == attempt
            pause = row.next_attempt_at - timezone.now()
            assert timedelta() <= PAUSES[attempt - 1] - pause < timedelta(seconds=30)
        wait_is_over()
        assert worker.drain() == {"quarantined": 1}

    row = culprit()
    assert (row.state, row.reason, row.attempts) == ("quarantined", "handler_error", 8)
    assert row.last_error == "ValueError: Our own."
    assert row.processed_at
    wait_is_over()
    assert worker.drain() == {}


def test_what_was_given_up_is_applied_once_it_can_be(stripe, fails, monkeypatch):
    good = router.route("payment_intent.created")
    fails(FAILURES["a mistake"])
    deliver(stripe, many=1)
    for _ in range(8):
        wait_is_over()
        worker.drain()
    monkeypatch.setitem(router._routes, "payment_intent.created", good)

    call_command("stripe_replay", "--reason", "handler_error")

    row = culprit()
    assert (row.state, row.reason, row.last_error) == ("applied", "", "")
    assert Payment.objects.filter(stripe_id=CULPRIT).exists()


def test_a_waiting_event_is_applied_when_its_pause_is_over(stripe, fails, monkeypatch):
    good = router.route("payment_intent.created")
    fails(FAILURES["a deadlock"])
    deliver(stripe, many=1)
    worker.drain()
    monkeypatch.setitem(router._routes, "payment_intent.created", good)
    assert worker.drain() == {}

    wait_is_over()

    assert worker.drain() == {"applied": 1}
    assert (culprit().attempts, culprit().last_error) == (1, "")


def test_a_rule_that_fails_isolates_its_event_too(stripe, monkeypatch):
    follow = rules.follow

    def follow_but_one(entry, booking, now, *others):
        if entry.payment.stripe_id == CULPRIT:
            raise ZeroDivisionError
        return follow(entry, booking, now, *others)

    monkeypatch.setattr(rules, "follow", follow_but_one)
    deliver(stripe)

    assert worker.drain() == {"applied": 19, "received": 1}
    assert not Payment.objects.filter(stripe_id=CULPRIT).exists()


def test_the_same_is_true_in_whatever_batches(stripe, settings):
    """Every scenario for a booking of its own, shuffled and doubled, in batches of any size."""
    told = []
    booked = []
    for number, scenario in enumerate(SCENARIOS.values()):
        booking = ReservationFactory(code=f"HB-{number}", total=50_000)
        booked.append(booking.pk)
        told += scenario.events(stay_of(booking))
    random.Random(7).shuffle(told)
    told += told[::3]

    def outcome(size):
        settings.PAYMENTS_BATCH_SIZE = size
        with transaction.atomic():
            stripe.sends(told)
            states = [folio.as_json() for folio in folios(bookings(booked).values())]
            standing = Alert.objects.filter(closed_at=None)
            alerts = sorted(standing.values_list("account", "object_id", "kind", "detail"))
            settled = set(WebhookEvent.objects.values_list("state", flat=True))
            transaction.set_rollback(True)
        return sorted(states, key=lambda state: state["reservation"]), alerts, settled

    first = outcome(500)
    assert first[2] == {"applied"}
    assert first[1]
    assert outcome(1) == first
    assert outcome(7) == first
