"""Many at once on PostgreSQL: many senders, many workers, and workers that are killed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection

from payments.hotel import bookings
from payments.models import Alert, ConnectedAccount, Notification, WebhookEvent
from payments.operations import mails
from payments.operations.connect import accounts
from payments.records.bookings import folios
from payments.webhooks import worker
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import AccountFactory, OrganizationFactory, ReservationFactory
from tests.notifications.conftest import deliver_all
from tests.support.stripe import Stripe
from tests.support.threads import at_once

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stripe(transactional_db):
    AccountFactory()
    return Stripe()


@pytest.fixture
def told(stripe):
    """Return every scenario's events, two bookings each, and what must be true in the end."""
    events, expected = [], {}
    money = {name: each for name, each in SCENARIOS.items() if each.moves_money}
    for name, scenario in money.items():
        for number in (1, 2):
            booking = ReservationFactory(code=f"{name}-{number}", total=50_000)
            stay = stay_of(booking)
            events += scenario.events(stay)
            expected[booking.pk] = scenario.expects(stay)
    random.Random(5).shuffle(events)
    return events, expected


def all_is_right(events, expected):
    """Make sure that each event is applied, each alert is there once and each figure is right."""
    rows = WebhookEvent.objects.values_list("state", "reason", "attempts")
    assert set(rows) == {("applied", "", 0)}
    assert len(rows) == len({event["id"] for event in events})
    for folio in folios(bookings(expected).values()):
        state, wanted = folio.as_json(), expected[folio.booking.id]
        assert {name: state[name] for name in wanted} == wanted, state
    keys = list(Alert.objects.values_list("account", "livemode", "object_id", "kind", "detail"))
    assert len(keys) == len(set(keys)) > 0


def test_fifty_senders_and_four_workers_lose_and_double_nothing(told, settings, caplog):
    settings.PAYMENTS_BATCH_SIZE = 10
    events, expected = told
    sent = events[:100]
    done = []

    def act(number):
        if number >= 50:
            while not done or worker.drain():
                worker.drain()
            return
        mine = list(sent)
        random.Random(number).shuffle(mine)
        Stripe().delivers(*mine)

    def everything(number):
        act(number)
        if number < 50:
            senders.append(number)
            if len(senders) == 50:
                done.append(True)

    senders = []
    at_once(54, everything)
    assert WebhookEvent.objects.count() == 100

    Stripe().delivers(*events)
    at_once(4, lambda _: worker.drain())

    all_is_right(events, expected)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def test_workers_on_the_same_bookings_do_not_wait_for_each_other_for_ever(told, settings, caplog):
    """Batches of three, so that events of one booking are in several workers' hands."""
    settings.PAYMENTS_BATCH_SIZE = 3
    events, expected = told
    Stripe().delivers(*events)

    done = at_once(6, lambda _: worker.drain())

    assert sum(part["applied"] for part in done) == len(events)
    all_is_right(events, expected)
    failed = [record for record in caplog.records if "batch.failed" in record.getMessage()]
    assert failed == []


@pytest.fixture
def start_worker():
    """Return a function that starts a worker as its own process, ended after the test at last."""
    started = []

    def start(size=5):
        settings = connection.settings_dict
        place = f"{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}"
        process = subprocess.Popen(
            [sys.executable, "manage.py", "payments_work"],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": f"postgres://{place}/{settings['NAME']}",
                "PAYMENTS_BATCH_SIZE": str(size),
                "LOG_LEVEL": "ERROR",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def applied():
    return WebhookEvent.objects.filter(state="applied").count()


def until(condition, seconds=60):
    """Wait until something is true, but not for ever."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It never came true."
        time.sleep(0.002)


def test_workers_killed_in_the_middle_lose_nothing(told, start_worker):
    events, expected = told
    Stripe().delivers(*events)
    chance = random.Random(3)
    for _ in range(3):
        before = applied()
        pair = [start_worker(size=1), start_worker(size=7)]
        until(lambda before=before: applied() > before or applied() == len(events))
        time.sleep(chance.random() / 20)
        for process in pair:
            process.send_signal(signal.SIGKILL)
            process.wait(10)
    assert not WebhookEvent.objects.exclude(state__in=["applied", "received"]).exists()

    worker.drain()

    all_is_right(events, expected)


def test_a_worker_that_is_asked_to_end_finishes_its_batch(told, start_worker):
    events, expected = told
    Stripe().delivers(*events)
    process = start_worker(size=1)
    until(lambda: applied() > 0)

    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)

    assert process.returncode == 0, err
    assert out.endswith("The worker has stopped.\n")
    assert err == ""
    worker.drain()
    all_is_right(events, expected)


def test_a_worker_outlives_a_restart_of_the_database(told, start_worker):
    events, expected = told
    process = start_worker(size=1)
    with connection.cursor() as cursor:
        for half in (events[::2], events[1::2]):
            before = applied()
            Stripe().delivers(*half)
            until(lambda before=before: applied() > before)
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    until(lambda: applied() == len(events), seconds=40)

    assert process.poll() is None
    states = {folio.booking.id: folio.as_json() for folio in folios(bookings(expected).values())}
    for id, wanted in expected.items():
        assert {name: states[id][name] for name in wanted} == wanted


def test_two_that_connect_an_account_at_once_connect_it_once(stripe):
    group = ConnectedAccount.objects.get().organization

    def connect(number):
        accounts.connect(stripe_id="acct_new", livemode=bool(number % 2), organization_id=group.pk)

    at_once(8, connect)

    assert ConnectedAccount.objects.filter(stripe_id="acct_new").count() == 2


def test_two_organizations_that_connect_one_account_at_once_do_not_share_it(stripe):
    groups = [OrganizationFactory(slug=slug) for slug in ("first", "second")]

    def connect(number):
        try:
            accounts.connect(
                stripe_id=f"acct_{number // 2}",
                livemode=bool(number % 2),
                organization_id=groups[number % 2].pk,
            )
        except accounts.AccountTaken:
            return 1
        return 0

    refused = at_once(20, connect)

    assert sum(refused) == 10
    assert ConnectedAccount.objects.exclude(stripe_id="acct_harbour").count() == 10


def test_objects_that_hardly_name_each_other_do_not_wait_for_ever(stripe, settings, caplog):
    """Old API versions name a refund's charge alone, and sometimes not even a charge's payment."""
    settings.PAYMENTS_BATCH_SIZE = 4
    booking = ReservationFactory(code="HB-1", total=50_000)
    chance = random.Random(11)
    for round in range(10):
        for event in SCENARIOS["two_partial_refunds"].events(stay_of(booking)):
            thing = event["data"]["object"]
            if thing["object"] == "refund" or (thing["object"] == "charge" and round > 0):
                del thing["payment_intent"]
            event["id"] = f"evt_{round}_{chance.random()}"
            Stripe().delivers(event)
        if round == 0:
            worker.drain()  # from here on it is known what belongs to what

    at_once(6, lambda _: worker.drain())

    assert set(WebhookEvent.objects.values_list("state", "attempts")) == {("applied", 0)}
    (folio,) = folios(bookings([booking.pk]).values())
    assert folio.figures.refunded == 5_000
    failed = [record for record in caplog.records if "batch.failed" in record.getMessage()]
    assert failed == []


@pytest.mark.parametrize("name", ["charge_alone", "bank_transfer_used_after_all"])
def test_what_belongs_to_one_payment_does_not_wait_for_ever(name, stripe, settings, caplog):
    """A charge that is a payment of its own; money that goes from one payment to another."""
    settings.PAYMENTS_BATCH_SIZE = 4
    booking = ReservationFactory(code="HB-1", total=50_000)
    told = [
        event | {"id": f"evt_{round}_{number}"}
        for round in range(10)
        for number, event in enumerate(SCENARIOS[name].events(stay_of(booking)))
    ]
    random.Random(7).shuffle(told)
    Stripe().delivers(*told)

    at_once(6, lambda _: worker.drain())

    assert set(WebhookEvent.objects.values_list("state", "attempts")) == {("applied", 0)}
    (folio,) = folios(bookings([booking.pk]).values())
    state, wanted = folio.as_json(), SCENARIOS[name].expects(stay_of(booking))
    assert {figure: state[figure] for figure in wanted} == wanted
    assert not Alert.objects.filter(closed_at=None).exists()
    assert "batch.failed" not in caplog.text


def test_many_postmen_beside_many_workers_send_each_mail_once(told, manager):
    events, _ = told
    Stripe().delivers(*events)

    def works(number):
        for _ in range(10):
            if number % 2:
                worker.drain()
            else:
                mails.deliver()

    at_once(6, works)
    worker.drain()
    deliver_all()

    ids = [each.extra_headers["Message-ID"] for each in mail.outbox]
    assert len(ids) == len(set(ids)) == Notification.objects.filter(state="sent").count() > 100
    assert set(Notification.objects.values_list("state", flat=True)) <= {"sent", "dropped"}
