"""What webhooks did not bring is fetched: the events, or the objects themselves."""

import json
import random
import threading
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
import stripe as sdk
from django.core.management import CommandError, call_command
from django.utils import timezone

from payments import background
from payments.models import Alert, ConnectedAccount, EventCursor, WebhookEvent
from payments.outgoing import rereads
from payments.webhooks import inbox, resyncing, worker
from sandbox import events, objects
from tests.factories import AccountFactory
from tests.support import truth
from tests.support.stripe import Stripe
from tests.webhooks.conftest import Hotel

pytestmark = pytest.mark.django_db

COLUMNS = [
    *("charges_enabled", "payouts_enabled", "details_submitted"),
    *("currently_due", "past_due", "disabled_reason"),
]


def resyncs(capsys, *options):
    """Run `stripe_resync` and return what it found, and its exit code."""
    code = 0
    try:
        call_command("stripe_resync", "--json", *options)
    except SystemExit as ended:
        code = ended.code
    return json.loads(capsys.readouterr().out), code


def state_of(booking, capsys):
    call_command("payment_state", booking.code, "--json")
    return json.loads(capsys.readouterr().out)


def a_day_passes(hotel, booking):
    """Let guests pay, be given back and dispute, while nobody hears of it."""
    paid = hotel.pays(booking, 50_000)
    hotel.refunds(paid, 20_000)
    disputed = hotel.pays(booking, 10_000)
    hotel.control("dispute", charge=disputed.latest_charge, account=hotel.id)
    hotel.control("advance", seconds=60)  # what Stripe does by itself a little later


@pytest.mark.parametrize("options", [(), ("--objects",)])
def test_all_that_was_missed_comes(hotel, booking, capsys, options):
    a_day_passes(hotel, booking)

    found, code = resyncs(capsys, *options)

    assert (code, found["new"] > 0) == (0, True)
    state = state_of(booking, capsys)
    assert (state["paid"], state["refunded"], state["disputed"]) == (60_000, 20_000, 10_000)
    account = ConnectedAccount.objects.get()
    assert (account.charges_enabled, account.details_submitted) == (True, True)
    assert Alert.objects.filter(kind="evidence_due", closed_at=None).count() == 1

    again, _ = resyncs(capsys, *options)
    assert (again["new"], again["mended"]) == (0, 0)
    assert state_of(booking, capsys) == state


def test_without_events_the_objects_do(hotel, booking, capsys, monkeypatch):
    a_day_passes(hotel, booking)
    monkeypatch.setattr(resyncing, "_fetch", lambda *args: None)

    found, code = resyncs(capsys, "--objects")

    assert (code, found["events"], found["mended"] > 0) == (0, 0, True)
    state = state_of(booking, capsys)
    assert (state["paid"], state["refunded"], state["disputed"]) == (60_000, 20_000, 10_000)
    assert ConnectedAccount.objects.get().charges_enabled
    assert resyncs(capsys, "--objects")[0]["mended"] == 0


def a_week_passes(hotel, booking):
    """Let happen whatever a hotel must know of: money, banks, Stripe's own questions."""
    paid = hotel.pays(booking, 50_000)
    hotel.refunds(paid, 20_000)
    with suppress(sdk.CardError):
        hotel.pays(booking, 7_000, card="pm_card_chargeDeclined")
    disputed, warned, looked_at = (hotel.pays(booking, amount) for amount in (10_000, 8_000, 9_000))
    held = hotel.pays(booking, 30_000, capture_method="manual")
    hotel.client.v1.payment_intents.capture(
        held.id, {"amount_to_capture": 12_000}, {"stripe_account": hotel.id}
    )
    for name, charge in (("dispute", disputed), ("warn", warned), ("review", looked_at)):
        hotel.control(name, charge=charge.latest_charge, account=hotel.id)
    hotel.control(f"accounts/{hotel.id}/demand", what="company.tax_id", days=3)
    hotel.control("advance", seconds=60)
    hotel.control(f"accounts/{hotel.id}/restrict")


def what_is_kept(hotel, booking):
    """Return all that the hotel is told: a booking's money, the account's columns, alerts."""
    account = ConnectedAccount.objects.values(*COLUMNS).get(stripe_id=hotel.id)
    house = booking.organization
    house.refresh_from_db()
    alerts = Alert.objects.filter(closed_at=None).values_list("kind", "object_id")
    return truth.said(booking), account, house.stripe_charges_enabled, sorted(alerts)


@pytest.mark.parametrize("way", ["events", "objects"])
@pytest.mark.parametrize("dropped", [0.2, 0.5, 0.9, 1])
def test_whatever_share_of_webhooks_is_dropped_all_is_known(
    dropped, way, hotel, booking, capsys, monkeypatch
):
    resyncs(capsys)  # the account is known, and takes payments
    a_week_passes(hotel, booking)
    told = [{**each, "account": hotel.id} for each in hotel.happened()]
    chance = random.Random(f"{dropped} {way}")
    came = chance.sample(told, round(len(told) * (1 - dropped)))
    Stripe().sends(came)
    options = []
    if way == "objects":
        monkeypatch.setattr(resyncing, "_fetch", lambda *_: None)  # no events are to be had
        options = ["--objects"]

    found, code = resyncs(capsys, *options)
    rereads.keep_due(early=True)

    assert (code, found.get("failed", [])) == (0, [])
    truth.check(hotel.server, hotel.id, booking)
    theirs = hotel.client.v1.accounts.retrieve(hotel.id)
    state, columns, charges, alerts = known = what_is_kept(hotel, booking)
    assert state["payment_status"] == "disputed"
    assert columns["charges_enabled"] == theirs.charges_enabled == charges == False  # noqa: E712
    assert columns["payouts_enabled"] == theirs.payouts_enabled
    assert columns["details_submitted"] == theirs.details_submitted
    for name in ("currently_due", "past_due", "disabled_reason"):
        assert columns[name] == theirs.requirements[name]
    expected = {"evidence_due", "fraud_warning", "review_opened", "charges_stopped"}
    assert {kind for kind, _ in alerts} >= expected

    again, _ = resyncs(capsys, *options)
    assert (again["new"], again["mended"]) == (0, 0)
    assert what_is_kept(hotel, booking) == known
    Stripe().sends(chance.sample(told, len(told)))  # all that was dropped comes late after all
    rereads.keep_due(early=True)
    assert what_is_kept(hotel, booking) == known


def test_each_difference_is_said(hotel, booking, capsys, monkeypatch):
    paid = hotel.pays(booking, 50_000)
    resyncs(capsys)
    hotel.refunds(paid, 20_000)
    monkeypatch.setattr(resyncing, "_fetch", lambda *args: None)
    call_command("stripe_resync", "--objects", "--account", hotel.id)
    said = capsys.readouterr().out
    assert f"{hotel.id}: {paid.latest_charge} has amount_refunded 20000; 0 was kept." in said


def test_an_account_that_fails_stops_no_other(hotel, booking, capsys):
    gone = Hotel(hotel.server)
    AccountFactory(stripe_id=gone.id, account=gone.id, organization=booking.organization)
    gone.control(f"accounts/{gone.id}/deauthorize")
    a_day_passes(hotel, booking)
    found, code = resyncs(capsys)
    assert (code, found["new"] > 0) == (1, True)
    assert [each["account"] for each in found["failed"]] == [gone.id]


def test_only_one_account_and_only_since(hotel, booking, capsys):
    a_day_passes(hotel, booking)
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    assert resyncs(capsys, "--account", hotel.id, "--since", tomorrow)[0]["events"] == 0
    assert resyncs(capsys, "--account", hotel.id)[0]["new"] > 0
    assert set(WebhookEvent.objects.values_list("account", "scope")) == {(hotel.id, "connect")}


def test_an_account_that_nobody_has_is_an_error(hotel):
    with pytest.raises(CommandError, match=r"There is no account acct_nobody\."):
        call_command("stripe_resync", "--account", "acct_nobody")


def test_by_itself_it_says_since_when_deliveries_fail(hotel, booking, capsys, monkeypatch):
    monkeypatch.setattr(resyncing, "LATE", timedelta(hours=-1))
    assert resyncing.is_due()
    resyncing.resync_by_itself()  # the first time nothing is late
    assert not Alert.objects.filter(kind="deliveries_fail").exists()
    assert not resyncing.is_due()

    a_day_passes(hotel, booking)
    EventCursor.objects.update(checked_at=timezone.now() - timedelta(hours=1))
    resyncing.resync_by_itself()
    worker.drain()
    alert = Alert.objects.get(kind="deliveries_fail")
    assert (alert.closed_at, alert.account) == (None, hotel.id)
    assert state_of(booking, capsys)["paid"] == 60_000

    EventCursor.objects.update(checked_at=timezone.now() - timedelta(hours=1))
    resyncing.resync_by_itself()
    assert Alert.objects.get(kind="deliveries_fail").closed_at is not None


def test_the_worker_fetches_in_a_thread_of_its_own():
    assert background.events in background.THREADS


def test_events_are_asked_for_as_everything_is(wire, stripe, capsys):
    told = events.event("charge.updated", objects.charge(id="ch_1"))
    wire.answers = lambda asked: (200, {"object": "list", "data": [told], "has_more": False})
    assert resyncs(capsys, "--account", "acct_harbour")[0]["new"] == 1
    (asked,) = wire.asked
    assert (asked.path, asked.account) == ("/v1/events", "acct_harbour")
    assert asked.version == "2026-10-28.endive"
    assert set(asked.query) == {"limit", "created[gte]"}
    event = WebhookEvent.objects.get()
    assert (event.account, event.scope, event.state) == ("acct_harbour", "connect", "applied")


def test_what_came_both_ways_is_one_event(wire, stripe, capsys):
    told = stripe.tells("charge.updated", objects.charge(id="ch_1"))
    listed = {name: value for name, value in told.items() if name != "account"}
    wire.answers = lambda asked: (200, {"object": "list", "data": [listed], "has_more": False})
    found, _ = resyncs(capsys, "--account", "acct_harbour")
    assert (found["events"], found["new"]) == (1, 0)


def test_the_next_page_is_on_its_way_while_one_is_written_down(wire, stripe, capsys, monkeypatch):
    told = [events.event("charge.updated", objects.charge(id=f"ch_{n}")) for n in range(2)]
    second_was_asked = threading.Event()

    def answers(asked):
        if "starting_after" not in asked.query:
            return 200, {"object": "list", "data": told[:1], "has_more": True}
        second_was_asked.set()
        return 200, {"object": "list", "data": told[1:], "has_more": False}

    def writes(*given, receive_all=inbox.receive_all):
        assert second_was_asked.wait(10)
        return receive_all(*given)

    wire.answers = answers
    monkeypatch.setattr(inbox, "receive_all", writes)
    assert resyncs(capsys, "--account", "acct_harbour")[0]["new"] == 2


def test_a_key_that_stripe_does_not_accept_is_said(wire, stripe):
    wire.answers = lambda asked: (401, {"error": {"message": "Invalid API Key provided"}})
    with pytest.raises(CommandError, match="Invalid API Key"):
        call_command("stripe_resync")


def test_fetching_by_hand_leaves_no_gap(wire, stripe, capsys):
    long_ago = timezone.now() - timedelta(days=3)
    EventCursor.objects.create(
        account="acct_harbour", livemode=False, fetched_until=long_ago, checked_at=long_ago
    )
    told = events.event(
        "charge.updated", objects.charge(id="ch_1"), created=int(timezone.now().timestamp())
    )
    wire.answers = lambda asked: (200, {"object": "list", "data": [told], "has_more": False})
    since = (timezone.now() - timedelta(hours=2)).isoformat()
    resyncs(capsys, "--account", "acct_harbour", "--since", since)
    assert EventCursor.objects.get().fetched_until == long_ago
    resyncing.resync_by_itself()
    own = [asked for asked in wire.asked if asked.account == "acct_harbour"]
    assert int(own[-1].query["created[gte]"]) == int((long_ago - timedelta(hours=1)).timestamp())
    assert EventCursor.objects.get(account="acct_harbour").fetched_until > datetime.fromisoformat(
        since
    )
