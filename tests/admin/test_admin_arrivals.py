"""Arrivals at risk on the first page: whose account, which guests, and for whom."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.models import Role
from payments.analytics import arrivals
from payments.models import ConnectedAccount
from payments.operations.connect import architecture
from tests.factories import AccountFactory, PropertyFactory, ReservationFactory, UserFactory

SOON = timedelta(days=3)


@pytest.fixture
def houses(db):
    """Two houses that take their money through one account, which takes none any more."""
    AccountFactory(seen=True, charges_enabled=False)
    found = [PropertyFactory(slug="downtown"), PropertyFactory(slug="seaside")]
    for house, code, total in zip(found, ("HB-1", "HB-2"), (70_000, 20_000), strict=True):
        arrival = timezone.localdate() + SOON
        dates = {"arrival": arrival, "departure": arrival + SOON}
        ReservationFactory(property=house, code=code, total=total, **dates)
    return found


def risks(browser):
    return browser.get(reverse("admin:index")).context["risks"]


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER])
def test_who_leads_one_house_sees_its_arrivals_alone(houses, hired, role):
    browser = hired(role, houses=houses[:1])

    (risk,) = risks(browser)

    assert [each["code"] for each in risk["first"]] == ["HB-1"]
    assert (risk["arrivals"], risk["owed"]) == (1, ["€700.00"])
    page = browser.get(reverse("admin:index")).content.decode()
    assert "No card can be taken" in page
    assert "HB-2" not in page
    assert not risk["url"]  # the account is of houses that they do not see
    account = ConnectedAccount.objects.get()
    address = reverse("admin:payments_connectedaccount_change", args=[account.pk])
    assert browser.get(address).status_code == 302


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER])
def test_who_leads_all_of_them_sees_all_and_may_open_the_account(houses, hired, role):
    browser = hired(role)

    (risk,) = risks(browser)

    assert risk["arrivals"] == 2
    assert browser.get(risk["url"]).status_code == 200


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.READ_ONLY])
def test_others_of_one_house_see_no_account_of_the_organization(houses, hired, role):
    assert risks(hired(role, houses=houses[:1])) == []


def test_an_account_that_their_house_does_not_use_puts_none_of_their_guests_at_risk(houses, hired):
    here, there = houses
    AccountFactory(organization=there.organization, property=there, stripe_id="acct_seaside")
    architecture.move(organization="harbour", to="per_property")

    assert risks(hired(Role.MANAGER, houses=[there])) == []
    assert risks(hired(Role.OWNER, houses=[here])) == []


@pytest.mark.parametrize(
    ("zone", "at", "day", "counted"),
    [
        ("Pacific/Honolulu", "2026-03-10T02:00Z", "2026-03-09", True),  # this evening's guest
        ("Pacific/Honolulu", "2026-03-10T02:00Z", "2026-03-08", False),
        ("Pacific/Auckland", "2026-03-09T20:00Z", "2026-03-09", False),  # yesterday's, there
        ("Pacific/Auckland", "2026-03-09T20:00Z", "2026-03-10", True),
    ],
)
def test_today_is_what_it_is_at_the_house(db, zone, at, day, counted):
    AccountFactory(seen=True, charges_enabled=False)
    arrival = date.fromisoformat(day)
    ReservationFactory(
        property=PropertyFactory(slug="far", timezone=zone),
        arrival=arrival,
        departure=arrival + timedelta(days=2),
    )

    found = arrivals.at_risk(UserFactory(is_superuser=True), datetime.fromisoformat(at))

    assert bool(found) is counted


def test_a_leader_elsewhere_sees_nothing(houses, hired):
    assert risks(hired(Role.OWNER, organization="asagiri")) == []
