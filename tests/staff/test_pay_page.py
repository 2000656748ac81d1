"""What a guest's browser asks of the pay page's own addresses."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from payments import hotel
from payments.models import Payment
from payments.notifications import links
from payments.operations.payments import pay_links
from sandbox import objects
from tests.operations.conftest import makes_intents

pytestmark = pytest.mark.django_db

BEGIN, STATUS = "/pay/begin/", "/pay/status/"


@pytest.fixture
def guest(stripe, wire, booking):
    """A guest who has opened a link over €480.50."""
    (stay,) = hotel.bookings([booking.pk]).values()
    link, _ = pay_links.make(booking=stay, amount=48_050, purpose="deposit", by=None)
    wire.answers = makes_intents
    client = Client()
    client.get(reverse("payments:pay_link", args=[links.token(link)]))
    return client


def test_a_payment_of_the_links_amount_is_begun_once(guest, wire, booking):
    answer = guest.post(BEGIN, {"amount": "1", "reservation": "another"})
    payment = Payment.objects.get()
    assert answer.status_code == 200
    assert answer.json() == {
        "client_secret": f"{payment.stripe_id}_secret_of_the_guest",
        "amount": 48_050,
        "currency": "eur",
        "saves": False,
        "status": STATUS,
    }
    assert "no-store" in answer["Cache-Control"]
    assert (payment.reservation_id, payment.purpose) == (booking.pk, "deposit")


def test_what_came_of_it_is_said(guest):
    assert guest.get(STATUS).json()["state"] == "open"
    guest.post(BEGIN)
    for status, state in (
        ("requires_action", "waiting"),
        ("processing", "under_way"),
        ("requires_capture", "held"),
        ("canceled", "over"),
        ("succeeded", "paid"),
    ):
        Payment.objects.update(status=status, stripe_id="")
        assert guest.get(STATUS).json()["state"] == state, status


@pytest.mark.parametrize(("method", "said"), [("card", "Declined"), ("sepa_debit", "Debit failed")])
def test_what_failed_is_named_as_the_history_names_it(method, said, guest):
    guest.post(BEGIN)
    Payment.objects.update(
        status="requires_payment_method",
        stripe_id="",
        payment_method=method,
        failure_code="insufficient_funds",
    )

    found = guest.get(STATUS).json()

    assert (found["state"], found["words"]) == ("declined", said)


def test_what_was_read_stands_though_its_charge_is_not_answered(guest, wire, booking):
    guest.post(BEGIN)
    payment = Payment.objects.get()
    intent = objects.payment_intent(
        id=payment.stripe_id,
        amount=48_050,
        amount_received=48_050,
        created=int(time.time()),
        currency="eur",
        latest_charge="ch_1",
        metadata=payment.metadata,
        status="succeeded",
    )
    away = {"error": {"type": "api_error", "message": "Later."}}
    wire.answers = lambda asked: (500, away) if "charges" in asked.path else (200, intent)

    assert guest.get(STATUS).json()["state"] == "paid"


def test_without_an_answer_of_stripes_nobody_confirms_anything(guest, wire):
    wire.answers = lambda asked: (500, {"error": {"type": "api_error", "message": "Later."}})
    answer = guest.post(BEGIN)
    assert answer.status_code == 503
    assert "Nothing was taken" in answer.json()["detail"]


@pytest.mark.parametrize("address", [BEGIN, STATUS])
def test_without_a_link_there_is_nothing(address, guest):
    stranger = Client()
    answer = stranger.post(address) if address == BEGIN else stranger.get(address)
    assert answer.status_code == 409
    assert "not known" in answer.json()["detail"]
    assert not Payment.objects.exists()


def test_another_site_cannot_begin_it(guest):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = guest.cookies
    assert strict.post(BEGIN).status_code == 403
    assert not Payment.objects.exists()


def test_a_hotel_that_cannot_take_cards_says_so(guest, settings):
    settings.STRIPE_SECRET_KEY = ""
    page = guest.get("/pay/").content.decode()
    assert "No card can be taken" in page
    assert "card_entry.js" not in page
