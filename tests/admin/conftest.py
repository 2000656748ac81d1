"""Hotels as the admin shows them: what Stripe sent, and the people who look at it."""

import pytest

from organizations.models import Role
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    OrganizationFactory,
    PropertyFactory,
    ReservationFactory,
    UserFactory,
)
from tests.support.admin import POISON, browser_of


@pytest.fixture
def root(db):
    """The platform's own browser: a superuser's."""
    return browser_of(UserFactory(is_superuser=True))


@pytest.fixture
def hired(db):
    """Make somebody work for a hotel, and return their browser."""

    def hire(role=Role.MANAGER, *, organization="harbour", houses=()):
        work = MembershipFactory(organization=OrganizationFactory(slug=organization), role=role)
        work.properties.set(houses)
        return browser_of(work.user)

    return hire


STORIES = (
    "two_partial_refunds",
    "declined",
    "hold",
    "hold_canceled",
    "bank_transfer_in_parts",
    "dashboard_payment",
)


@pytest.fixture
def told(stripe, booking):
    """One booking with a story of each sort, and everything that makes no sense."""
    for name in STORIES:
        stripe.sends(SCENARIOS[name].events(stay_of(booking)))
    for body in POISON.values():
        assert stripe.posts(body).status_code == 200
    stripe.sends([])
    return booking


@pytest.fixture
def others(stripe):
    """A booking of another hotel, with money of its own."""
    house = PropertyFactory(organization=OrganizationFactory(slug="asagiri"), slug="yanaka")
    AccountFactory(stripe_id="acct_asagiri", organization=house.organization)
    theirs = ReservationFactory(code="AS-1001", property=house, guest__name="Theirs alone")
    for name in ("declined", "deposit_and_balance"):
        stripe.sends(SCENARIOS[name].events(stay_of(theirs, account="acct_asagiri")))
    return theirs
