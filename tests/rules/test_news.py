"""Nobody is told as news what happened long ago in a stay that is over."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from payments.models import Alert, Notification, Payment
from payments.records import settling
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.support.stories import arrives, tell


def told():
    return sorted(Notification.objects.values_list("kind", flat=True))


def a_year_ago(booking):
    return stay_of(booking, start=int(timezone.now().timestamp()) - 400 * 86_400)


PAST = [
    "two_partial_refunds",
    "declined",
    "hold_partial_capture",
    "dispute_lost",
    "review_approved",
]


@pytest.mark.parametrize("name", PAST)
def test_a_past_that_is_read_later_is_kept_and_told_to_nobody(name, stripe, booking):
    arrives(booking, days=-390)

    stripe.sends(SCENARIOS[name].events(a_year_ago(booking)))

    booking.refresh_from_db()
    assert booking.payment_status == SCENARIOS[name].expects(stay_of(booking))["payment_status"]
    assert told() == []
    assert not Alert.objects.filter(is_news=True).exists()


def test_who_is_still_to_come_hears_of_what_was_paid_long_ago(stripe, booking):
    arrives(booking, days=20)

    stripe.sends(SCENARIOS["deposit_and_balance"].events(a_year_ago(booking)))

    assert "payment_received" in told()


def test_who_left_hears_of_what_is_charged_afterwards(stripe, booking):
    arrives(booking, days=-10)

    tell(stripe, "damage_charge", booking)

    assert "payment_received" in told()


def test_money_that_a_bank_still_asks_back_is_told_however_late(stripe, booking):
    arrives(booking, days=-60)
    stay = stay_of(booking, start=int(timezone.now().timestamp()) - 24 * 86_400)

    stripe.sends(SCENARIOS["dispute_due_tomorrow"].events(stay)[:-1])

    assert "dispute_opened" in told()
    assert "payment_received" not in told()


def test_what_does_not_say_when_it_happened_is_told(stripe, booking):
    arrives(booking, days=-60)

    for event in SCENARIOS["deposit_and_balance"].events(a_year_ago(booking)):
        stripe.sends([{name: event[name] for name in event if name != "created"}])

    assert "payment_received" in told()


def test_news_that_nobody_has_seen_yet_stays_however_long_that_takes(stripe, booking):
    arrives(booking, days=-5)
    tell(stripe, "dispute_lost", booking)
    lost = Alert.objects.get(kind="dispute_closed")

    with transaction.atomic():
        settling.revisit(Payment.objects.get(), timezone.now() + timedelta(days=60))

    lost.refresh_from_db()
    assert lost.closed_at is None


def test_news_is_over_when_there_is_other_news_of_the_same(stripe, booking):
    events = SCENARIOS["dispute_inquiry_to_appeal_won"].events(stay_of(booking))
    lost = next(n for n, e in enumerate(events) if e["data"]["object"].get("status") == "lost")
    stripe.sends(events[: lost + 1])
    assert said() == ["lost"]

    stripe.sends(events[lost + 1 :])

    assert said() == ["won"]


def said():
    """Return what alerts say now of how a dispute ended."""
    alerts = Alert.objects.filter(kind="dispute_closed", closed_at=None)
    return list(alerts.values_list("detail", flat=True))
