"""Webhook events in the admin: read whatever came, find it, and try again."""

import json

import pytest
from django.urls import reverse

from organizations.models import Role
from payments.models import Payment, State, WebhookEvent
from reservations.models import Reservation
from sandbox import events
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import AccountFactory, UserFactory
from tests.support.admin import POISON, browser_of, listed, page


def event(stripe_event_id):
    return WebhookEvent.objects.get(stripe_event_id=stripe_event_id)


def shown(client, row):
    return client.get(page(row)).content.decode()


@pytest.fixture
def applied(stripe, booking):
    """Events of one paid booking."""
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(booking)))
    return booking


# What came ---------------------------------------------------------------


@pytest.mark.parametrize("body", POISON.values(), ids=POISON)
def test_whatever_came_is_shown(body, stripe, root):
    stripe.posts(body)
    waiting = WebhookEvent.objects.get()
    assert root.get(page(waiting)).status_code == 200  # before the worker saw it …

    stripe.sends([])

    assert root.get(page(waiting)).status_code == 200  # … and after
    assert root.get(listed(WebhookEvent)).status_code == 200
    assert root.get(reverse("admin:index")).status_code == 200


def test_markup_from_outside_is_text(stripe, root):
    for body in POISON.values():
        stripe.posts(body)
    stripe.sends([])

    pages = [shown(root, row) for row in WebhookEvent.objects.all()]
    pages.append(root.get(listed(WebhookEvent)).content.decode())

    assert not [each for each in pages if "<script>alert" in each or "<img/src" in each]
    assert any("&lt;script&gt;alert(2)&lt;/script&gt;{{ 7*7 }}" in each for each in pages)


def test_what_no_eye_sees_is_spelled_out(stripe, root):
    stripe.posts(POISON["no JSON"])

    text = shown(root, WebhookEvent.objects.get())

    assert "Not a JSON object" in text
    assert r"not json \u0000 \xff\xfe" in text


def test_a_payload_without_end_is_cut(stripe, root):
    note = "x" * 200_000
    stripe.posts(json.dumps({"id": "evt_big", "note": note}).encode())

    text = shown(root, event("evt_big"))

    assert "Only the first 100,000 of" in text
    assert len(text) < 200_000


def test_a_payload_that_retention_took_is_said_to_be_gone(applied, root):
    row = WebhookEvent.objects.first()
    WebhookEvent.objects.filter(pk=row.pk).update(body=None)

    text = shown(root, row)

    assert "No longer kept" in text
    assert "Replay this event" not in text


# What became of it -------------------------------------------------------


def test_an_event_says_what_it_means_and_what_it_changed(applied, root):
    row = WebhookEvent.objects.filter(event_type="payment_intent.succeeded").first()
    payment = Payment.objects.get(stripe_id=row.data["id"])

    text = shown(root, row)

    assert "The money is the hotel&#x27;s: it counts for the booking." in text
    assert f'href="{page(payment)}"' in text
    assert "€360.00" in text  # the amount received, as its currency writes it


def test_an_event_set_aside_says_why_and_what_to_do(stripe, root):
    stripe.tells("charge.succeeded", {"id": "ch_1", "object": "charge"}, account="acct_nobody")

    text = shown(root, WebhookEvent.objects.get())

    assert "Set aside" in text
    assert "Connect the account: it is then applied by itself." in text


def test_a_failing_event_shows_its_error_and_when_it_is_tried_again(applied, root):
    row = WebhookEvent.objects.first()
    WebhookEvent.objects.filter(pk=row.pk).update(
        state=State.RECEIVED, attempts=3, last_error="KeyError: '<b>'"
    )

    text = shown(root, row)

    assert "It failed and is tried again by itself." in text
    assert "KeyError: &#x27;&lt;b&gt;&#x27;" in text


# Finding it --------------------------------------------------------------


def test_an_event_is_found_by_its_id_and_by_what_it_is_about(applied, root):
    row = WebhookEvent.objects.filter(event_type="payment_intent.succeeded").first()

    def found(typed):
        return set(root.get(listed(WebhookEvent), {"q": typed}).context["cl"].result_list)

    assert found(row.stripe_event_id) == {row}
    assert found(f" {row.stripe_event_id} ") == {row}
    assert found(row.data["id"]) == set(WebhookEvent.objects.filter(data__id=row.data["id"]))
    assert not found("evt_nobody")
    assert not found("two words")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state": "quarantined"}, {"evt_nan", "evt_nul", "evt_long"}),
        ({"reason": "unhandled_type"}, {"evt_html"}),
        ({"account": "acct_harbour", "state": "ignored"}, {"evt_html"}),
        ({"account": "acct_nobody"}, set()),
        ({"event_type": "charge.succeeded"}, set()),
        ({"livemode": "1"}, set()),
        ({"scope": "platform"}, set()),
    ],
)
def test_filters_narrow_the_list(query, expected, stripe, root):
    for name in ("numbers beyond all", "NUL and lone surrogates", "markup", "an id without end"):
        stripe.posts(POISON[name])
    stripe.sends([])

    rows = root.get(listed(WebhookEvent), query).context["cl"].result_list

    assert {row.stripe_event_id for row in rows} == expected


def test_the_list_counts_nothing(applied, root, django_assert_max_num_queries):
    with django_assert_max_num_queries(25) as asked:
        root.get(listed(WebhookEvent))

    counts = [query["sql"] for query in asked.captured_queries if "COUNT(" in query["sql"]]
    assert all("LIMIT 1001" in sql for sql in counts)


# Trying again ------------------------------------------------------------


@pytest.fixture
def stuck(stripe, booking):
    """A booking whose account is known only now, so that its events wait in quarantine."""
    story = SCENARIOS["deposit_and_balance"].events(stay_of(booking, account="acct_late"))
    stripe.sends(story)
    AccountFactory(stripe_id="acct_late", organization=booking.organization)
    WebhookEvent.objects.update(organization=booking.organization)
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {State.QUARANTINED}
    return booking


def replay(client, row):
    return client.post(reverse("admin:payments_webhookevent_replay", args=[row.pk]), follow=True)


def replay_many(client, rows):
    chosen = {"action": "replay_chosen", "_selected_action": [row.pk for row in rows]}
    return client.post(listed(WebhookEvent), chosen, follow=True)


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER, Role.FINANCE])
def test_one_event_is_replayed(role, stuck, hired):
    client, row = hired(role), WebhookEvent.objects.first()
    assert "Replay this event" in shown(client, row)

    answer = replay(client, row)

    row.refresh_from_db()
    assert row.state == State.APPLIED
    assert "Replayed: 1 applied." in answer.content.decode()
    assert "Replayed: applied." in client.get(page(row, "history")).content.decode()


def test_many_events_are_replayed_and_the_booking_is_paid(stuck, hired):
    answer = replay_many(hired(Role.FINANCE), WebhookEvent.objects.all())

    stuck.refresh_from_db()
    assert stuck.payment_status == "paid"
    assert f"Replayed: {WebhookEvent.objects.count()} applied." in answer.content.decode()


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.READ_ONLY])
def test_who_may_not_replay(role, stuck, hired):
    client, row = hired(role), WebhookEvent.objects.first()

    assert "Replay this event" not in shown(client, row)
    assert replay(client, row).status_code == 403
    replay_many(client, WebhookEvent.objects.all())
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {State.QUARANTINED}


def test_nobody_replays_events_of_another_hotel(stuck, hired):
    client, row = hired(Role.OWNER, organization="asagiri"), WebhookEvent.objects.first()

    assert replay(client, row).status_code == 404
    replay_many(client, WebhookEvent.objects.all())
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {State.QUARANTINED}


def test_an_address_alone_replays_nothing(stuck, root):
    row = WebhookEvent.objects.first()

    answer = root.get(reverse("admin:payments_webhookevent_replay", args=[row.pk]))

    row.refresh_from_db()
    assert answer.status_code == 405
    assert row.state == State.QUARANTINED


def test_what_makes_no_sense_still_makes_none(stripe, root):
    stripe.posts(POISON["no JSON"])
    stripe.sends([])

    answer = replay(root, WebhookEvent.objects.get())

    assert "Replayed: 1 set aside." in answer.content.decode()


def test_replaying_changes_no_money_twice(applied, root):
    before = Reservation.objects.values().get(pk=applied.pk)

    replay_many(root, WebhookEvent.objects.all())

    assert Reservation.objects.values().get(pk=applied.pk) == before


def test_no_more_are_replayed_than_a_page_can_wait_for(stuck, root, monkeypatch):
    monkeypatch.setattr("payments.admin.inbox.MOST_REPLAYED", 2)

    answer = replay_many(root, WebhookEvent.objects.all())

    assert "Replayed: 2 applied." in answer.content.decode()


def test_csrf_guards_the_replay(stuck):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(is_superuser=True))

    assert replay(client, WebhookEvent.objects.first()).status_code == 403


def test_records_link_to_the_events_about_them(applied, root):
    payment = Payment.objects.first()

    text = shown(root, payment)

    about = WebhookEvent.objects.filter(data__id=payment.stripe_id)
    assert about
    for row in about:
        assert page(row) in text


def test_the_platforms_own_event_is_for_superusers(stripe, root, hired):
    stripe.sends([events.event("product.created", {"id": "prod_1"})], scope="platform")
    row = WebhookEvent.objects.get()

    assert root.get(page(row)).status_code == 200
    assert hired(Role.OWNER).get(page(row)).status_code == 302
    assert browser_of(UserFactory()).get(page(row)).status_code == 403
