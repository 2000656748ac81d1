"""Who is written to, and what happens where there is nobody to write to."""

import json

import pytest
from django.contrib.auth import get_user_model

from organizations.models import Role
from payments import hotel
from payments.models import Alert, Notification
from payments.notifications import messages, outbox, recipients
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
from tests.support.money import cannot_pay, pays


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

    assert sorted(address.lower() for address in told.values()) == [
        "both@example.com",
        "downtown@example.com",
        "finance@example.com",
        "manager@example.com",
        "owner@example.com",
    ]


@pytest.mark.usefixtures("people")
def test_what_is_the_organizations_is_told_to_those_who_see_all_of_it(houses):
    told = hotel.managers(houses[0].organization_id, None)

    assert sorted(address.lower() for address in told.values()) == [
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


# A mail for each -----------------------------------------------------------


@pytest.fixture
def three(manager):
    """Three people to tell; Maria is the first who came."""
    member("owner@example.com", Role.OWNER)
    member("finance@example.com", Role.FINANCE)


STAFF = ["finance@example.com", "maria@example.com", "owner@example.com"]


def to_staff(post_office):
    """Return whom the hotel's own people's mails went to, as the mail server was told."""
    return sorted(to for to in post_office.addressed if to != ["guest@example.com"])


@pytest.fixture
def owed(stripe, booking, three):
    """A guest has paid, which three people are to hear."""
    pays(stripe, booking, booking.total)
    assert Notification.objects.get(to="managers").kind == "payment_taken"


@pytest.mark.usefixtures("owed")
def test_each_gets_a_mail_of_their_own(post_office):
    assert mails.deliver() == {"sent": 4}
    assert mails.deliver() == {}

    assert to_staff(post_office) == [[address] for address in STAFF]
    ours = [each for each in post_office.mails if "guest@" not in str(each["To"])]
    assert sorted(str(each["To"]) for each in ours) == STAFF
    assert len({each["Message-ID"] for each in ours}) == 3


@pytest.mark.usefixtures("owed")
def test_one_refused_address_stops_no_other_and_is_heard_of(post_office):
    post_office.refused.add("maria@example.com")

    assert mails.deliver() == {"sent": 3, "waiting": 1}
    assert to_staff(post_office) == [["finance@example.com"], ["owner@example.com"]]
    for _ in range(2):
        later(hours=1)
        mails.deliver()

    assert Notification.objects.get(state="undeliverable").recipient.email == "maria@example.com"
    alert = Alert.objects.get(kind="mail_undeliverable")
    assert "” to maria@example.com was given up." in messages.sentence(alert)
    assert "maria" not in json.dumps(alert.facts)
    assert len(post_office.mails) == 3

    post_office.refused.clear()
    outbox.again(Notification.objects.all())
    assert mails.deliver() == {"sent": 1}
    assert to_staff(post_office) == [[address] for address in STAFF]
    assert not Alert.objects.filter(kind="mail_undeliverable", closed_at=None).exists()


@pytest.mark.usefixtures("owed")
def test_who_comes_later_is_not_told_what_is_old(post_office, stripe, booking):
    post_office.mood = "refuses"
    mails.deliver()
    post_office.mood = "takes"
    member("new@example.com", Role.MANAGER)
    later(hours=1)
    mails.deliver()
    pays(stripe, booking, booking.total)
    later(hours=1)
    mails.deliver()

    assert to_staff(post_office) == [[address] for address in STAFF]


def leaves(user):
    user.is_active = False
    user.save()


@pytest.mark.parametrize(
    "goes",
    [
        leaves,
        lambda user: user.memberships.all().delete(),
        lambda user: user.memberships.update(role=Role.FRONT_DESK),
        lambda user: user.delete(),
    ],
    ids=["locked out", "left", "does something else", "deleted"],
)
@pytest.mark.parametrize("who", STAFF)
@pytest.mark.usefixtures("owed")
def test_who_has_left_is_not_told_though_it_was_meant_for_them(who, goes, post_office):
    post_office.mood = "refuses"
    mails.deliver()
    goes(get_user_model().objects.get(email=who))
    post_office.mood = "takes"
    later(hours=1)

    assert mails.deliver() == {"sent": 3, "left": 1}
    later(hours=1)
    assert mails.deliver() == {}
    assert to_staff(post_office) == [[address] for address in STAFF if address != who]


@pytest.mark.usefixtures("three")
def test_a_mail_that_is_no_longer_true_is_dropped_for_whoever_has_not_had_it(
    stripe, booking, post_office
):
    cannot_pay(stripe, booking, booking.total)
    post_office.refused.add("finance@example.com")
    later(hours=1)
    mails.deliver()
    assert Notification.objects.filter(kind="payment_failed", state="sent").count() == 2

    booking.total = 0
    booking.save()
    post_office.refused.clear()
    later(hours=1)
    mails.deliver()

    states = Notification.objects.filter(kind="payment_failed").values_list("state", flat=True)
    assert sorted(states) == ["dropped", "sent", "sent"]


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("sent_before", range(4))
@pytest.mark.usefixtures("owed")
def test_a_worker_killed_anywhere_tells_each_once(sent_before, post_office, monkeypatch):
    note, left = outbox.note_sent, [sent_before]

    def note_sent(row):
        note(row)
        if not left[0]:
            raise Killed
        left[0] -= 1

    monkeypatch.setattr(outbox, "note_sent", note_sent)
    with pytest.raises(Killed):
        mails.deliver()
    monkeypatch.setattr(outbox, "note_sent", note)
    later(hours=1)
    mails.deliver()

    assert to_staff(post_office) == [[address] for address in STAFF]


@pytest.mark.usefixtures("owed")
def test_two_workers_that_decide_for_whom_it_is_decide_once(post_office):
    row = outbox.claim(Notification.objects.get(to="managers").pk)
    other = outbox.get(row.pk)
    people = [each.user for each in recipients.staff(row)]

    assert outbox.address(row, people)
    assert not outbox.address(other, people[::-1])

    assert Notification.objects.filter(to="managers").count() == 3
    assert outbox.get(row.pk).recipient_id == people[0]


def test_addresses_come_with_the_hotels_document(db):
    ana = {"username": "ana", "role": "finance", "email": "ana@example.com"}
    hotels = {"organizations": [{"slug": "harbour", "users": [ana]}]}

    documents.load(hotels)
    del ana["email"]
    documents.load(hotels)  # loading again without one takes nothing away

    organization = OrganizationFactory()
    assert list(hotel.managers(organization.pk, None).values()) == ["ana@example.com"]
