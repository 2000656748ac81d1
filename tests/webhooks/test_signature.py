"""Only Stripe gets in: what proves that, and what does not."""

import time

import pytest
from django.conf import settings
from stripe import WebhookSignature

from payments.models import WebhookEvent
from payments.webhooks.signature import BadSignature, sign, verified_by

BODY = b'{"id": "evt_1", "object": "event", "type": "payment_intent.created", "livemode": false}'
NOW = 1_790_000_000
OLD, NEW = "whsec_the_one_of_last_year", "whsec_the_one_of_this_year"


def stripes_own(body=BODY, secret=NEW, at=NOW):
    """Return the digest that Stripe's own library makes."""
    return WebhookSignature._compute_signature(f"{at}.{body.decode()}", secret)


def verified(header, *, body=BODY, secrets=(NEW,), now=NOW):
    return verified_by(body, header, secrets, now)


def test_what_stripes_own_library_signs_is_proven():
    assert verified(f"t={NOW},v1={stripes_own()}") == NEW


def test_what_we_sign_convinces_stripes_own_library():
    at = int(time.time())
    assert WebhookSignature.verify_header(BODY.decode(), sign(BODY, NEW, at), NEW, tolerance=300)


@pytest.mark.parametrize(
    "header",
    [
        "t={t},v1={good},v0={bad}",
        "t={t},v0={bad},v1={good}",
        "t={t},v1={bad},v1={good}",
        "t={t},v1={good},v1={bad}",
        "v1={good},t={t}",
        " t={t} , v1={good} ",
        "t={t},v1={good},",
        "t={t},v2=ü,v1={good}",
        "t={t},v1=,v1={good},v1",
    ],
)
def test_one_right_proof_among_others_is_enough(header):
    assert verified(header.format(t=NOW, good=stripes_own(), bad="0" * 64)) == NEW


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        "t={t}",
        "v1={good}",
        "t=,v1={good}",
        "t={t},v0={good}",
        "t={t},v2={good}",
        "t={t},V1={good}",
        "t={t},v1={upper}",
        "t={t},v1={good}0",
        "t={t},v1= {good}",
        "t={t},v1={cut}",
        "t={t},v1={bad}",
        "t={t};v1={good}",
        "t={t},t={t},v1={good}",
        "t={t},t=0,v1={good}",
        "t=0,t={t},v1={good}",
        "t=+{t},v1={good}",
        "t={t}.0,v1={good}",
        "t=1_790_000_000,v1={good}",
        "t=-{t},v1={good}",
        "t=nan,v1={good}",
        "t=١٧٩٠٠٠٠٠٠٠,v1={good}",
        "t=" + "9" * 5000 + ",v1={good}",
        "t={t},v1=é" + "{good}",
        "t={t},v1=é",
        "t={t},v1=\x00{good}",
        "t={t},v1=\ud800",
        "t={t}," + "v1={good}," * 200,
        "v1={good}" * 10_000,
        "," * 4096,
        "=" * 4096,
        "t={t},v1={good}" + " " * 5000,
    ],
)
def test_a_header_that_proves_nothing(header):
    if header is not None:
        good = stripes_own()
        header = header.format(t=NOW, good=good, bad="0" * 64, upper=good.upper(), cut=good[:-1])

    with pytest.raises(BadSignature):
        verified(header)


@pytest.mark.parametrize(
    "body", [b"", BODY + b" ", BODY[:-1], BODY.replace(b"1", b"2"), BODY.upper()]
)
def test_a_proof_holds_for_its_own_bytes_alone(body):
    with pytest.raises(BadSignature):
        verified(f"t={NOW},v1={stripes_own()}", body=body)


def test_a_proof_holds_for_its_own_time_alone():
    with pytest.raises(BadSignature):
        verified(f"t={NOW + 1},v1={stripes_own(at=NOW)}")


def test_bytes_that_are_no_text_are_proven_as_they_are():
    body = b"\xff\xfe\x00\x80"
    assert verified(sign(body, NEW, NOW), body=body) == NEW


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_five_minutes_either_way_are_of_now(seconds):
    assert verified(sign(BODY, NEW, NOW), now=NOW + seconds) == NEW


@pytest.mark.parametrize("seconds", [-(10**9), -86_400, -301, 301, 86_400, 10**9])
def test_what_is_older_or_ahead_is_not(seconds):
    with pytest.raises(BadSignature):
        verified(sign(BODY, NEW, NOW), now=NOW + seconds)


def test_while_a_secret_rotates_old_and_new_are_taken():
    for secret in (OLD, NEW):
        assert verified(sign(BODY, secret, NOW), secrets=(NEW, OLD)) == secret
    with pytest.raises(BadSignature):
        verified(sign(BODY, OLD, NOW), secrets=(NEW,))


def test_where_no_secret_is_nothing_is_proven():
    with pytest.raises(BadSignature):
        verified(sign(BODY, "", NOW), secrets=())


# By the front door ---------------------------------------------------------


def stored():
    return list(WebhookEvent.objects.values_list("scope", "account", "stripe_event_id"))


@pytest.mark.parametrize(
    "header",
    [
        "t=1,v1=é",
        "t={now},v1=\xff\xfe",
        "t={now},v0=" + "0" * 64,
        "x" * 60_000,
        "",
        "t=" + "1" * 400,
    ],
)
def test_a_strange_header_is_refused_like_any_other(stripe, header):
    answer = stripe.posts(BODY, **{"Stripe-Signature": header.format(now=int(time.time()))})

    assert (answer.status_code, answer.content) == (400, b"Not accepted.\n")
    assert stored() == []


@pytest.mark.parametrize("scope", ["platform", "connect"])
def test_the_secret_says_whose_endpoint_it_was(stripe, scope):
    assert stripe.posts(BODY, scope=scope).status_code == 200
    assert stored() == [(scope, "", "evt_1")]


def test_each_of_several_secrets_says_it(stripe, settings):
    settings.STRIPE_WEBHOOK_SECRET = [NEW, OLD]
    for number, secret in enumerate([OLD, NEW]):
        body = BODY.replace(b"evt_1", b"evt_%d" % number)
        header = sign(body, secret, int(time.time()))
        assert stripe.posts(body, **{"Stripe-Signature": header}).status_code == 200

    assert sorted(stored()) == [("platform", "", "evt_0"), ("platform", "", "evt_1")]


def test_one_secret_for_both_tells_by_the_account(stripe, settings):
    settings.STRIPE_WEBHOOK_SECRET = settings.STRIPE_CONNECT_WEBHOOK_SECRET
    stripe.posts(BODY)
    stripe.posts(BODY[:-1] + b', "account": "acct_harbour"}')

    assert sorted(stored()) == [
        ("connect", "acct_harbour", "evt_1"),
        ("platform", "", "evt_1"),
    ]


def test_a_delivery_signed_minutes_ago_is_refused(stripe):
    header = sign(BODY, settings.STRIPE_CONNECT_WEBHOOK_SECRET[0], int(time.time()) - 400)

    assert stripe.posts(BODY, **{"Stripe-Signature": header}).status_code == 400
    assert stored() == []


def test_an_empty_body_that_is_signed_is_stored_and_set_aside(stripe):
    assert stripe.posts(b"").status_code == 200

    (row,) = WebhookEvent.objects.all()
    assert row.stripe_event_id.startswith("sha256:")
