"""What the sandbox sends is signed as Stripe signs it, and arrives as it was written."""

import json

import pytest
import stripe

from sandbox import events, objects

SECRET = "whsec_of_a_test"


def test_an_event_has_what_stripe_puts_around_an_object():
    intent = objects.payment_intent(status="succeeded")

    event = events.event(
        "payment_intent.succeeded", intent, account="acct_1", created=1_800_000_000
    )

    assert list(event) == [
        "id",
        "object",
        "account",
        "api_version",
        "created",
        "data",
        "livemode",
        "pending_webhooks",
        "request",
        "type",
    ]
    assert event["data"] == {"object": intent}
    assert event["request"] == {"id": None, "idempotency_key": None}
    assert (event["created"], event["livemode"]) == (1_800_000_000, False)


def test_an_event_of_the_platform_names_no_account():
    assert "account" not in events.event("transfer.created", {"id": "tr_1", "object": "transfer"})


def test_the_same_facts_are_the_same_event_and_others_are_not():
    charge = objects.charge()
    one = events.event("charge.updated", charge, account="acct_1")

    assert one["id"] == events.event("charge.updated", charge, account="acct_1")["id"]
    assert one["id"] != events.event("charge.updated", charge, account="acct_2")["id"]
    assert one["id"] != events.event("charge.captured", charge, account="acct_1")["id"]
    assert events.event("charge.updated", charge, id="evt_mine")["id"] == "evt_mine"


def test_an_event_keeps_the_object_as_it_was():
    charge = objects.charge(amount_refunded=0)
    event = events.event("charge.succeeded", charge)

    charge["amount_refunded"] = 500

    assert event["data"]["object"]["amount_refunded"] == 0


def test_stripes_own_library_accepts_the_signature():
    body = events.body(events.event("refund.created", objects.refund(), account="acct_1"))
    header = events.sign(body, SECRET)

    event = stripe.Webhook.construct_event(body, header, SECRET)

    assert event.type == "refund.created"
    assert stripe.WebhookSignature.verify_header(body.decode(), header, SECRET, tolerance=300)


def test_stripes_own_library_refuses_another_secret_other_bytes_and_an_old_time():
    body = b'{"id": "evt_1", "object": "event"}'
    now, long_ago = events.sign(body, SECRET), events.sign(body, SECRET, at=1_700_000_000)

    for bytes_, header, secret in [
        (body, now, "whsec_another"),
        (body + b" ", now, SECRET),
        (body, long_ago, SECRET),
    ]:
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(bytes_.decode(), header, secret, tolerance=300)


def test_sending_brings_the_same_bytes_with_a_fresh_signature(endpoint):
    body = events.body(events.event("charge.succeeded", objects.charge(description="Zoë, 佐々木")))

    answer = events.send(endpoint.url, SECRET, body)

    [(path, header, received)] = endpoint.received
    assert answer == (200, "noted")
    assert path == "/api/webhooks/stripe"
    assert received == body
    assert json.loads(received)["data"]["object"]["description"] == "Zoë, 佐々木"
    assert stripe.WebhookSignature.verify_header(received.decode(), header, SECRET, tolerance=300)


def test_sending_says_what_the_endpoint_answered(endpoint):
    endpoint.answer = 503

    assert events.send(endpoint.url, SECRET, b"{}").status == 503


def test_sending_to_nobody_is_an_error(nobody):
    with pytest.raises(OSError, match="refused"):
        events.send(nobody, SECRET, b"{}")
