"""A stay as a front desk corrects it on the booking's page."""

import re

import pytest

from organizations.models import Role
from reservations.models import Reservation
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import OrganizationFactory
from tests.staff.conftest import somebody


@pytest.fixture
def desk(db):
    return somebody(Role.FRONT_DESK)


def opened(client, booking):
    """Return the fields of the form as it is opened now."""
    return fields_of(client.get(f"/bookings/{booking.pk}/", {"tab": "stay"}))


def fields_of(answer):
    page = answer.content.decode()
    form = re.search(r'<form method="post" action="\?tab=stay".*?</form>', page, re.DOTALL)[0]
    found = dict(re.findall(r'name="([^"]+)"[^>]*? value="([^"]*)"', form))
    fields = ("guest", "email", "arrival", "departure", "room", "total", "paid_elsewhere", "seen")
    return {name: found.get(name, "") for name in fields}


def save(client, booking, fields):
    return client.post(f"/bookings/{booking.pk}/?tab=stay", fields)


def test_a_lower_total_lowers_what_is_due(desk, stripe, booking):
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(booking)))
    fields = opened(desk, booking)
    assert fields["total"] == "1200.00"

    answer = save(desk, booking, fields | {"total": "1,000.00", "room": "12"})

    assert answer.status_code == 302
    booking.refresh_from_db()
    assert (booking.total, booking.room) == (100_000, "12")
    assert booking.balance == -20_000
    assert booking.payment_status == "paid"


def test_the_guests_name_and_address_are_corrected(desk, booking):
    fields = opened(desk, booking)

    save(desk, booking, fields | {"guest": "Zoë van der Meer", "email": "zoe@guest.example"})

    guest = Reservation.objects.get(pk=booking.pk).guest
    assert (guest.name, guest.email) == ("Zoë van der Meer", "zoe@guest.example")


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("guest", "", "This field is required."),
        ("email", "nobody", "Enter a valid email address."),
        ("departure", "2020-01-01", "It is not after the arrival."),
        ("arrival", "soon", "Enter a valid date."),
        ("total", "-5", "Write an amount like 50 or 1,234.50."),
        ("total", "5.001", ""),
        ("paid_elsewhere", "9" * 30, ""),
        ("seen", "forged", "Open this page again, then change it."),
    ],
)
def test_what_makes_no_sense_is_refused_beside_it_and_kept(name, typed, says, desk, booking):
    fields = opened(desk, booking) | {"room": "kept as typed", name: typed}

    answer = save(desk, booking, fields)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    assert "kept as typed" in page
    booking.refresh_from_db()
    assert booking.room != "kept as typed"


def test_the_first_field_that_is_wrong_gets_the_focus(desk, booking):
    fields = opened(desk, booking)
    page = save(desk, booking, fields | {"paid_elsewhere": "x", "arrival": "soon"}).content.decode()
    (focused,) = re.findall(r"<input[^>]*autofocus[^>]*>", page)
    assert 'name="arrival"' in focused
    assert "autofocus" not in desk.get(f"/bookings/{booking.pk}/", {"tab": "stay"}).content.decode()


def test_what_a_colleague_changed_meanwhile_is_said_and_asked_again(desk, booking):
    fields = opened(desk, booking)
    Reservation.objects.filter(pk=booking.pk).update(total=90_000, room="7")

    answer = save(desk, booking, fields | {"total": "800.00"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Somebody has changed this to €900.00 meanwhile." in page
    booking.refresh_from_db()
    assert (booking.total, booking.room) == (90_000, "7")
    again = fields_of(answer)
    assert (again["total"], again["room"]) == ("800.00", "7")
    assert save(desk, booking, again).status_code == 302
    booking.refresh_from_db()
    assert (booking.total, booking.room) == (80_000, "7")


def test_what_another_field_became_meanwhile_stays_so(desk, booking):
    fields = opened(desk, booking)
    Reservation.objects.filter(pk=booking.pk).update(room="7")

    save(desk, booking, fields | {"total": "800.00"})

    booking.refresh_from_db()
    assert (booking.total, booking.room) == (80_000, "7")


def test_whoever_only_looks_sees_the_stay_and_no_form(booking):
    looks = somebody(Role.READ_ONLY)

    page = looks.get(f"/bookings/{booking.pk}/", {"tab": "stay"}).content.decode()

    assert ">Save<" not in page
    assert save(looks, booking, {"guest": "X"}).status_code == 403


def test_another_hotels_stay_is_not_there(booking):
    stranger = somebody(Role.OWNER, organization=OrganizationFactory(slug="asagiri"))

    assert save(stranger, booking, {"guest": "X"}).status_code == 404
