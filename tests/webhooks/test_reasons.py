"""
Why an event is set aside: of several causes, the first in this order.

    malformed (no JSON or id), thin event, malformed (livemode, type), unknown account, other mode,
    unhandled type, malformed (contents), no effect, tenant mismatch
"""

import json
from itertools import combinations

import pytest

from payments.models import Alert, ConnectedAccount, WebhookEvent
from payments.webhooks import worker
from sandbox import events
from sandbox.objects import payment_intent
from tests.factories import AccountFactory, OrganizationFactory, ReservationFactory

HARBOUR = "acct_harbour"


@pytest.fixture
def stranger(db):
    """Return a booking of another organization, which has an account of its own."""
    AccountFactory(stripe_id="acct_stranger", organization=OrganizationFactory(slug="stranger"))
    return ReservationFactory(
        code="ST-1", property__organization__slug="stranger", property__slug="stranger"
    )


def of_connect(stranger):
    """Return each thing that can be wrong with an event of a hotel's account, in order."""
    return {
        "malformed (id)": ("malformed", lambda event: event.update(id=7)),
        "thin_event": ("thin_event", lambda event: event.update(object="v2.core.event")),
        "malformed (type)": ("malformed", lambda event: event.update(livemode="no")),
        "unknown_account": ("unknown_account", lambda event: event.update(account="acct_nobody")),
        "livemode_mismatch": ("livemode_mismatch", lambda event: event.update(livemode=True)),
        "unhandled_type": ("unhandled_type", lambda event: event.update(type="x.happened")),
        "malformed (contents)": (
            "malformed",
            lambda event: event["data"]["object"].update(amount=-5),
        ),
        "tenant_mismatch": (
            "tenant_mismatch",
            lambda event: event["data"]["object"].update(
                metadata={"reservationId": str(stranger.pk)}
            ),
        ),
    }


def of_platform(stranger):
    """Return the same for an event of the platform's own account."""
    causes = of_connect(stranger)
    del causes["livemode_mismatch"]
    causes["unknown_account"] = ("unknown_account", lambda event: event.update(account=HARBOUR))
    mismatch = causes.pop("tenant_mismatch")
    causes["no_effect"] = ("no_effect", lambda event: event["data"]["object"].pop("on_behalf_of"))
    causes["tenant_mismatch"] = mismatch
    return causes


def sent(stripe, causes, wrong, scope):
    """Send an event with these things wrong; return its row and what its reason must be."""
    event = events.event("payment_intent.created", payment_intent(), id="evt_1")
    if scope == "connect":
        event["account"] = HARBOUR
    else:
        event["data"]["object"]["on_behalf_of"] = HARBOUR
    for name in reversed(wrong):
        causes[name][1](event)
    assert stripe.posts(json.dumps(event).encode(), scope=scope).status_code == 200
    worker.drain()
    return WebhookEvent.objects.get(), causes[wrong[0]][0] if wrong else ""


IGNORED = {"unhandled_type", "test_event", "no_effect"}


def pairs(causes):
    """Return every single cause and every two that can be together, by name, the first first."""
    names = list(causes(None))
    return [()] + [(name,) for name in names] + list(combinations(names, 2))


@pytest.mark.parametrize("wrong", pairs(of_connect), ids=" and ".join)
def test_the_first_cause_is_the_reason(stripe, stranger, wrong):
    row, reason = sent(stripe, of_connect(stranger), wrong, "connect")

    assert row.reason == reason
    assert row.state == ("ignored" if reason in IGNORED else "quarantined" if reason else "applied")
    known = "unknown_account" not in wrong
    assert (row.organization and row.organization.slug) == ("harbour" if known else None)
    assert Alert.objects.filter(kind="tenant_mismatch").exists() == (reason == "tenant_mismatch")


@pytest.mark.parametrize("wrong", pairs(of_platform), ids=" and ".join)
def test_the_first_cause_is_the_reason_on_the_platforms_account(stripe, stranger, wrong):
    row, reason = sent(stripe, of_platform(stranger), wrong, "platform")

    assert row.reason == reason
    assert row.state == ("ignored" if reason in IGNORED else "quarantined" if reason else "applied")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"id": ""}', b'{"id": "a\\u0000b"}'])
def test_what_is_no_event_is_malformed(stripe, inbox, body):
    stripe.posts(body)
    worker.drain()

    ((id, outcome),) = inbox().items()
    assert outcome == ("quarantined", "malformed")
    assert id.startswith("sha256:")


def test_an_event_without_an_id_is_filed_under_its_account(stripe):
    stripe.posts(b'{"id": null, "account": "acct_harbour", "type": "x", "livemode": false}')
    worker.drain()

    row = WebhookEvent.objects.get()
    assert (row.reason, row.organization.slug) == ("malformed", "harbour")


@pytest.mark.parametrize(
    "account", [None, "", 5, ["acct_harbour"], {"id": HARBOUR}, "a" * 256, "é"]
)
@pytest.mark.parametrize("type", ["payment_intent.created", "application_fee.created"])
def test_a_hotels_event_without_an_account_is_nobodys(stripe, inbox, account, type):
    event = events.event(type, payment_intent(), id="evt_1") | {"account": account}
    stripe.delivers(event, scope="connect")
    worker.drain()

    assert inbox() == {"evt_1": ("quarantined", "unknown_account")}


@pytest.mark.parametrize(
    ("connected", "sent", "outcome"),
    [
        ([False], False, ("applied", "")),
        ([False], True, ("quarantined", "livemode_mismatch")),
        ([True], True, ("applied", "")),
        ([True], False, ("ignored", "test_event")),
        ([True, False], True, ("applied", "")),
        ([True, False], False, ("ignored", "test_event")),
        ([], True, ("quarantined", "unknown_account")),
        ([], False, ("quarantined", "unknown_account")),
    ],
)
def test_the_mode_must_be_the_accounts(stripe, booking, inbox, connected, sent, outcome):
    ConnectedAccount.objects.all().delete()
    for livemode in connected:
        AccountFactory(livemode=livemode)
    paid = payment_intent(status="succeeded", metadata={"reservationId": "HB-2481"})

    stripe.tells("payment_intent.succeeded", paid, livemode=sent, id="evt_1")

    assert inbox() == {"evt_1": outcome}
    booking.refresh_from_db()
    assert booking.paid_amount == (30_000 if outcome[0] == "applied" else 0)
    organization = WebhookEvent.objects.get().organization
    assert (organization and organization.slug) == ("harbour" if connected else None)


@pytest.mark.parametrize("livemode", [None, 0, 1, "true", "false", []])
def test_a_mode_that_is_neither_is_malformed(stripe, inbox, livemode):
    event = events.event("payment_intent.created", payment_intent(), account=HARBOUR, id="evt_1")
    stripe.delivers(event | {"livemode": livemode}, scope="connect")
    worker.drain()

    assert inbox() == {"evt_1": ("quarantined", "malformed")}


@pytest.mark.parametrize("type", [None, "", 5, [], "é", "a b", "x" * 101, "\x00"])
def test_a_type_that_is_none_is_malformed(stripe, inbox, type):
    event = events.event("payment_intent.created", payment_intent(), account=HARBOUR, id="evt_1")
    stripe.delivers(event | {"type": type}, scope="connect")
    worker.drain()

    assert inbox() == {"evt_1": ("quarantined", "malformed")}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", None),
        ("id", "a" * 256),
        ("object", "charge"),
        ("amount", 1.5),
        ("amount", "100"),
        ("amount", True),
        ("amount", -1),
        ("amount", 2**63),
        ("amount_received", -1),
        ("amount_capturable", 2**63),
        ("currency", "xxq"),
        ("currency", 978),
        ("currency", ["eur"]),
    ],
)
def test_a_value_that_makes_no_sense_is_malformed(stripe, booking, inbox, field, value):
    paid = payment_intent(status="succeeded", metadata={"reservationId": "HB-2481"})

    stripe.tells("payment_intent.succeeded", paid | {field: value}, id="evt_1")

    assert inbox() == {"evt_1": ("quarantined", "malformed")}
    booking.refresh_from_db()
    assert booking.paid_amount == 0


@pytest.mark.parametrize("object", [None, [], "pi_1", 5, True])
def test_an_event_about_nothing_is_malformed(stripe, inbox, object):
    event = events.event("payment_intent.created", payment_intent(), account=HARBOUR, id="evt_1")
    event["data"] = {"object": object}
    stripe.delivers(event, scope="connect")
    worker.drain()

    assert inbox() == {"evt_1": ("quarantined", "malformed")}


def test_a_thin_event_says_what_to_change(stripe):
    thin = {"id": "evt_1", "object": "v2.core.event", "type": "v1.x", "livemode": False}
    stripe.delivers(thin, scope="connect")
    worker.drain()

    row = WebhookEvent.objects.get()
    assert row.reason == "thin_event"
    assert "snapshot" in row.last_error


def test_swapped_secrets_are_asked_about(stripe):
    event = events.event("payment_intent.created", payment_intent(), account=HARBOUR)
    stripe.sends([event], scope="platform")

    row = WebhookEvent.objects.get()
    assert (row.reason, row.organization.slug) == ("unknown_account", "harbour")
    assert "swapped" in row.last_error
