"""Events settled by Celery workers, over a real broker."""

import os
import signal
import subprocess
import sys
import time
import uuid

import pytest
from django.conf import settings

from payments import tasks
from payments.models import State, WebhookEvent
from payments.webhooks import worker
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import AccountFactory, ReservationFactory
from tests.support.stripe import Stripe

PATIENCE = 60.0  # seconds

BROKERS = [
    pytest.param("redis://127.0.0.1:6379/5", marks=pytest.mark.redis, id="redis"),
    pytest.param("amqp://guest:guest@127.0.0.1:5672//", marks=pytest.mark.rabbitmq, id="rabbitmq"),
]


@pytest.fixture
def celery(request, transactional_db, tmp_path):
    """Start a worker with its beat on a broker and the tests' database; end it afterwards."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        pytest.skip("A worker of its own needs PostgreSQL: an SQLite test database is in memory.")
    queue = f"test-{uuid.uuid4().hex}"
    address = f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}"
    environment = os.environ | {
        "CELERY_BROKER_URL": request.param,
        "DATABASE_URL": f"{address}/{database['NAME']}",
    }
    started = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "-A", "pms", "worker", "--beat", "--pool", "solo"),
            *("-Q", queue, "--schedule", str(tmp_path / "beat"), "--without-gossip"),
            *("--without-mingle", "--loglevel", "warning"),
        ],
        env=environment | {"CELERY_QUEUE": queue},
    )
    yield started
    started.send_signal(signal.SIGTERM)
    started.wait(20)


@pytest.mark.postgres
@pytest.mark.parametrize("celery", BROKERS, indirect=True)
def test_events_are_settled_by_celery_workers_without_a_message_for_each(celery):
    AccountFactory()
    booking = ReservationFactory()
    events = SCENARIOS["deposit_and_balance"].events(stay_of(booking))

    Stripe().delivers(*events)

    patience = time.monotonic() + PATIENCE
    while WebhookEvent.objects.filter(state=State.RECEIVED).exists():
        assert time.monotonic() < patience, "Nobody settled the events."
        time.sleep(0.1)
    assert WebhookEvent.objects.filter(state=State.APPLIED).count() == len(events)
    booking.refresh_from_db()
    assert booking.payment_status == "paid"


def test_a_doubled_wake_up_changes_nothing(stripe, booking):
    stripe.delivers(*SCENARIOS["deposit_and_balance"].events(stay_of(booking)))

    first, second = tasks.drain(), tasks.drain()

    assert first["applied"] > 0
    assert second == {}
    assert worker.drain() == {}


@pytest.mark.parametrize("job", ["warn_of_expiring_holds", "recall_known_accounts"])
def test_every_timed_job_runs_by_its_name(job, db):
    assert tasks.run(job) == 0
