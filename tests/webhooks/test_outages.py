"""The database is away, locked, read-only or restarted: nothing is lost, and nothing is a 500."""

import json
import sqlite3
from contextlib import contextmanager

import psycopg
import pytest
from django.db import OperationalError, connection

from payments.models import Payment, WebhookEvent
from payments.webhooks import inbox, worker
from sandbox import events
from sandbox.objects import payment_intent
from tests.factories import AccountFactory
from tests.support.stripe import Stripe

pytestmark = pytest.mark.django_db(transaction=True)


def body(number=1):
    told = events.event(
        "payment_intent.created",
        payment_intent(seed=str(number)),
        account="acct_harbour",
        id=f"evt_{number}",
    )
    return json.dumps(told).encode()


@pytest.fixture
def stripe(transactional_db):
    AccountFactory()
    return Stripe()


@contextmanager
def somebody_else():
    """Another connection to the tests' database, or beside it, that commits by itself."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        other = sqlite3.connect(settings["NAME"], uri=True, isolation_level=None)
        try:
            yield other
        finally:
            other.close()
    else:
        named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
        given = {name: settings[key] for name, key in named.items() if settings[key]}
        with psycopg.connect(**given, dbname="postgres", autocommit=True) as other:
            yield other


def refuses(stripe, number=1):
    """Make sure that an event is not accepted, and that Stripe is asked to try again."""
    answer = stripe.posts(body(number))
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0


def test_a_table_that_is_gone_is_no_500(stripe):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE webhook_events RENAME TO elsewhere")
    try:
        refuses(stripe)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO webhook_events")

    assert stripe.posts(body()).status_code == 200


def test_a_locked_database_asks_stripe_to_try_again(stripe, settings):
    if connection.vendor == "sqlite":
        with somebody_else() as other:
            other.execute("BEGIN EXCLUSIVE")
            refuses(stripe)
    else:
        with somebody_else() as other, connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
            name = connection.settings_dict["NAME"]
            given = {**connection.get_connection_params(), "dbname": name}
            given = {key: given[key] for key in ("host", "port", "user") if given.get(key)}
            with psycopg.connect(**given, dbname=name) as locker:
                locker.execute("LOCK TABLE webhook_events IN ACCESS EXCLUSIVE MODE")
                refuses(stripe)
                locker.rollback()

    assert stripe.posts(body()).status_code == 200
    assert WebhookEvent.objects.count() == 1


def test_a_connection_that_dies_after_the_commit_loses_and_doubles_nothing(stripe, monkeypatch):
    receive, dead = inbox.receive, []

    def receive_and_die(*given):
        receive(*given)
        if not dead:
            dead.append(True)
            connection.close()
            raise OperationalError("The connection was lost.")

    monkeypatch.setattr(inbox, "receive", receive_and_die)
    monkeypatch.setattr(connection, "is_usable", lambda: False)

    assert stripe.posts(body()).status_code == 200
    assert WebhookEvent.objects.count() == 1


def kill_our_backend():
    """End the tests' own connection from outside, as a restart of the database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with somebody_else() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.postgres
@pytest.mark.parametrize("cookie", ["", "x" * 32])
def test_a_connection_killed_between_two_requests_is_not_noticed(stripe, cookie):
    if cookie:
        stripe.client.cookies["sessionid"] = cookie
    assert stripe.posts(body(1)).status_code == 200

    for number in (2, 3):
        kill_our_backend()
        assert stripe.posts(body(number)).status_code == 200

    kill_our_backend()
    assert stripe.posts(body(4), **{"Stripe-Signature": "no"}).status_code == 400
    connection.close()
    assert WebhookEvent.objects.count() == 3


@pytest.mark.postgres
def test_while_the_database_takes_no_connections_stripe_is_asked_to_try_again(stripe):
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with somebody_else() as other:
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            kill_our_backend()
            stripe.client.cookies["sessionid"] = "x" * 32
            refuses(stripe)
            refuses(stripe)
            assert stripe.posts(b"", **{"Stripe-Signature": "no"}).status_code == 400
            for path in ("/healthz", "/metrics"):
                assert stripe.client.get(path).status_code == 503
        finally:
            other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    assert stripe.posts(body()).status_code == 200
    for path in ("/healthz", "/metrics"):
        assert stripe.client.get(path).status_code == 200


@pytest.mark.postgres
def test_a_database_that_only_reads_asks_stripe_to_try_again(stripe):
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")

    refuses(stripe)

    assert stripe.posts(body()).status_code == 200  # on a new connection


@pytest.mark.postgres
def test_a_worker_whose_connection_is_killed_mid_batch_applies_everything_once(stripe, monkeypatch):
    for number in range(5):
        stripe.posts(body(number))
    settle, killed = worker.settle_batch, []

    def settle_and_die(taken):
        counted = settle(taken)
        if not killed:
            killed.append(True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return counted

    monkeypatch.setattr(worker, "settle_batch", settle_and_die)

    assert worker.drain() == {"applied": 5}
    assert killed
    assert set(WebhookEvent.objects.values_list("state", "attempts")) == {("applied", 0)}
    assert Payment.objects.count() == 5
