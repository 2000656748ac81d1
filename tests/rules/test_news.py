"""Nobody is told as news what happened long ago in a stay that is over."""

import pytest
from django.utils import timezone

from payments.models import Alert, Notification
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
    assert not Alert.objects.filter(lasting=True).exists()


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
