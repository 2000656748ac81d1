"""What the endpoint answers, and that it does nothing else."""

import json
import time

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from payments.models import WebhookEvent
from sandbox import events
from sandbox.objects import payment_intent
from tests.support.stripe import ENDPOINT

WRONG = {"Stripe-Signature": "t=1,v1=" + "0" * 64}


def event(number=1):
    """Return a good event of the hotel, as bytes."""
    told = events.event(
        "payment_intent.created",
        payment_intent(seed=str(number)),
        account="acct_harbour",
        id=f"evt_{number}",
    )
    return json.dumps(told).encode()


def padded(size):
    """Return a good event of exactly so many bytes."""
    return event() + b" " * (size - len(event()))


def test_a_good_event_is_stored_as_it_came(stripe):
    body = event().replace(b'"livemode"', b'  "livemode"')

    answer = stripe.posts(body)

    assert answer.status_code == 200
    (row,) = WebhookEvent.objects.all()
    assert bytes(row.body) == body
    assert (row.state, row.scope, row.account) == ("received", "connect", "acct_harbour")
    assert (row.stripe_event_id, row.event_type) == ("evt_1", "payment_intent.created")


def test_what_comes_again_changes_nothing(stripe):
    stripe.posts(event())
    (before,) = WebhookEvent.objects.values()

    assert stripe.posts(event()).status_code == 200
    assert stripe.posts(event() + b" ").status_code == 200

    assert list(WebhookEvent.objects.values()) == [before]


@pytest.mark.parametrize("body", [event(), event() + b"\n", b"no JSON", b""])
def test_storing_is_one_statement(stripe, body):
    with CaptureQueriesContext(connection) as asked:
        assert stripe.posts(body).status_code == 200

    (statement,) = [query["sql"] for query in asked]
    assert statement.startswith("INSERT INTO webhook_events")


@pytest.mark.parametrize("headers", [{}, WRONG])
def test_a_strangers_cookie_asks_the_database_nothing(stripe, headers):
    stripe.client.cookies["sessionid"] = "x" * 32
    stripe.client.cookies["csrftoken"] = "y" * 64

    with CaptureQueriesContext(connection) as asked:
        stripe.posts(event(), **headers)

    assert len(asked) == (0 if headers else 1)


@pytest.mark.parametrize(
    "headers",
    [
        WRONG,
        {"Stripe-Signature": ""},
        {"Stripe-Signature": f"t={int(time.time())},v1={'0' * 64}"},
        {"Stripe-Signature": events.sign(event(), "whsec_of_somebody_else")},
        {"Stripe-Signature": "é"},
    ],
)
@pytest.mark.parametrize("body", [event(), b"", b"\x00" * 1000])
def test_whatever_is_wrong_the_answer_is_the_same(stripe, body, headers):
    with CaptureQueriesContext(connection) as asked:
        answer = stripe.posts(body, **headers)

    assert (answer.status_code, answer.content) == (400, b"Not accepted.\n")
    assert len(asked) == 0
    assert not WebhookEvent.objects.exists()


def test_a_request_without_a_signature_is_refused(stripe):
    answer = stripe.client.post(ENDPOINT, data=event(), content_type="application/json")

    assert (answer.status_code, answer.content) == (400, b"Not accepted.\n")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-16",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "application/json; charset=nobody-knows",
        "\xff\x00",
    ],
)
def test_the_content_type_does_not_matter(stripe, content_type):
    header = events.sign(event(), "whsec_connect_of_the_tests")
    answer = stripe.client.generic(
        "POST", ENDPOINT, event(), content_type, headers={"Stripe-Signature": header}
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
def test_only_post_is_answered(stripe, method):
    answer = stripe.client.generic(method, ENDPOINT, event())

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize("path", [ENDPOINT + "/", ENDPOINT + "/x", ENDPOINT + "%00", "/api/x"])
def test_another_address_is_not_there(stripe, path):
    assert stripe.client.post(path, data=event(), content_type="text/plain").status_code == 404


def test_the_largest_body_passes_and_one_byte_more_does_not(stripe):
    assert stripe.posts(padded(524_288)).status_code == 200
    assert WebhookEvent.objects.count() == 1
    assert stripe.posts(padded(524_289)).status_code == 413
    assert stripe.posts(padded(5_000_000)).status_code == 413
    assert stripe.posts(padded(524_289), **WRONG).status_code == 413
    assert WebhookEvent.objects.count() == 1


def test_a_flood_of_wrong_signatures_must_wait_and_a_right_one_never(stripe):
    for _ in range(120):
        assert stripe.posts(event(), **WRONG).status_code == 400

    answer = stripe.posts(event(), **WRONG)

    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert not WebhookEvent.objects.exists()
    assert stripe.posts(event()).status_code == 200
    stripe.client = Client(REMOTE_ADDR="192.0.2.7")
    assert stripe.posts(event(), **WRONG).status_code == 400


def test_a_flood_is_over_when_its_minute_is(stripe, monkeypatch):
    for _ in range(121):
        last = stripe.posts(event(), **WRONG)
    assert last.status_code == 429
    later = time.time() + 61

    monkeypatch.setattr("payments.webhooks.flood.time.time", lambda: later)

    assert stripe.posts(event(), **WRONG).status_code == 400


@pytest.mark.parametrize("broken", ["get", "set"])
def test_a_cache_that_is_away_changes_no_answer(stripe, monkeypatch, broken):
    def away(*_, **__):
        raise ConnectionError("Nobody answers.")

    monkeypatch.setattr(LocMemCache, broken, away)

    for _ in range(130):
        assert stripe.posts(event(), **WRONG).status_code == 400
    assert stripe.posts(event()).status_code == 200


def test_what_is_no_event_is_stored_under_the_hash_of_its_bytes(stripe):
    for body in (b"no JSON", b"[]", b'{"id": 7}', b'{"id": "no JSON"'):
        assert stripe.posts(body).status_code == 200
        assert stripe.posts(body).status_code == 200

    ids = list(WebhookEvent.objects.values_list("stripe_event_id", flat=True))
    assert len(ids) == 4
    assert all(id.startswith("sha256:") and len(id) == 71 for id in ids)


def test_one_id_is_received_once_for_each_scope_account_and_mode(stripe):
    told = json.loads(event())
    for scope in ("connect", "platform"):
        for account in ("acct_harbour", "acct_other", None):
            for livemode in (True, False):
                sent = json.dumps(told | {"account": account, "livemode": livemode}).encode()
                assert stripe.posts(sent, scope=scope).status_code == 200
                assert stripe.posts(sent, scope=scope).status_code == 200

    assert WebhookEvent.objects.filter(stripe_event_id="evt_1").count() == 12
