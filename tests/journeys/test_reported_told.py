"""What a guest is mailed and what a hotel is warned of in the stories that reports told."""

import random

import pytest

from payments.models import Alert, Notification
from sandbox.hotel import same_id
from sandbox.scenarios import SCENARIOS, reported
from tests.conftest import stay_of
from tests.factories import OrganizationFactory

# scenario: mails to the guest, alerts that stand
TOLD = {
    "hold_partial_capture": (["hold_captured"], []),
    "captures_in_parts": (["hold_captured", "refund_sent"], []),
    "capture_beyond_the_hold": (["hold_captured", "refund_sent"], []),
    "released_and_refunded_alike": (["hold_captured", "refund_sent"], []),
    "hold_canceled": ([], []),
    "hold_expired": ([], []),
    "charge_alone": (["payment_received", "refund_sent"], []),
    "debit_bounces": (["payment_failed_guest"], []),
    "sepa_debit": (["payment_received"], []),
    "decline_retry_success": (["payment_received"], []),
    "dispute_won_in_part": (["payment_received"], ["dispute_closed"]),
    "dispute_adjusted_and_lost": (["payment_received"], ["dispute_closed"]),
    "dispute_lost_and_paid_again": (["payment_received"] * 2, ["dispute_closed"]),
    "bank_transfer_in_parts": (["payment_received"], []),
    "bank_transfer_given_up": ([], ["transfer_waits"]),
    "bank_transfer_used_after_all": (["payment_received"], []),
    "bank_transfer_nobody_asked_for": (["payment_received"], ["transfer_waits"]),
    "paid_twice": (["payment_received"] * 2, ["paid_too_much"]),
    "paid_in_another_currency": (["payment_received"], ["currency_differs"]),
    "another_hotels_booking_named": ([], ["tenant_mismatch"]),
    "stripe_contradicts_itself": ([], ["contradiction"]),
}


ORDERS = ["in order", "backwards", "doubled", "shuffled", "shuffled again"]


def in_order(events, order):
    """Return these events as they are brought, some of them twice."""
    chance = random.Random(order)
    if order == "backwards":
        return events[::-1]
    if order == "doubled":
        return [event for event in events for _ in (1, 2)]
    if order.startswith("shuffled"):
        return chance.sample([*events, *events[::2]], k=len(events) + len(events[::2]))
    return events


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", TOLD)
def test_each_is_told_what_is_so_whatever_came_first(name, order, stripe, booking):
    OrganizationFactory(id=same_id("asagiri"), slug="asagiri")  # whose booking one story names
    events = SCENARIOS[name].events(stay_of(booking))

    for event in in_order(events, order):
        stripe.sends([event])

    mails = Notification.objects.filter(to="guest", state="waiting")
    alerts = Alert.objects.filter(closed_at=None)
    told = sorted(mails.values_list("kind", flat=True))
    assert (told, sorted(set(alerts.values_list("kind", flat=True)))) == TOLD[name]


def test_every_reported_story_is_among_them():
    assert {
        name for name, each in SCENARIOS.items() if each.tell.__module__ == reported.__name__
    } <= set(TOLD)
