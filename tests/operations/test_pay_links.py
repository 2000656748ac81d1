"""Pay links: one booking, one amount, until a day, and a token that no address keeps."""

import io
import logging
from datetime import timedelta
from logging import StreamHandler

import pytest
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organizations.models import Role
from payments import hotel
from payments.errors import Invalid, MayNot, Refused
from payments.models import Activity, PayLink
from payments.notifications import links
from payments.operations.payments import pay_links
from tests.factories import MembershipFactory, OrganizationFactory, ReservationFactory
from tests.support.admin import browser_of

pytestmark = pytest.mark.django_db

PAY = "/pay/"


def make(booking, by, amount=48_050, purpose="deposit", **more):
    (found,) = hotel.bookings([booking.pk]).values()
    return pay_links.make(booking=found, amount=amount, purpose=purpose, by=by, **more)


@pytest.fixture
def link(booking, manager):
    """A link over €480.50, as it is mailed."""
    return make(booking, manager)


@pytest.fixture(autouse=True)
def connected(stripe, settings):
    """Stripe can be asked, and the hotel has an account."""
    settings.STRIPE_SECRET_KEY = "sk_test_of_the_tests"


def path_of(address):
    return "/" + address.partition("://")[2].partition("/")[2]


def test_a_guest_opens_it_and_reads_what_is_to_be_paid(link, booking):
    guest = Client()
    swapped = guest.get(path_of(link[1]))

    assert (swapped.status_code, swapped["Location"]) == (302, PAY)
    page = guest.get(PAY)
    for answer in (swapped, page):
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
    shown = page.content.decode()
    assert f"<h1>Pay <bdi>{booking.property.name}</bdi></h1>" in shown
    for text in (booking.code, "€480.50", "Wed 5 Dec 2096", "Sun 9 Dec 2096"):
        assert text in shown
    assert links.token(link[0]) not in shown
    assert guest.session.get_expiry_age() <= 2 * 3600


def test_its_token_is_kept_nowhere(link):
    row = PayLink.objects.filter(pk=link[0].pk).values().get()
    token = links.token(link[0])

    assert token in link[1]
    assert token not in str(row)
    assert token not in str(list(Activity.objects.values()))


def test_its_token_is_in_no_line_of_the_log(link, monkeypatch):
    (ours,) = [each for each in logging.getLogger().handlers if type(each) is StreamHandler]
    monkeypatch.setattr(ours, "stream", io.StringIO())
    token = links.token(link[0])
    Client().get(path_of(link[1]))
    PayLink.objects.update(used_at=timezone.now())
    Client().get(path_of(link[1]))
    Client().get(reverse("payments:pay_link", args=[token + "x"]))

    logged = ours.stream.getvalue()
    assert "/pay/…" in logged
    assert token.partition(":")[2] not in logged


def forged(link):
    token = links.token(link)
    id, _, signature = token.partition(":")
    other = "0" * 32
    return {
        "another id": f"{other}:{signature}",
        "another signature": f"{id}:{'A' * len(signature)}",
        "no signature": id,
        "cut": token[:-1],
        "signed for something else": Signer(salt="password reset").sign(id),
        "signed without a purpose": Signer().sign(id),
        "no id": Signer(salt="payments.pay_link").sign("x"),
        "an id of nothing": Signer(salt="payments.pay_link").sign(other),
        "not ASCII": f"{id}:é",
        "NUL": "\x00",
    }


def test_a_forged_one_is_unknown(link):
    for name, token in forged(link[0]).items():
        guest = Client()
        answer = guest.get(reverse("payments:pay_link", args=[token]))
        assert answer.status_code == 404, name
        assert "not known" in answer.content.decode()
        assert guest.get(PAY).status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "too old"),
        ({"used_at": timezone.now()}, "paid already"),
    ],
)
def test_one_of_no_use_any_more_says_so_before_and_after_it_was_opened(link, change, said):
    guest = Client()
    guest.get(path_of(link[1]))
    PayLink.objects.filter(pk=link[0].pk).update(**change)

    for answer in (guest.get(PAY), Client().get(path_of(link[1]))):
        assert answer.status_code == 410
        assert said in answer.content.decode()
        assert f"Pay <bdi>{link[0].property.name}</bdi>" in answer.content.decode()
        assert "480.50" not in answer.content.decode()


def test_it_holds_for_a_week_and_is_used_once(link):
    row, _ = link
    assert row.expires_at - row.created_at >= timedelta(days=7) - timedelta(seconds=5)
    pay_links.used(row)
    first = PayLink.objects.get().used_at
    pay_links.used(row)
    assert PayLink.objects.get().used_at == first


def test_a_second_link_takes_the_place_of_the_first_in_one_browser(link, booking, manager):
    _, address = make(booking, manager, amount=100)
    guest = Client()
    guest.get(path_of(link[1]))
    first = guest.session.session_key
    guest.get(path_of(address))

    shown = guest.get(PAY).content.decode()
    assert "€1.00" in shown
    assert "480.50" not in shown
    assert guest.session.session_key != first


def test_staff_who_try_it_stay_logged_in(link, manager):
    browser = browser_of(manager)
    browser.get(path_of(link[1]))

    assert browser.get(PAY).status_code == 200
    assert browser.get(reverse("bookings")).status_code == 200


def test_whoever_comes_without_one_sees_nothing(link):
    assert Client().get(PAY).status_code == 404
    assert Client().post(PAY).status_code == 405
    assert Client().post(path_of(link[1])).status_code == 405


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 2**63}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": "100"}, "amount"),
        ({"purpose": "gift"}, "purpose"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_made(more, field, booking, manager):
    with pytest.raises(Invalid) as refusal:
        make(booking, manager, **more)
    assert refusal.value.field == field
    assert not PayLink.objects.exists()
    assert not Activity.objects.exists()


def test_a_canceled_booking_takes_links_for_extras_alone(booking, manager):
    booking.status = "canceled"
    booking.save()

    with pytest.raises(Refused) as refusal:
        make(booking, manager)
    assert refusal.value.code == "booking_canceled"
    assert make(booking, manager, purpose="damage_charge")[0].pk


def test_who_may_make_one(booking):
    looks = MembershipFactory(role=Role.READ_ONLY, organization=booking.organization).user
    stranger = MembershipFactory(organization=OrganizationFactory(slug="asagiri")).user
    desk = MembershipFactory(role=Role.FRONT_DESK, organization=booking.organization).user

    for user in (looks, stranger):
        with pytest.raises(MayNot):
            make(booking, user)
    row, _ = make(booking, desk)
    assert row.created_by == desk
    done = Activity.objects.get()
    assert (done.kind, done.facts["amount"], done.reservation_id) == (
        "pay_link_made",
        48_050,
        booking.pk,
    )
    assert make(ReservationFactory(), None)[0].created_by is None  # the system
