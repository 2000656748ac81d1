"""Who is written to, and what happens where there is nobody to write to."""

import pytest

from organizations.models import Role
from payments import hotel
from payments.models import Alert, Notification
from payments.operations import mails
from pms import documents
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import (
    GuestFactory,
    MembershipFactory,
    OrganizationFactory,
    PropertyFactory,
    ReservationFactory,
    UserFactory,
)
from tests.notifications.conftest import later


def member(address, role=Role.MANAGER, *, houses=(), active=True, **where):
    user = UserFactory(email=address, is_active=active)
    MembershipFactory(role=role, user=user, **where).properties.set(houses)


@pytest.fixture
def houses(db):
    organization = OrganizationFactory()
    return [PropertyFactory(organization=organization, slug=slug) for slug in ("downtown", "beach")]


@pytest.fixture
def people(houses):
    """People of two houses, of another organization, and some who are not asked."""
    downtown, beach = houses
    for role in Role:
        member(f"{role}@example.com", role)
    member("downtown@example.com", houses=[downtown])
    member("beach@example.com", Role.FINANCE, houses=[beach])
    member("both@example.com", houses=[downtown, beach])
    member("gone@example.com", active=False)
    member("Owner@example.com", Role.FINANCE)  # one person with two logins
    member("", Role.OWNER)
    member("other@example.com", organization=OrganizationFactory(slug="other"))


@pytest.mark.usefixtures("people")
def test_owners_managers_and_finance_of_the_house_are_told(houses):
    downtown, _ = houses

    told = hotel.managers(downtown.organization_id, downtown.pk)

    assert sorted(address.lower() for address in told) == [
        "both@example.com",
        "downtown@example.com",
        "finance@example.com",
        "manager@example.com",
        "owner@example.com",
    ]


@pytest.mark.usefixtures("people")
def test_what_is_the_organizations_is_told_to_those_who_see_all_of_it(houses):
    told = hotel.managers(houses[0].organization_id, None)

    assert sorted(address.lower() for address in told) == [
        "finance@example.com",
        "manager@example.com",
        "owner@example.com",
    ]


def test_a_guest_without_an_address_is_not_tried_again(stripe, post_office, manager):
    booking = ReservationFactory(guest=GuestFactory(email=""))
    stripe.sends(SCENARIOS["decline_retry_success"].events(stay_of(booking)))

    assert mails.deliver() == {"sent": 1, "undeliverable": 1}
    later(days=30)
    assert mails.deliver() == {}

    row = Notification.objects.get(state="undeliverable")
    assert (row.kind, row.attempts) == ("payment_received", 1)
    assert row.last_error == "The guest has no e-mail address."
    assert not Alert.objects.filter(kind="mail_undeliverable").exists()


def test_a_hotel_without_addresses_is_not_tried_again(stripe, booking, post_office):
    stripe.sends(SCENARIOS["decline_retry_success"].events(stay_of(booking)))

    assert mails.deliver() == {"sent": 1, "undeliverable": 1}

    row = Notification.objects.get(state="undeliverable")
    assert row.last_error == "No owner, manager or finance there has an e-mail address."


@pytest.mark.parametrize(
    "address",
    [
        "guest",
        "guest@example.com, other@example.com",
        "guest@example.com\nBcc: b@example.com",
        "gueſt@example.com",  # no letter of ASCII, whatever Django's own check says
    ],
)
def test_what_is_no_address_is_not_written_to(address, stripe, post_office, manager):
    booking = ReservationFactory(guest=GuestFactory(email=address))
    stripe.sends(SCENARIOS["decline_retry_success"].events(stay_of(booking)))

    assert mails.deliver() == {"sent": 1, "undeliverable": 1}

    assert post_office.addressed == [["maria@example.com"]]
    assert "is none" in Notification.objects.get(state="undeliverable").last_error


def test_staff_are_written_to_together(stripe, booking, post_office, manager):
    member("owner@example.com", Role.OWNER)
    stripe.sends(SCENARIOS["decline_retry_success"].events(stay_of(booking)))

    mails.deliver()

    assert ["maria@example.com", "owner@example.com"] in map(sorted, post_office.addressed)


def test_addresses_come_with_the_hotels_document(db):
    ana = {"username": "ana", "role": "finance", "email": "ana@example.com"}
    hotels = {"organizations": [{"slug": "harbour", "users": [ana]}]}

    documents.load(hotels)
    del ana["email"]
    documents.load(hotels)  # loading again without one takes nothing away

    organization = OrganizationFactory()
    assert hotel.managers(organization.pk, None) == ["ana@example.com"]
