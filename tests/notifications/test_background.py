"""A slow mail server delays mail and nothing else; a slow Stripe, requests to Stripe alone."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.db import connection

from organizations.models import Role
from payments import background, tasks
from payments.background import BackgroundThread
from payments.management.commands import payments_work
from payments.models import Notification, State, WebhookEvent
from payments.notifications import outbox
from payments.operations import mails
from payments.webhooks import worker
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import AccountFactory, MembershipFactory, ReservationFactory, UserFactory
from tests.notifications.conftest import later
from tests.support.stripe import Stripe

PATIENCE = 30.0  # seconds


@pytest.fixture
def slow(monkeypatch):
    """Deliveries that go on until they are let go; returns how to let them, and what began."""
    let_go, began = threading.Event(), []

    def deliver(stop=lambda: False):
        began.append(threading.current_thread())
        let_go.wait(PATIENCE)
        return {}

    monkeypatch.setattr(mails, "deliver", deliver)
    yield let_go, began
    let_go.set()


@pytest.fixture
def thread(monkeypatch):
    """A thread that always has some mail to deliver."""
    monkeypatch.setattr(outbox, "is_due", lambda: True)
    thread = mail_thread()
    yield thread
    thread.stop(PATIENCE)


def mail_thread():
    def deliver(stop):
        return mails.deliver(stop)  # as a test has it by then

    return BackgroundThread("mail", outbox.is_due, deliver)


def test_waking_it_waits_for_nothing_and_makes_no_second_one(slow, thread):
    let_go, began = slow
    before = time.monotonic()

    for _ in range(5):
        thread.wake()

    assert time.monotonic() - before < 1
    assert not thread.stop(0.1)
    assert len(began) == 1
    assert began[0] is not threading.current_thread()
    let_go.set()
    assert thread.stop(PATIENCE)


def test_events_are_settled_while_a_mail_waits(slow, thread, stripe, booking):
    let_go, began = slow
    thread.wake()

    stripe.sends(SCENARIOS["decline_retry_success"].events(stay_of(booking)))

    booking.refresh_from_db()
    assert booking.payment_status == "paid"
    assert began[0].is_alive()
    let_go.set()


def test_a_failure_is_followed_by_another_try(thread, monkeypatch):
    tries = []

    def deliver(stop):
        tries.append(stop)
        raise RuntimeError("no such thing")

    monkeypatch.setattr(mails, "deliver", deliver)

    for number in (1, 2):
        thread.wake()
        assert thread.stop(PATIENCE)
        assert len(tries) == number


def test_it_is_not_woken_for_nothing(db, slow):
    mail_thread().wake()

    assert slow[1] == []


def test_celery_and_the_worker_wake_the_same_threads(monkeypatch, db):
    woken = []
    for thread in background.THREADS:
        monkeypatch.setattr(thread, "wake", lambda thread=thread: woken.append(thread))

    tasks.deliver()
    tasks.keep()

    assert woken == list(background.THREADS)
    assert payments_work.background is background


# The worker as it runs on a server ---------------------------------------


@pytest.fixture
def work(transactional_db, post_office):
    """Returns how to start the worker with the tests' database and mail server."""
    started = []

    def start():
        name = settings.DATABASES["default"]
        address = f"postgres://{name['USER']}@{name['HOST']}:{name['PORT']}/{name['NAME']}"
        environment = os.environ | {
            "DATABASE_URL": address,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(post_office.port),
        }
        command = [sys.executable, "manage.py", "payments_work"]
        started.append(subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_for(what):
    patience = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < patience, "It did not happen."
        time.sleep(0.05)


def a_paid_booking(seed):
    booking = ReservationFactory()
    Stripe().delivers(*SCENARIOS["decline_retry_success"].events(stay_of(booking, seed=seed)))
    return booking


def is_settled():
    return not WebhookEvent.objects.filter(state=State.RECEIVED).exists()


@pytest.mark.postgres
def test_a_mail_server_that_hangs_holds_up_no_event(work, post_office):
    AccountFactory()
    MembershipFactory(role=Role.OWNER, user=UserFactory(email="maria@example.com"))
    post_office.mood = "hangs at the end"
    a_paid_booking(1)
    process = work()
    wait_for(lambda: post_office.calls)

    before = time.monotonic()
    second = a_paid_booking(2)
    wait_for(is_settled)

    assert time.monotonic() - before < 5  # the mail server takes ten seconds to give up on
    second.refresh_from_db()
    assert second.payment_status == "paid"
    assert post_office.calls == 1
    with connection.cursor() as cursor:  # nobody holds a transaction open meanwhile
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND state LIKE 'idle in transaction%'"
        )
        assert cursor.fetchone() == (0,)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0


@pytest.mark.postgres
def test_a_worker_killed_while_it_sends_leaves_a_mail_that_the_next_one_sends(work, post_office):
    AccountFactory()
    post_office.mood = "hangs at the end"
    a_paid_booking(1)
    first = work()
    wait_for(lambda: post_office.calls)
    first.kill()
    first.wait()

    post_office.mood = "takes"
    Notification.objects.filter(to="managers").update(state="sent")
    later(minutes=3)
    work()
    wait_for(lambda: not Notification.objects.filter(state="waiting").exists())

    assert [row.state for row in Notification.objects.filter(to="guest")] == ["sent"]
    assert len(post_office.mails) == 1


@pytest.mark.postgres
def test_several_workers_send_each_mail_once(work, post_office):
    AccountFactory()
    MembershipFactory(role=Role.OWNER, user=UserFactory(email="maria@example.com"))
    for seed in range(1, 9):
        a_paid_booking(seed)
    worker.drain()

    for _ in range(3):
        work()
    wait_for(lambda: not Notification.objects.filter(state="waiting").exists())

    assert Notification.objects.filter(state="sent").count() == 16
    assert len({each["Message-ID"] for each in post_office.mails}) == len(post_office.mails) == 16
