"""A booking in the admin: what it costs, as people write it, and why it stands as it does."""

import pytest
from django.urls import reverse

from organizations.models import Role
from payments.models import Alert, Payment
from reservations.models import Guest, Reservation
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import PropertyFactory, ReservationFactory
from tests.support.admin import page
from tests.support.forms import stay_fields


def shown(client, booking):
    return client.get(page(booking)).content.decode()


# What it costs -----------------------------------------------------------


@pytest.mark.parametrize(
    ("currency", "typed", "kept"),
    [
        ("eur", "1024.80", 102_480),
        ("eur", "1024.8", 102_480),
        ("eur", "0", 0),
        ("jpy", "84000", 84_000),
        ("jpy", "84000.0", 84_000),
        ("kwd", "12.345", 12_345),
        ("isk", "15000", 1_500_000),
    ],
)
def test_a_total_is_typed_as_people_write_it(currency, typed, kept, hired):
    booking = ReservationFactory(currency=currency)

    hired(Role.FRONT_DESK).post(page(booking), stay_fields(booking, total=typed))

    booking.refresh_from_db()
    assert booking.total == kept


@pytest.mark.parametrize(
    ("currency", "typed"),
    [
        ("eur", "10.245"),
        ("jpy", "84000.5"),
        ("kwd", "1.2345"),
        ("eur", "-1"),
        ("eur", "NaN"),
        ("eur", "1e5000"),
        ("eur", "99999999999999999999"),
        ("eur", "92233720368547758.08"),
        ("eur", "a lot"),
        ("eur", ""),
    ],
)
def test_what_is_no_amount_is_refused_in_words(currency, typed, hired):
    booking = ReservationFactory(currency=currency)

    answer = hired(Role.FRONT_DESK).post(page(booking), stay_fields(booking, total=typed))

    booking.refresh_from_db()
    assert booking.total == 120_000
    assert answer.context["adminform"].form.errors["total"]


def test_the_form_shows_amounts_as_they_are_typed(hired):
    client = hired(Role.MANAGER)

    for currency, typed in (("eur", "1200.00"), ("jpy", "120000"), ("kwd", "120.000")):
        booking = ReservationFactory(currency=currency, total=120_000)
        form = client.get(page(booking)).context["adminform"].form
        assert str(form["total"].value()) == typed


def test_saving_a_form_untouched_changes_nothing(booking, hired):
    before = Reservation.objects.values().get()

    hired(Role.MANAGER).post(page(booking), stay_fields(booking))

    assert Reservation.objects.values().get() == before


def test_what_the_hotel_changes_counts_at_once(stripe, booking, hired):
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(booking)))
    client = hired(Role.FRONT_DESK)

    client.post(page(booking), stay_fields(booking, total="1500.00"))
    booking.refresh_from_db()
    assert (booking.payment_status, booking.balance) == ("partially_paid", 30_000)

    client.post(page(booking), stay_fields(booking, total="1500", paid_elsewhere="300"))
    booking.refresh_from_db()
    assert (booking.payment_status, booking.balance) == ("paid", 0)


def test_money_that_came_while_the_form_was_open_stays(stripe, booking, hired):
    """The form writes what was typed alone."""
    client = hired(Role.FRONT_DESK)
    fields = stay_fields(booking, room="204")
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(booking)))

    client.post(page(booking), fields)

    booking.refresh_from_db()
    assert (booking.room, booking.payment_status) == ("204", "paid")


def test_a_booking_is_made(hired):
    house = PropertyFactory()
    guest = Guest.objects.create(organization=house.organization, name="New")
    fields = {
        "code": "HB-1",
        "status": "confirmed",
        "property": house.pk,
        "guest": guest.pk,
        "arrival": "2026-12-05",
        "departure": "2026-12-09",
        "currency": "KWD",
        "total": "12.345",
        "paid_elsewhere": "0",
    }

    hired(Role.FRONT_DESK).post(reverse("admin:reservations_reservation_add"), fields)

    made = Reservation.objects.get()
    assert (made.organization, made.currency, made.total) == (house.organization, "kwd", 12_345)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("departure", "2026-12-01"),
        ("code", "HB-0001"),
        ("code", ""),
        ("arrival", "tomorrow"),
        ("guest", "00000000-0000-4000-8000-000000000000"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(field, value, booking, hired):
    ReservationFactory(code="HB-0001")

    answer = hired(Role.MANAGER).post(page(booking), stay_fields(booking, **{field: value}))

    assert field in answer.context["adminform"].form.errors


def test_figures_and_currency_are_not_for_typing(booking, hired):
    fields = stay_fields(booking, currency="jpy", paid_amount="999", payment_status="paid")

    hired(Role.OWNER).post(page(booking), fields)

    booking.refresh_from_db()
    assert (booking.currency, booking.paid_amount, booking.payment_status) == ("eur", 0, "unpaid")


# Why it stands as it does ------------------------------------------------


@pytest.mark.parametrize(
    ("scenario", "sentence"),
    [
        (None, "Stripe has told of no payment for this booking. €1,200.00 is due."),
        ("deposit_and_balance", "All that the stay costs has come."),
        ("declined", "The guest tried to pay and was declined. €1,200.00 is due."),
        ("hold", "€240.00 is held on the guest&#x27;s card and has not been taken."),
        ("hold_canceled", "Every payment for this booking was canceled, or its hold let go."),
        ("full_refund", "Everything that came, €1,200.00, went back to the guest."),
        ("hold_partial_capture", "€120.00 has come, €1,080.00 is due."),
        ("sepa_debit_under_way", "A payment is under way and counts when Stripe says"),
    ],
)
def test_a_booking_says_why_it_stands_as_it_does(scenario, sentence, stripe, booking, hired):
    if scenario:
        stripe.sends(SCENARIOS[scenario].events(stay_of(booking)))

    assert sentence in shown(hired(Role.FRONT_DESK), booking)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_has_a_reason_and_a_history(scenario, stripe, booking, hired):
    stripe.sends(SCENARIOS[scenario].events(stay_of(booking)))

    text = shown(hired(Role.READ_ONLY), booking)

    for payment in Payment.objects.filter(reservation=booking):
        for row in (payment, *payment.charges.all(), *payment.children.all()):
            assert page(row) in text


def test_a_release_is_told_from_a_refund(stripe, booking, hired):
    stripe.sends(SCENARIOS["hold_canceled"].events(stay_of(booking)))

    text = shown(hired(Role.FRONT_DESK), booking)

    assert "Release of a hold: no money moved." in text


def test_open_alerts_stand_on_the_booking(stripe, booking, hired):
    stripe.sends(SCENARIOS["two_partial_refunds"].events(stay_of(booking)))
    alert = Alert.objects.get(kind="refund_failed")

    text = shown(hired(Role.FRONT_DESK), booking)

    assert "A refund did not reach the guest" in text
    assert page(alert) in text


def test_unmatched_money_of_the_very_sum_is_pointed_out(stripe, booking, hired):
    stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(booking)))
    loose = Payment.objects.get(reservation=None)
    Reservation.objects.filter(pk=booking.pk).update(total=loose.amount_received)

    text = shown(hired(Role.MANAGER), booking)

    assert "exactly what this booking still owes" in text
    assert page(loose) in text


def test_a_guest_whose_name_is_markup_is_text(stripe, booking, root):
    Guest.objects.update(name="<script>alert(3)</script>=1+1")
    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(booking)))

    for address in (
        page(booking),
        page(Payment.objects.first()),
        reverse("admin:payments_paymenttransaction_changelist"),
        reverse("admin:reservations_reservation_changelist"),
        reverse("admin:reservations_guest_changelist"),
    ):
        text = root.get(address).content.decode()
        assert "<script>alert(3)" not in text
        assert "&lt;script&gt;alert(3)" in text
