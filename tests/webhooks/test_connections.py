"""Who lets us act: whoever let go of us unheard is closed, and whoever came back is opened."""

from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.utils import timezone

from organizations.models import Role
from payments.gateway import accounts, errors
from payments.gateway.api import Answer
from payments.models import Alert, ConnectedAccount, EventCursor, WebhookEvent
from payments.outgoing import rereads
from payments.webhooks import resyncing, worker
from tests.factories import AccountFactory, MembershipFactory
from tests.support.stripe import Stripe
from tests.webhooks.conftest import Hotel
from tests.webhooks.test_resyncing import a_day_passes, resyncs, state_of

pytestmark = pytest.mark.django_db


def test_an_account_that_let_go_unheard_is_closed(hotel, booking, capsys):
    gone = Hotel(hotel.server)
    AccountFactory(stripe_id=gone.id, account=gone.id, organization=booking.organization)
    gone.control(f"accounts/{gone.id}/deauthorize")

    found, code = resyncs(capsys)

    said = "It let go of us, unheard: its connection is closed now."
    assert (code, found["failed"]) == (1, [{"account": gone.id, "error": said}])
    assert not ConnectedAccount.objects.get(stripe_id=gone.id).is_connected
    assert Alert.objects.filter(kind="account_disconnected", object_id=gone.id).count() == 1
    again, code = resyncs(capsys)
    assert (code, again["new"], "failed" in again) == (0, 0, False)

    gone.control(f"accounts/{gone.id}/authorize")
    Stripe().sends([{**gone.happened()[0], "account": gone.id}])
    rereads.keep_due(early=True)  # the same second, perhaps
    assert ConnectedAccount.objects.get(stripe_id=gone.id).is_connected


def closes_and_is_heard(hotel):
    hotel.control(f"accounts/{hotel.id}/deauthorize")
    Stripe().sends([{**hotel.happened()[0], "account": hotel.id}])
    assert not account_of(hotel).is_connected


def account_of(hotel):
    return ConnectedAccount.objects.get(stripe_id=hotel.id)


@pytest.mark.parametrize("options", [(), ("--objects",)])
def test_an_account_that_came_back_unheard_is_open(hotel, booking, capsys, options):
    closes_and_is_heard(hotel)
    hotel.control(f"accounts/{hotel.id}/authorize")
    a_day_passes(hotel, booking)

    call_command("stripe_resync", *options)

    assert f"{hotel.id}: it came back, unheard" in capsys.readouterr().out
    assert account_of(hotel).is_connected
    assert Alert.objects.filter(kind="account_disconnected", closed_at=None).count() == 0
    assert state_of(booking, capsys)["paid"] == 60_000
    found, code = resyncs(capsys, *options)
    assert (code, found["new"], found["mended"]) == (0, 0, 0)


def test_the_worker_opens_what_came_back_unheard_and_asks_less_and_less_often(
    hotel, booking, capsys
):
    closes_and_is_heard(hotel)
    hotel.control(f"accounts/{hotel.id}/authorize")

    def an_hour_passes():
        for model, name in [(EventCursor, "checked_at"), (ConnectedAccount, "deauthorized_at")]:
            earlier = F(name) - timedelta(hours=1)
            model.objects.filter(account=hotel.id).update(**{name: earlier})

    resyncing.resync_by_itself()
    assert not account_of(hotel).is_connected  # it was closed a moment ago
    an_hour_passes()
    a_day_passes(hotel, booking)
    resyncing.resync_by_itself()
    assert account_of(hotel).is_connected
    worker.drain()
    assert state_of(booking, capsys)["paid"] == 60_000
    assert not Alert.objects.filter(kind="deliveries_fail").exists()  # nobody was to deliver them


def test_a_closed_account_is_asked_ever_more_seldom(hotel, monkeypatch):
    closes_and_is_heard(hotel)
    asked, begun = [], timezone.now()

    def refuses(account):
        asked.append(hour)
        raise errors.Disconnected("No access.", code="account_invalid")

    monkeypatch.setattr(accounts, "retrieve", refuses)
    for hour in range(24 * 14):
        now = begun + timedelta(hours=hour)
        monkeypatch.setattr(resyncing.timezone, "now", lambda now=now: now)
        resyncing.resync_by_itself()
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert (pauses[0], pauses[-1]) == (1, 24)
    assert pauses == sorted(pauses)


def lets_go(hotel):
    """Press Disconnect on the account's page."""
    organization = account_of(hotel).organization
    browser = Client()
    browser.force_login(MembershipFactory(role=Role.OWNER, organization=organization).user)
    browser.post(f"/accounts/{organization.slug}/", {"action": "disconnect"})
    assert not account_of(hotel).is_connected


@pytest.mark.parametrize("client_id", ["", "ca_1"])
def test_whoever_was_let_go_here_is_not_asked(hotel, booking, capsys, settings, client_id):
    settings.STRIPE_CLIENT_ID = client_id
    ConnectedAccount.objects.exclude(stripe_id=hotel.id).delete()
    lets_go(hotel)
    long_ago = timezone.now() - timedelta(days=3)
    ConnectedAccount.objects.update(deauthorized_at=long_ago, let_go_here_at=long_ago)
    hotel.control(f"accounts/{hotel.id}/authorize")
    a_day_passes(hotel, booking)

    resyncing.resync_by_itself()
    found, code = resyncs(capsys)

    assert (code, found["new"]) == (0, 0)
    assert not WebhookEvent.objects.filter(account=hotel.id).exists()
    found, code = resyncs(capsys, "--account", hotel.id)
    said = resyncing.NOT_ASKED
    assert (code, found["failed"]) == (1, [{"account": hotel.id, "error": said}])
    assert not account_of(hotel).is_connected


def test_who_presses_disconnect_while_stripe_is_asked_is_not_opened(hotel, booking, monkeypatch):
    closes_and_is_heard(hotel)
    real = accounts.retrieve

    def is_back_and_is_let_go(account):
        monkeypatch.setattr(accounts, "retrieve", real)
        hotel.control(f"accounts/{hotel.id}/authorize")
        Stripe().sends([{**hotel.happened()[0], "account": hotel.id}])
        rereads.keep_due(early=True)  # the same second, perhaps
        lets_go(hotel)
        return real(account)

    monkeypatch.setattr(accounts, "retrieve", is_back_and_is_let_go)
    with suppress(SystemExit):  # nothing is asked of it
        call_command("stripe_resync", "--account", hotel.id)
    assert not account_of(hotel).is_connected


def test_what_happened_while_it_was_closed_was_not_to_be_delivered(hotel, booking, capsys):
    resyncing.resync_by_itself()
    a_day_passes(hotel, booking)
    closes_and_is_heard(hotel)
    ConnectedAccount.objects.update(deauthorized_at=timezone.now() - timedelta(hours=3))
    an_hour_ago = int(timezone.now().timestamp()) - 3_600
    with hotel.server.world.lock:
        for each in hotel.server.world.books(hotel.id).all("event"):
            each["created"] = min(each["created"], an_hour_ago)
    hotel.control(f"accounts/{hotel.id}/authorize")
    Stripe().sends([{**hotel.happened()[0], "account": hotel.id}])
    EventCursor.objects.update(checked_at=timezone.now() - timedelta(hours=1))
    resyncing.resync_by_itself()
    worker.drain()
    assert state_of(booking, capsys)["paid"] == 60_000
    assert not Alert.objects.filter(kind="deliveries_fail").exists()


def says_nothing(account):
    raise errors.ServerError("Stripe is away.")


def says_something_else(account):
    return Answer({"object": "list", "data": []}, timezone.now())


@pytest.mark.parametrize("answers", [says_nothing, says_something_else])
def test_a_closed_account_of_which_stripe_says_nothing_stops_no_other(
    hotel, booking, capsys, monkeypatch, answers
):
    gone = Hotel(hotel.server)
    AccountFactory(stripe_id=gone.id, account=gone.id, organization=booking.organization)
    closes_and_is_heard(gone)
    a_day_passes(hotel, booking)

    monkeypatch.setattr(accounts, "retrieve", answers)
    found, code = resyncs(capsys)
    assert (code, found["new"] > 0) == (1, True)
    assert [each["account"] for each in found["failed"]] == [gone.id]


def test_after_it_was_opened_again_stripe_may_close_it_and_it_may_come_back(hotel, booking, capsys):
    lets_go(hotel)
    ConnectedAccount.objects.update(
        let_go_here_at=F("let_go_here_at") - timedelta(days=3),
        deauthorized_at=F("deauthorized_at") - timedelta(days=3),
    )
    hotel.control(f"accounts/{hotel.id}/authorize")
    Stripe().sends([{**hotel.happened()[0], "account": hotel.id}])
    assert account_of(hotel).is_connected
    closes_and_is_heard(hotel)
    hotel.control(f"accounts/{hotel.id}/authorize")
    resyncs(capsys)
    assert account_of(hotel).is_connected


def test_the_worker_closes_what_let_go_unheard(hotel, booking):
    gone = Hotel(hotel.server)
    AccountFactory(stripe_id=gone.id, account=gone.id, organization=booking.organization)
    gone.control(f"accounts/{gone.id}/deauthorize")

    resyncing.resync_by_itself()

    open = {row.stripe_id for row in ConnectedAccount.objects.all() if row.is_connected}
    assert (hotel.id in open, gone.id in open) == (True, False)


def test_where_every_account_refuses_none_is_closed(hotel, booking, capsys):
    gone = Hotel(hotel.server)
    AccountFactory(stripe_id=gone.id, account=gone.id, organization=booking.organization)
    ConnectedAccount.objects.exclude(stripe_id__in=[hotel.id, gone.id]).delete()
    for each in (hotel, gone):
        each.control(f"accounts/{each.id}/deauthorize")

    found, code = resyncs(capsys)

    assert (code, len(found["failed"])) == (1, 2)
    assert all(each["error"].endswith("is the key ours?") for each in found["failed"])
    assert all(row.is_connected for row in ConnectedAccount.objects.all())
