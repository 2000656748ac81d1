"""A new booking: what is made of what a front desk types, what is refused, and who may."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from organizations.models import Role
from payments.models import Notification, PayLink, Payment
from reservations import booking_form
from reservations.models import Guest, Reservation
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import OrganizationFactory, PropertyFactory, ReservationFactory
from tests.operations.conftest import makes_intents
from tests.staff.conftest import somebody
from tests.staff.test_sheets import same_login
from tests.support.threads import at_once

pytestmark = pytest.mark.django_db

NEW = "/bookings/new/"
POLICY = [{"days_before": 3, "refund_percent": 50, "until": "18:00"}]


@pytest.fixture
def house(stripe, booking):
    """A house that has sold one rate."""
    type(booking).objects.update(rate_name="Flexible", cancellation_policy=POLICY)
    return booking.property


def fields(house, **more):
    day = timezone.localdate() + timedelta(days=5)
    return {
        "guest": "Ana Sousa",
        "email": "ana@example.com",
        "property": str(house.pk),
        "arrival": f"{day}",
        "departure": f"{day + timedelta(days=2)}",
        "room": "204",
        "rate": "Flexible",
        "accepted": "on",
        "total": "1,234.50",
        "paying": "later",
        "amount": "",
        "id": str(uuid.uuid4()),
    } | more


def made():
    return Reservation.objects.get(guest__name="Ana Sousa")


def errors(answer):
    assert answer.status_code == 422
    assert not Reservation.objects.filter(guest__name="Ana Sousa").exists()
    return answer.context["form"].errors


def test_a_booking_is_made_of_what_is_typed(manager, house):
    answer = manager.post(NEW, fields(house), follow=True)
    booking = made()
    assert answer.redirect_chain[-1][0] == f"/bookings/{booking.pk}/"
    assert (booking.code, booking.total, booking.currency, booking.room) == (
        "HB-2482",
        123_450,
        "eur",
        "204",
    )
    assert (booking.rate_name, booking.cancellation_policy) == ("Flexible", POLICY)
    assert booking.policy_accepted_at
    assert (booking.property, booking.guest.email) == (house, "ana@example.com")
    assert booking.payment_status == "unpaid"
    assert "HB-2482 is booked." in answer.content.decode()


def test_sent_twice_it_is_one_booking(manager, house):
    typed = fields(house)
    first, second = (manager.post(NEW, typed) for _ in range(2))
    assert first.url == second.url
    assert Reservation.objects.filter(guest__name="Ana Sousa").count() == 1


def test_sent_twice_at_the_same_moment_it_is_one_booking(manager, house, monkeypatch):
    typed, known = fields(house), booking_form.known_guest

    def meanwhile(*asked):
        monkeypatch.setattr(booking_form, "known_guest", known)
        manager.post(NEW, typed)

    monkeypatch.setattr(booking_form, "known_guest", meanwhile)
    assert manager.post(NEW, typed).url == f"/bookings/{made().pk}/"
    assert Guest.objects.filter(name="Ana Sousa").count() == 1


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ({"guest": "ana sousa", "email": ""}, True),
        ({"guest": "Ana Sousa", "email": "ANA@example.com"}, True),
        ({"guest": "Ana Sousa", "email": "another@example.com"}, False),
    ],
)
def test_a_guest_who_is_known_is_found_again(typed, known, manager, house):
    guest = Guest.objects.create(
        organization=house.organization, name="Ana Sousa", email="ana@example.com"
    )
    elsewhere = OrganizationFactory(slug="asagiri")
    Guest.objects.create(organization=elsewhere, name="Ana Sousa", email="x@example.com")
    manager.post(NEW, fields(house, **typed))
    booking = Reservation.objects.get(code="HB-2482")
    assert (booking.guest == guest) is known


def test_guests_are_suggested_by_their_names(manager, house, booking):
    stranger = ReservationFactory(property=PropertyFactory(organization__slug="asagiri"))
    Guest.objects.filter(pk=stranger.guest_id).update(name="Guest of another")
    page = manager.get(NEW, {"guest": "guest of"}).content.decode()
    assert re.findall(r'<option value="(Guest[^"]*)">', page) == ["Guest of the house"]


def test_a_rate_shows_its_policy_in_words(manager, house):
    page = manager.get(NEW, {"rate": "Flexible", "property": str(house.pk)}).content.decode()
    assert "Canceled until 18:00 3 days before arrival: 50 % of what was paid is returned." in page
    assert "The guest has accepted these terms" in page
    assert "Canceled until" not in manager.get(NEW).content.decode()


@pytest.mark.parametrize(
    ("paying", "amount", "opens"),
    [
        ("now", "", "take/?amount=1234.50&amp;purpose=reservation_payment"),
        ("deposit", "200", "take/?amount=200.00&amp;purpose=deposit"),
        ("hold", "2,000", "hold/?amount=2000.00"),
    ],
)
def test_a_card_is_asked_for_next(paying, amount, opens, manager, house):
    page = manager.post(NEW, fields(house, paying=paying, amount=amount), follow=True)
    assert f'hx-get="/bookings/{made().pk}/{opens}' in page.content.decode()
    assert not Payment.objects.exists()


def test_a_pay_link_is_mailed(wire, manager, house):
    wire.answers = makes_intents
    answer = manager.post(NEW, fields(house, paying="link", amount="100"), follow=True)
    link = PayLink.objects.get()
    assert (link.amount, link.sent_to, link.reservation) == (10_000, "ana@example.com", made())
    assert Notification.objects.filter(kind="pay_link").count() == 1
    assert "on its way to ana@example.com" in answer.content.decode()


def test_sent_twice_it_mails_one_pay_link(wire, manager, house):
    wire.answers = makes_intents
    typed = fields(house, paying="link", amount="100")
    manager.post(NEW, typed)
    again = manager.post(NEW, typed | {"amount": "200"}, follow=True).content.decode()
    assert PayLink.objects.get().amount == 10_000
    assert Notification.objects.filter(kind="pay_link").count() == 1
    assert "A pay link for €100.00 is on its way to ana@example.com." in again


@pytest.mark.parametrize(
    ("becomes", "said"),
    [
        ({"used_at": timezone.now()}, "The pay link for €100.00 was used already."),
        ({"expires_at": timezone.now()}, "The pay link for €100.00 has run out. Send another."),
    ],
)
def test_sent_again_later_it_says_what_became_of_the_link(wire, manager, house, becomes, said):
    wire.answers = makes_intents
    typed = fields(house, paying="link", amount="100")
    manager.post(NEW, typed)
    PayLink.objects.update(**becomes)
    assert said in manager.post(NEW, typed, follow=True).content.decode()
    assert PayLink.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sent_many_times_at_the_same_moment_it_mails_one_pay_link(wire, house):
    wire.answers = makes_intents
    tab, typed = somebody(), fields(house, paying="link", amount="100")
    told = at_once(6, lambda _: same_login(tab).post(NEW, typed))
    assert {answer.url for answer in told} == {f"/bookings/{made().pk}/"}
    assert PayLink.objects.count() == 1
    assert Notification.objects.filter(kind="pay_link").count() == 1


def test_a_pay_link_that_was_not_mailed_yet_is_mailed_when_it_is_sent_again(wire, manager, house):
    wire.answers = makes_intents
    typed = fields(house)
    manager.post(NEW, typed)  # a process that died went no further
    manager.post(NEW, typed | {"paying": "link"})
    assert PayLink.objects.get().sent_to == "ana@example.com"


def test_no_pay_link_is_said_to_be_mailed_to_a_booking_without_an_address(wire, manager, house):
    typed = fields(house, email="")
    manager.post(NEW, typed)
    again = typed | {"paying": "link", "email": "ana@example.com"}
    page = manager.post(NEW, again, follow=True).content.decode()
    assert "No pay link was sent. There is no e-mail address of the guest on file." in page
    assert not PayLink.objects.exists()


@pytest.mark.parametrize(
    ("paying", "story"),
    [("now", "sepa_debit_under_way"), ("deposit", "deposit_and_balance"), ("hold", "hold")],
)
def test_no_card_is_asked_for_where_one_was_taken(paying, story, manager, stripe, house):
    typed = fields(house, paying=paying, amount="100")
    manager.post(NEW, typed)
    assert "/?amount=100.00" in manager.post(NEW, typed, follow=True).content.decode()
    stripe.sends(SCENARIOS[story].events(stay_of(made())))
    assert "/?amount=100.00" not in manager.post(NEW, typed, follow=True).content.decode()


def test_a_booking_whose_pay_link_cannot_be_made_is_kept(manager, house, settings):
    settings.STRIPE_SECRET_KEY = ""
    answer = manager.post(NEW, fields(house, paying="link"), follow=True)
    assert "No pay link was sent." in answer.content.decode()
    assert made().code == "HB-2482"


DAY = timezone.localdate()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"guest": ""}, "guest"),
        ({"email": "nobody"}, "email"),
        ({"arrival": f"{DAY - timedelta(days=9)}"}, "arrival"),
        ({"departure": f"{DAY}"}, "departure"),
        ({"departure": "2999-01-01"}, "departure"),
        ({"arrival": "soon"}, "arrival"),
        ({"total": "1.234,50"}, "total"),
        ({"total": "-5"}, "total"),
        ({"total": ""}, "total"),
        ({"paying": "now", "amount": "fifty"}, "amount"),
        ({"paying": "now", "amount": "0"}, "amount"),
        ({"paying": "deposit", "amount": "1,234.51"}, "amount"),
        ({"paying": "gift"}, "paying"),
        ({"paying": "link", "email": ""}, "email"),
        ({"rate": "Secret"}, "rate"),
        ({"property": str(uuid.uuid4())}, "property"),
        ({"property": "x"}, "property"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(wrong, field, manager, house):
    answer = manager.post(NEW, fields(house, **wrong))
    assert field in errors(answer)
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page or field == "paying"
    assert 'value="204"' in page  # what was typed is kept


def test_another_tenants_house_is_no_house(manager, house):
    theirs = PropertyFactory(organization__slug="asagiri")
    assert "property" in errors(manager.post(NEW, fields(theirs)))


def test_a_form_of_another_houses_booking_tells_nothing_of_it(wire, manager, house):
    wire.answers = makes_intents
    airport = PropertyFactory(organization=house.organization, slug="airport")
    typed = fields(house, paying="link", amount="100")
    manager.post(NEW, typed)
    theirs = somebody(Role.FRONT_DESK, houses=[airport])
    answer = theirs.post(NEW, typed | {"property": str(airport.pk)})
    assert "This form was used already. Begin a new one." in answer.content.decode()
    assert Reservation.objects.filter(property=airport).count() == 0


def test_another_houses_booking_is_not_taken_for_ones_own(manager, house):
    theirs = ReservationFactory(property=PropertyFactory(organization__slug="asagiri"))
    answer = manager.post(NEW, fields(house, id=str(theirs.pk)))
    assert answer.status_code == 422
    theirs.refresh_from_db()
    assert theirs.guest.name != "Ana Sousa"


@pytest.mark.parametrize("role", Role.values)
def test_whoever_takes_payments_may_book(role, house):
    client, may = somebody(role), role != Role.READ_ONLY
    assert (NEW in client.get("/bookings/").content.decode()) is may
    assert client.get(NEW).status_code == (200 if may else 403)
    assert client.post(NEW, fields(house)).status_code == (302 if may else 403)
    assert Reservation.objects.filter(guest__name="Ana Sousa").exists() is may


def test_nobody_books_a_house_that_they_do_not_look_after(house):
    other = PropertyFactory(slug="alfama")
    client = somebody(Role.MANAGER, houses=[other])
    assert "property" in errors(client.post(NEW, fields(house)))
    assert Client().get(NEW).status_code == 302
