"""What an event brought is forgotten after ninety days, and what became of it stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments.hotel import with_code
from payments.models import State, WebhookEvent
from payments.records.bookings import folios
from payments.webhooks import inbox, replaying, retention
from sandbox import events, objects
from tests.factories import ReservationFactory
from tests.staff.conftest import somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(stripe):
    """Return a booking's code whose guest has paid, and the event that said so."""
    booking = ReservationFactory()
    intent = objects.payment_intent(
        status="succeeded", amount_received=72_000, metadata={"reservationId": booking.code}
    )
    return booking.code, stripe.tells("payment_intent.succeeded", intent)


def state_of(code):
    (folio,) = folios(with_code(code))
    return folio.as_json()


def after(days):
    return retention.forget_payloads(timezone.now() + timedelta(days=days))


def test_after_ninety_days_the_payload_goes_and_the_outcome_stays(paid):
    code, told = paid
    before = state_of(code)
    row = WebhookEvent.objects.get()

    assert (after(89), after(91), after(91)) == (0, 1, 0)

    kept = WebhookEvent.objects.get()
    assert (kept.body, kept.data) == (
        None,
        {"id": told["data"]["object"]["id"], "object": "payment_intent"},
    )
    for name in ("stripe_event_id", "event_type", "state", "processed_at", "changes", "account"):
        assert getattr(kept, name) == getattr(row, name)
    assert state_of(code) == before


def test_what_was_forgotten_is_neither_worked_on_again_nor_stored_twice(paid):
    code, told = paid
    before = state_of(code)
    after(91)

    replaying.replay(WebhookEvent.objects.all())
    inbox.receive(events.body(told), "connect")

    assert WebhookEvent.objects.get().state == State.APPLIED
    assert state_of(code) == before


def test_what_waits_for_somebody_keeps_its_payload(stripe):
    stripe.tells("payment_intent.succeeded", objects.payment_intent(), account="acct_nobodys")
    inbox.receive(events.body(events.event("charge.failed", objects.charge())), "connect")

    assert after(10_000) == 0
    assert WebhookEvent.objects.filter(body__isnull=True).count() == 0


def test_what_makes_no_sense_as_an_object_is_forgotten_too(stripe):
    stripe.tells("customer.subscription.created", {"id": 7, "object": ["x"], "name": "Ana"})
    assert after(91) == 1
    assert "Ana" not in str(WebhookEvent.objects.get().data)


def test_admin_says_that_it_is_no_longer_kept(paid):
    after(91)
    row = WebhookEvent.objects.get()

    page = somebody(user__is_staff=True, user__is_superuser=True).get(
        f"/admin/payments/webhookevent/{row.pk}/change/"
    )

    assert "No longer kept" in page.content.decode()


def test_a_long_past_is_forgotten_in_parts(stripe, monkeypatch):
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    for number in range(5):
        stripe.tells("charge.succeeded", objects.charge(seed=str(number)))

    assert after(91) == 5
