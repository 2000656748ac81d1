"""A list in the admin asks the database a few questions, however many rows there are."""

import pytest
from django.contrib import admin
from django.urls import reverse

from organizations.models import Membership
from payments.models import Customer
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import MembershipFactory, PropertyFactory, ReservationFactory
from tests.support.admin import listed, page

MOST = 24  # queries of one page
OURS = [
    model
    for model in admin.site._registry
    if model._meta.app_label in ("payments", "organizations", "reservations")
]


def fill(stripe, rounds):
    """Let this many guests come, pay, be refunded and declined; and hire as many people."""
    for number in rounds:
        house = PropertyFactory(slug=f"house-{number}")
        stay = ReservationFactory(property=house, code=f"HB-{number}")
        for name in ("two_partial_refunds", "declined", "dashboard_payment"):
            stripe.sends(SCENARIOS[name].events(stay_of(stay, seed=number)))
        MembershipFactory(organization=house.organization).properties.set([house])
        Customer.objects.create(stripe_id=f"cus_{number}", organization=house.organization)


@pytest.fixture
def asked(django_assert_max_num_queries):
    """Count the queries of an answer, which may be `MOST` at the most, or as many as said."""

    def count(client, address, most=MOST):
        with django_assert_max_num_queries(most) as made:
            assert client.get(address).status_code == 200
        return len(made)

    return count


def test_no_list_asks_more_when_there_is_more(stripe, root, hired, asked):
    manager = hired()
    addresses = [*map(listed, OURS), reverse("admin:index")]
    fill(stripe, range(1, 9))  # of a few payments it is asked first what there is at all
    few = {(who, url): asked(who, url) for url in addresses for who in (root, manager)}

    fill(stripe, range(9, 14))

    many = {(who, url): asked(who, url) for url in addresses for who in (root, manager)}
    assert Membership.objects.count() > 13
    assert many == few


def test_a_bookings_page_asks_no_more_for_a_long_history(stripe, booking, hired, asked):
    client = hired()
    stripe.sends(SCENARIOS["two_partial_refunds"].events(stay_of(booking)))
    short = asked(client, page(booking), most=30)  # one for each kind of row that it shows

    for seed in range(2, 8):
        for name in ("two_partial_refunds", "declined", "hold_canceled"):
            stripe.sends(SCENARIOS[name].events(stay_of(booking, seed=seed)))

    assert asked(client, page(booking), most=30) <= short
