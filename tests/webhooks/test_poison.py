"""Poison stops nothing: stored as it came, settled, shown, and what is behind it flows on."""

import json
import logging

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.urls import NoReverseMatch, reverse

from payments.models import Payment, Reason, State, WebhookEvent
from payments.webhooks import worker
from sandbox import events
from sandbox.objects import charge, dispute, payment_intent, refund
from tests.factories import ReservationFactory
from tests.webhooks import poison

IGNORED = {Reason.UNHANDLED_TYPE, Reason.TEST_EVENT, Reason.NO_EFFECT}
QUARANTINED = set(Reason) - IGNORED - {Reason.HANDLER_ERROR}


@pytest.fixture
def quiet(caplog):
    """Keep the log to what is wrong, and let nothing be wrong in the end."""
    caplog.set_level(logging.ERROR)
    yield
    assert [record.getMessage()[:500] for record in caplog.records] == []


def settled_well(rows):
    """Make sure that every row has ended, for a reason from the closed list."""
    for row in rows.defer("body"):
        told = (row.stripe_event_id, row.state, row.reason, row.last_error)
        match row.state:
            case State.APPLIED:
                assert row.reason == "", told
            case State.IGNORED:
                assert row.reason in IGNORED, told
            case _:
                assert row.state == State.QUARANTINED, told
                assert row.reason in QUARANTINED, told


def commands_work(capsys):
    """Make sure that the commands list and replay all that is there."""
    rows = printed(capsys, "stripe_inbox")
    assert len(rows) == WebhookEvent.objects.count()
    quarantined = WebhookEvent.objects.filter(state=State.QUARANTINED).count()
    replayed = printed(capsys, "stripe_replay", "--quarantined")
    assert [row["state"] for row in replayed] == [State.QUARANTINED] * quarantined
    call_command("stripe_inbox")
    capsys.readouterr().out.encode()


def printed(capsys, *command):
    capsys.readouterr()
    call_command(*command, "--json")
    out = capsys.readouterr().out
    out.encode()  # holds nothing that a terminal cannot be given
    return json.loads(out)


def pages_work(client):
    """Make sure that every list and page of the admin shows what is there, and the bookings too."""
    client.force_login(get_user_model().objects.create_superuser("boss"))
    for path in ("/admin/", "/bookings/", "/metrics", "/healthz"):
        assert client.get(path, follow=True).status_code == 200, path
    for model in admin.site._registry:
        if model._meta.app_label not in ("payments", "reservations", "organizations"):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = reverse(f"{name}_changelist")
        for query in ("", "?q=evt_&all="):
            answer = client.get(listed + query, follow=True)
            assert answer.status_code == 200, listed + query
        for row in sample(model._default_manager.all()):
            shown = reverse(f"{name}_change", args=[row.pk])
            assert client.get(shown, follow=True).status_code == 200, (shown, row)


def sample(rows):
    """Return some of many rows: of the inbox, some of every state and reason, the longest first."""
    if rows.model is not WebhookEvent:
        return rows.order_by("pk")[:8]
    found = {}
    for row in rows:
        found.setdefault((row.state, row.reason, len(row.body or b"") // 50_000), row)
    return found.values()


def test_whatever_is_signed_is_stored_settled_and_shown(stripe, booking, quiet, capsys, client):
    other = ReservationFactory(code="HB-9999", property=booking.property)
    sent = [*poison.BODIES, *poison.every_field(), *poison.by_chance(600)]
    assert len(sent) > 5000

    for body in sent:
        scope = "platform" if len(body) % 7 == 0 else "connect"
        assert stripe.posts(body, scope=scope).status_code == 200, body[:200]
    good = payment_intent(
        seed="good", status="succeeded", amount=777, metadata={"reservationId": str(other.pk)}
    )
    stripe.tells("payment_intent.succeeded", good)

    settled_well(WebhookEvent.objects.all())
    other.refresh_from_db()
    assert (other.paid_amount, other.payment_status) == (777, "partially_paid")
    bodies = {bytes(body) for body in WebhookEvent.objects.values_list("body", flat=True)}
    assert bodies <= {*sent, json.dumps(events_told(good)).encode()}
    commands_work(capsys)
    assert printed(capsys, "payment_state", "HB-2481")["reservation"] == "HB-2481"
    assert printed(capsys, "payment_state", "HB-9999")["paid"] == 777
    call_command("payment_state", "HB-2481")
    pages_work(client)


def events_told(object):
    """Return the event that the fixture tells about an object."""
    return events.event("payment_intent.succeeded", object, account="acct_harbour")


def test_whatever_is_not_signed_writes_nothing(stripe, quiet, settings):
    settings.PAYMENTS_FLOOD_LIMIT = 10**9
    headers = ["", "t=1", "t=1,v1=" + "a" * 64, "é", "v1=x" * 900, "t=,v1=,,,=", "\x00", "t=\ud800"]
    for number, body in enumerate(poison.by_chance(400)):
        header = headers[number % len(headers)].encode("utf-8", "replace").decode("latin-1")
        answer = stripe.posts(body, **{"Stripe-Signature": header})
        assert (answer.status_code, answer.content) == (400, b"Not accepted.\n")

    assert not WebhookEvent.objects.exists()


LARGEST = 2**63 - 1


def state(capsys, code="HB-2481"):
    return printed(capsys, "payment_state", code)


def test_sums_beyond_any_column_are_told_exactly(stripe, booking, quiet, capsys):
    for number in (1, 2):
        hinted = {"reservationId": "HB-2481", "type": "extra_charge"}
        paid = payment_intent(seed=str(number), status="succeeded", amount=LARGEST, metadata=hinted)
        stripe.tells("payment_intent.succeeded", paid)

    told = state(capsys)
    assert (told["paid"], told["extras"], told["balance"]) == (2 * LARGEST, 2 * LARGEST, 120_000)
    booking.refresh_from_db()
    assert (booking.paid_amount, booking.extras_amount) == (LARGEST, LARGEST)
    call_command("payment_state", "HB-2481")


def test_refunds_beyond_any_column_are_told_exactly(stripe, booking, quiet, capsys):
    hinted = {"reservationId": "HB-2481", "type": "damage_charge"}
    paid = payment_intent(seed="1", status="succeeded", amount=5, metadata=hinted)
    stripe.tells("payment_intent.succeeded", paid)
    stripe.tells("charge.succeeded", charge(seed="1", amount=5))
    for number in (1, 2, 3):
        returned = refund(seed="1", id=f"re_{number}", amount=LARGEST)
        stripe.tells("refund.created", returned)

    told = state(capsys)
    assert (told["refunded"], told["extras"]) == (3 * LARGEST, 5 - 3 * LARGEST)
    booking.refresh_from_db()
    assert (booking.refunded_amount, booking.extras_amount) == (LARGEST, -LARGEST)


def test_pages_show_a_booking_whose_money_is_beyond_any_column(stripe, booking, quiet, client):
    for number in (1, 2):
        hinted = {"reservationId": "HB-2481", "type": "extra_charge"}
        paid = payment_intent(seed=str(number), status="succeeded", amount=LARGEST, metadata=hinted)
        stripe.tells("payment_intent.succeeded", paid)
    stripe.tells("payment_intent.succeeded", payment_intent(status="succeeded", amount=LARGEST))

    pages_work(client)
    for name in ("booking", "reservation"):
        try:
            path = reverse(name, args=[booking.pk])
        except NoReverseMatch:
            continue
        assert client.get(path).status_code == 200


END_OF_TIME = [
    pytest.param(253_402_214_399, marks=pytest.mark.slow),
    pytest.param(2**62, marks=pytest.mark.slow),
    253_402_300_799,
]


@pytest.mark.parametrize("at", END_OF_TIME)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_last_days_of_all_calendars_are_shown_by_every_clock(
    stripe, booking, quiet, client, zone, at
):
    for place in (booking.property, booking.organization):
        place.timezone = zone
        place.save()
    hinted = {"reservationId": "HB-2481"}
    stripe.tells("payment_intent.succeeded", payment_intent(status="succeeded", metadata=hinted))
    due = dispute(created=at, evidence_details={"due_by": at})
    stripe.tells("charge.dispute.created", due)
    stripe.tells("invoice.upcoming", {"subscription": "sub_1", "next_payment_attempt": at})
    stripe.tells("account.updated", {"requirements": {"current_deadline": at}}, created=at)
    stripe.tells("account.application.deauthorized", {"object": "application"}, created=at)

    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {State.APPLIED}
    pages_work(client)
    assert client.get(reverse("booking", args=[booking.pk])).status_code == 200


def test_one_event_with_thousands_of_refunds_is_applied(stripe, booking, quiet):
    many = [{"id": f"r{number}"} for number in range(3000)]
    paid = payment_intent(seed="1", status="succeeded", metadata={"reservationId": "HB-2481"})
    stripe.tells("payment_intent.succeeded", paid)
    told = events.event(
        "charge.refunded", {"id": "ch_1", "refunds": {"data": many}}, account="acct_harbour"
    )
    assert stripe.posts(json.dumps(told, separators=(",", ":")).encode()).status_code == 200

    assert worker.drain() == {"applied": 1}


def test_a_payment_without_anything_but_its_id_is_shown(stripe, quiet, capsys, client):
    stripe.tells("payment_intent.succeeded", {"id": "pi_bare"})
    stripe.tells("charge.succeeded", {"id": "ch_bare", "payment_intent": "pi_bare"})
    stripe.tells("refund.created", {"id": "re_bare", "charge": "ch_bare"})

    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {"applied"}
    assert Payment.objects.get().amount is None
    pages_work(client)


def test_a_booking_with_bare_payments_is_told(stripe, booking, quiet, capsys):
    hinted = {"id": "pi_bare", "metadata": {"reservationId": "HB-2481"}}
    stripe.tells("payment_intent.succeeded", hinted)
    stripe.tells("charge.succeeded", {"id": "ch_bare", "payment_intent": "pi_bare"})
    stripe.tells("refund.created", {"id": "re_bare", "charge": "ch_bare"})

    told = state(capsys)
    assert (told["paid"], told["refunded"], told["balance"]) == (0, 0, 120_000)
    call_command("payment_state", "HB-2481")


@pytest.mark.parametrize("depth", [10, 100, 800, 5000, 50_000])
def test_a_hint_at_another_organization_is_seen_at_any_depth(stripe, depth):
    stranger = ReservationFactory(
        code="X-1", property__organization__slug="stranger", property__slug="stranger"
    )
    told = payment_intent(seed="1", shipping=poison.Raw(
        b'{"a":[' * (depth // 2) + b'{"reservationId": "%s"}' % str(stranger.pk).encode()
        + b"]}" * (depth // 2)
    ))  # fmt: skip
    event = events.event("payment_intent.created", {}, account="acct_harbour", id="evt_1")
    event["data"]["object"] = told
    stripe.posts(poison.written(event))
    worker.drain()

    (row,) = WebhookEvent.objects.all()
    assert (row.stripe_event_id, row.reason) == ("evt_1", "tenant_mismatch")
