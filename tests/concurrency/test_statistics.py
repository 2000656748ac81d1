"""What PostgreSQL reads for a page while it has no statistics: a fresh database, or an import."""

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from payments.models import Alert, Charge, Payment, Refund
from payments.models.base import time_ordered_id
from pms import documents
from reservations.models import Reservation
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import AccountFactory, ReservationFactory
from tests.support.stripe import Stripe

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

FEW, MANY = 500, 2_000  # bookings with a payment, a charge and a refund each
LOOSE = 10  # payments without a booking that come with them


@pytest.fixture(autouse=True)
def no_statistics(db):
    """As in a database that was made just now; until the test is over."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pg_statistic WHERE starelid >= 16384")
        cursor.execute(
            "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid >= 16384 AND relkind = 'r'"
        )


@pytest.fixture
def one(db):
    """One booking, and the hotel that `fill` gives many more."""
    AccountFactory()
    return ReservationFactory(code="HB-1", total=50_000)


def fill(booking, first, last):
    """Give the hotel these bookings, as an import and its events do."""
    told = {"account": "acct_harbour", "livemode": False, "organization": booking.organization}
    told |= {"property": booking.property, "seen": True, "currency": "eur"}
    told |= {"occurred_at": timezone.now(), "updated_at": timezone.now()}
    numbers = range(first, last)
    booked = [
        Reservation(
            organization=booking.organization,
            property=booking.property,
            guest=booking.guest,
            code=f"HB-1{n:05}",
            arrival=booking.arrival,
            departure=booking.departure,
            currency="eur",
        )
        for n in numbers
    ]
    Reservation.objects.bulk_create(booked)
    paid = [
        Payment(
            id=time_ordered_id(),
            type="payment",
            stripe_id=f"pi_{n}",
            stripe_payment_intent_id=f"pi_{n}",
            reservation=of,
            status="succeeded",
            amount=1000,
            amount_received=1000,
            **told,
        )
        for n, of in zip(numbers, booked, strict=True)
    ]
    Payment.objects.bulk_create(paid)
    of_each = list(zip(numbers, paid, strict=True))
    Charge.objects.bulk_create(
        Charge(
            id=time_ordered_id(),
            stripe_id=f"ch_{n}",
            payment=payment,
            reservation=payment.reservation,
            status="succeeded",
            captured=True,
            amount=1000,
            **told,
        )
        for n, payment in of_each
    )
    Refund.objects.bulk_create(
        Refund(
            id=time_ordered_id(),
            type="refund",
            stripe_id=f"re_{n}",
            stripe_refund_id=f"re_{n}",
            payment=payment,
            reservation=payment.reservation,
            status="succeeded",
            amount=100,
            **told,
        )
        for n, payment in of_each
    )
    loose = [
        Payment(
            id=time_ordered_id(),
            type="payment",
            stripe_id=f"pi_loose_{n}",
            stripe_payment_intent_id=f"pi_loose_{n}",
            status="succeeded",
            amount=1000,
            amount_received=1000,
            **told,
        )
        for n in numbers[:: len(numbers) // LOOSE]
    ]
    Payment.objects.bulk_create(loose)
    Alert.objects.bulk_create(
        Alert(
            id=time_ordered_id(),
            organization=booking.organization,
            property=booking.property,
            account="acct_harbour",
            livemode=False,
            object_id=payment.stripe_id,
            kind="unmatched_money",
            severity="warning",
            raised_at=timezone.now(),
        )
        for payment in loose
    )
    return booked[-1]


def rows_read(look):
    """Return how many rows PostgreSQL goes through for what this asks."""
    with CaptureQueriesContext(connection) as asked:
        look()
    found = 0
    for query in asked.captured_queries:
        if query["sql"].startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + query["sql"])
                (plan,) = cursor.fetchone()[0]
            found += _read(plan["Plan"])
    return found


def _read(node):
    here = sum(
        node.get(name, 0)
        for name in ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter")
    )
    return here * node["Actual Loops"] + sum(map(_read, node.get("Plans", [])))


def page(address):
    browser = Client()
    browser.force_login(get_user_model().objects.get(username="root"))
    return lambda: browser.get(address)


OF_A_BOOKING = {
    "page": lambda booking: page(f"/bookings/{booking.pk}/"),
    "admin": lambda booking: page(f"/admin/reservations/reservation/{booking.pk}/change/"),
}
OF_A_HOTEL = {
    "payment_state": lambda booking: (
        lambda: call_command("payment_state", booking.code, stdout=StringIO())
    ),
    "bookings": lambda booking: page("/bookings/"),
    "unmatched": lambda booking: page("/bookings/unmatched/"),
    "overview": lambda booking: page("/admin/"),
    "payments": lambda booking: page("/admin/payments/paymenttransaction/"),
    "payment": lambda booking: page(
        f"/admin/payments/paymenttransaction/{booking.paymenttransactions.first().pk}/change/"
    ),
}


@pytest.fixture
def read(one):
    """Return how many rows a look goes through in a hotel with few bookings, and with many."""
    get_user_model().objects.create_superuser("root")

    def of(look):
        few = rows_read(look(fill(one, 0, FEW)))
        return few, rows_read(look(fill(one, FEW, MANY)))

    return of


@pytest.mark.parametrize("look", OF_A_BOOKING.values(), ids=OF_A_BOOKING)
def test_a_bookings_money_costs_the_same_among_few_and_among_many(read, look):
    few, many = read(look)
    assert few > 10
    assert many - few < MANY - FEW  # not even a row for each of the other bookings


@pytest.mark.parametrize("look", OF_A_HOTEL.values(), ids=OF_A_HOTEL)
def test_what_a_hotel_shows_costs_no_square_of_its_bookings(read, look):
    few, many = read(look)
    assert 0 < many < few * (MANY / FEW) * 1.5


def known():
    """Return which tables PostgreSQL has looked into."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > 0")
        return {name for (name,) in cursor.fetchall()}


def test_who_brings_a_hotel_leaves_statistics_behind(one):
    assert "reservations" not in known()

    documents.load({"organizations": []})

    assert {"organizations", "properties", "reservations"} <= known()


def test_and_so_does_the_first_large_batch(one, settings):
    stripe, events = Stripe(), SCENARIOS["deposit_and_balance"].events(stay_of(one))
    stripe.sends(events)
    assert "payment_transactions" not in known()  # few events, and no need yet

    settings.PAYMENTS_BATCH_SIZE = 2
    stripe.sends(SCENARIOS["full_refund"].events(stay_of(one)))

    assert {"payment_transactions", "charges", "webhook_events"} <= known()
