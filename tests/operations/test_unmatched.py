"""Attaching money to a booking: what follows, what is refused, and what no later event undoes."""

import threading
import time

import pytest
from django.db import connection

from payments.models import Alert, Charge, Payment, Refund
from payments.operations.payments import unmatched
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import MembershipFactory, ReservationFactory


@pytest.fixture
def manager(db):
    return MembershipFactory().user


def loose_story(name, booking, **fields):
    """Return the events of a story whose payments name no booking."""
    events = SCENARIOS[name].events(stay_of(booking, **fields))
    for event in events:
        event["data"]["object"]["metadata"] = {}
    return events


def test_charges_and_refunds_follow_their_payment(stripe, booking, manager):
    stripe.sends(loose_story("two_partial_refunds", booking))

    unmatched.attach(payment=Payment.objects.get(), reservation=booking, by=manager)

    for model in (Payment, Charge, Refund):
        for row in model.objects.all():
            assert row.reservation_id == booking.pk
            assert row.property_id == booking.property_id
    booking.refresh_from_db()
    assert booking.payment_status == "partially_refunded"
    assert booking.refunded_amount == 12_000


def test_no_later_event_moves_it_again(stripe, booking, manager):
    events = loose_story("full_refund", booking)
    paid = next(n for n, e in enumerate(events) if e["type"] == "payment_intent.succeeded")
    stripe.sends(events[: paid + 1])
    unmatched.attach(payment=Payment.objects.get(), reservation=booking, by=manager)

    stripe.sends(events[paid + 1 :])

    booking.refresh_from_db()
    assert booking.payment_status == "refunded"
    assert Payment.objects.get().bound_by == "staff"


def test_a_hint_that_comes_later_does_not_outrank_staff(stripe, booking, manager):
    other = ReservationFactory(code="HB-9")
    stripe.sends(loose_story("deposit_and_balance", booking))
    for payment in Payment.objects.all():
        unmatched.attach(payment=payment, reservation=other, by=manager)

    stripe.sends(SCENARIOS["deposit_and_balance"].events(stay_of(booking)))

    other.refresh_from_db()
    booking.refresh_from_db()
    assert (other.paid_amount, booking.paid_amount) == (120_000, 0)


def test_taken_back_it_follows_its_own_hint_again(stripe, booking, manager):
    other = ReservationFactory(code="HB-9")
    events = SCENARIOS["extra_charge"].events(stay_of(booking))
    stripe.sends(loose_story("extra_charge", booking))
    payment = Payment.objects.order_by("amount").last()
    unmatched.attach(payment=payment, reservation=other, by=manager)
    stripe.tells("payment_intent.succeeded", _object(events, payment.stripe_id), created=2**31)

    unmatched.detach(payment=payment, by=manager)

    payment.refresh_from_db()
    assert (payment.reservation_id, payment.bound_by) == (booking.pk, "metadata")
    booking.refresh_from_db()
    other.refresh_from_db()
    assert (booking.paid_amount, other.paid_amount) == (120_000, 0)


def _object(events, stripe_id):
    return next(
        event["data"]["object"]
        for event in reversed(events)
        if event["data"]["object"]["id"] == stripe_id
    )


def test_what_is_between_the_organization_and_the_platform_is_no_guests_money(
    stripe, booking, manager
):
    stripe.sends(loose_story("deposit_and_balance", booking))
    payment = Payment.objects.first()
    Payment.objects.update(account="")
    payment.refresh_from_db()

    with pytest.raises(unmatched.CannotAttach, match="platform"):
        unmatched.attach(payment=payment, reservation=booking, by=manager)


def test_money_in_another_currency_is_attached_and_raised(stripe, booking, manager):
    yen = ReservationFactory(code="HB-9", currency="jpy")
    stripe.sends(loose_story("dashboard_payment", booking))

    unmatched.attach(payment=Payment.objects.get(), reservation=yen, by=manager)

    yen.refresh_from_db()
    assert yen.paid_amount == 0
    assert Alert.objects.get(kind="currency_differs").reservation_id == yen.pk


def test_an_alert_stands_with_the_booking_that_its_payment_is_of_now(stripe, booking, manager):
    six_days_ago = int(time.time()) - 6 * 86_400
    stripe.sends(loose_story("hold", booking, start=six_days_ago))
    payment = Payment.objects.get()
    ending = Alert.objects.get(kind="hold_expires")
    assert ending.reservation_id is None

    unmatched.attach(payment=payment, reservation=booking, by=manager)
    ending.refresh_from_db()
    assert (ending.reservation_id, ending.property_id) == (booking.pk, booking.property_id)

    unmatched.detach(payment=payment, by=manager)
    ending.refresh_from_db()
    assert (ending.reservation_id, ending.property_id) == (None, None)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_attach_at_once_one_wins_and_no_money_counts_twice(stripe, manager):
    bookings = [ReservationFactory(), ReservationFactory()]
    stripe.sends(loose_story("dashboard_payment", bookings[0]))
    payment, ready, ends = Payment.objects.get(), threading.Barrier(2), []

    def click(reservation):
        try:
            ready.wait(10)
            unmatched.attach(payment=payment, reservation=reservation, by=manager)
            ends.append("attached")
        except unmatched.CannotAttach:
            ends.append("refused")
        finally:
            connection.close()

    people = [threading.Thread(target=click, args=[booking]) for booking in bookings]
    for person in people:
        person.start()
    for person in people:
        person.join(20)

    assert sorted(ends) == ["attached", "refused"]
    for booking in bookings:
        booking.refresh_from_db()
    assert sorted(booking.paid_amount for booking in bookings) == [0, 120_000]
