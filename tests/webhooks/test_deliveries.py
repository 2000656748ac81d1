"""Whether deliveries reach us: endpoints as we need them, and accounts that fall silent."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from payments.models import Alert, ConnectedAccount, EventCursor, WebhookEvent
from payments.webhooks import deliveries, resyncing, worker
from sandbox import events, objects

pytestmark = pytest.mark.django_db


def endpoints(capsys, *options):
    call_command("stripe_endpoints", "--json", *options)
    return json.loads(capsys.readouterr().out)


def test_endpoints_are_registered_once(hotel, capsys, settings):
    settings.SITE_URL = "https://hotel.example"
    assert [each["created"] for each in endpoints(capsys, "--dry-run")] == [False, False]
    assert not hotel.client.v1.webhook_endpoints.list().data

    made = endpoints(capsys)

    assert [(each["scope"], each["created"]) for each in made] == [
        ("platform", True),
        ("connect", True),
    ]
    assert all(each["secret"].startswith("whsec_") for each in made)
    call_command("stripe_events", "--json")
    known = json.loads(capsys.readouterr().out)
    for each in made:
        wanted = {
            t["type"] for t in known if t["offered"] and t["scope"] in (each["scope"], "both")
        }
        kept = hotel.client.v1.webhook_endpoints.retrieve(each["id"])
        assert (set(kept.enabled_events), kept.api_version) == (wanted, settings.STRIPE_API_VERSION)
        assert kept.url == "https://hotel.example/api/webhooks/stripe"

    hotel.client.v1.webhook_endpoints.update(
        made[1]["id"], {"enabled_events": ["charge.updated"], "disabled": True}
    )
    again = endpoints(capsys)
    assert [(each["id"], each["created"]) for each in again] == [(e["id"], False) for e in made]
    assert not any("secret" in each for each in again)
    kept = hotel.client.v1.webhook_endpoints.retrieve(made[1]["id"])
    assert (kept.status, set(kept.enabled_events)) == ("enabled", set(again[1]["types"]))
    assert len(hotel.client.v1.webhook_endpoints.list().data) == 2


def test_an_endpoint_that_is_not_ours_any_more_is_said(hotel, capsys, settings):
    settings.SITE_URL = "https://hotel.example"
    made = endpoints(capsys)
    resyncing.resync_by_itself()
    assert not Alert.objects.filter(kind="endpoint_differs").exists()

    hotel.client.v1.webhook_endpoints.update(made[1]["id"], {"disabled": True})
    for _ in range(2):
        EventCursor.objects.update(checked_at=timezone.now() - timedelta(hours=1))
        resyncing.resync_by_itself()
    alert = Alert.objects.get(kind="endpoint_differs")
    assert (alert.closed_at, alert.facts["why"]) == (None, "It is disabled.")

    endpoints(capsys)
    EventCursor.objects.update(checked_at=timezone.now() - timedelta(hours=1))
    resyncing.resync_by_itself()
    assert Alert.objects.get(kind="endpoint_differs").closed_at is not None


def test_an_endpoint_made_by_hand_is_watched_until_ours_are_there(hotel, capsys, settings):
    settings.SITE_URL = "https://hotel.example"
    made = hotel.client.v1.webhook_endpoints.create(
        {"url": "https://hotel.example/api/webhooks/stripe", "enabled_events": ["charge.updated"]}
    )

    def alerts():
        EventCursor.objects.update(checked_at=timezone.now() - timedelta(hours=1))
        resyncing.resync_by_itself()
        rows = Alert.objects.filter(kind="endpoint_differs", closed_at=None)
        return [(row.object_id, row.facts["why"]) for row in rows]

    assert alerts() == [(made.id, "It does not bring all of our event types.")]
    hotel.client.v1.webhook_endpoints.update(made.id, {"enabled_events": ["*"], "disabled": True})
    assert alerts() == [(made.id, "It is disabled.")]
    hotel.client.v1.webhook_endpoints.update(made.id, {"disabled": False})
    assert alerts() == []
    hotel.client.v1.webhook_endpoints.update(made.id, {"disabled": True})
    assert alerts()
    endpoints(capsys)
    assert alerts() == []


def test_a_silent_account_is_said_in_its_week_and_not_before(stripe, booking):
    """Three weeks in which something happens by day, of which the last falls silent."""
    account = ConnectedAccount.objects.get()
    for house in (booking.organization, booking.property):
        house.stripe_account_id = account.stripe_id
        house.save()
    stripe.tells("account.updated", objects.account(id=account.stripe_id))
    end = timezone.now().replace(hour=12, minute=0)
    silent = end - timedelta(days=5)  # from then on
    heard = [
        moment
        for hours in range(20 * 24)
        if 8 <= (moment := end - timedelta(hours=20 * 24 - hours)).hour < 22 and moment < silent
    ]
    for number, moment in enumerate(heard):
        stripe.delivers(
            events.event(
                "charge.updated", objects.charge(id="ch_1"), account=account.stripe_id,
                id=f"evt_{number}",
            )
        )  # fmt: skip
        WebhookEvent.objects.filter(stripe_event_id=f"evt_{number}").update(created_at=moment)
    worker.drain()
    WebhookEvent.objects.filter(event_type="account.updated").update(created_at=heard[0])
    raised = None
    for hours in range(7 * 24):
        now = end - timedelta(hours=7 * 24 - hours)
        booking.arrival, booking.departure = now.date(), now.date() + timedelta(days=2)
        booking.save()
        deliveries.notice_silent_accounts(now)
        if raised is None and Alert.objects.filter(kind="account_silent").exists():
            raised = now
    assert raised is not None
    assert timedelta(hours=11) < raised - heard[-1] < timedelta(hours=30)
    stripe.tells("charge.updated", objects.charge(id="ch_2"))
    deliveries.notice_silent_accounts(timezone.now())
    assert Alert.objects.get(kind="account_silent").closed_at is not None
