"""What a hotel hears of payments: raised once, closed when it is no longer true."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments import timed
from payments.models import Alert, Notification, Payment, Severity, WebhookEvent
from payments.webhooks.replaying import replay
from reservations.models import Reservation
from sandbox import objects
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of


def days_ago(days):
    return int((timezone.now() - timedelta(days=days)).timestamp())


def open_alerts():
    return sorted(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))


def test_a_hold_that_runs_out_in_two_days_is_said_when_time_has_come(stripe, booking):
    stripe.sends(SCENARIOS["hold"].events(stay_of(booking, start=days_ago(2))))
    assert open_alerts() == []

    for _ in range(2):
        timed.warn_of_expiring_holds(timezone.now() + timedelta(days=4))

    alert = Alert.objects.get()
    assert (alert.kind, alert.severity) == ("hold_expires", Severity.CRITICAL)
    assert alert.reservation == booking
    assert alert.facts["amount"] == 24_000


def test_a_card_held_at_the_desk_has_a_day_too(stripe, booking):
    details = {"type": "card_present", "card_present": {"capture_before": days_ago(-1)}}
    held = objects.charge(captured=False, amount=24_000, payment_method_details=details)
    intent = objects.payment_intent(
        id=held["payment_intent"],
        status="requires_capture",
        amount_capturable=24_000,
        metadata={"reservationId": booking.code},
    )
    stripe.tells("charge.succeeded", held)
    stripe.tells("payment_intent.amount_capturable_updated", intent)

    assert open_alerts() == ["hold_expires"]


def test_capturing_a_hold_closes_its_warning(stripe, booking):
    events = SCENARIOS["hold_partial_capture"].events(stay_of(booking, start=days_ago(6)))
    captured = next(n for n, event in enumerate(events) if event["type"] == "charge.captured")

    stripe.sends(events[:captured])
    assert open_alerts() == ["hold_expires"]
    stripe.sends(events[captured:])

    assert open_alerts() == []


def test_a_hold_that_ran_out_needs_no_warning_any_more(stripe, booking):
    stripe.sends(SCENARIOS["hold"].events(stay_of(booking, start=days_ago(6))))
    assert open_alerts() == ["hold_expires"]

    timed.warn_of_expiring_holds(timezone.now() + timedelta(days=2))

    assert open_alerts() == []


def test_a_refund_that_the_guests_bank_sent_back_is_said(stripe, booking):
    stripe.sends(SCENARIOS["two_partial_refunds"].events(stay_of(booking)))

    assert open_alerts() == ["refund_failed"]


@pytest.mark.parametrize("name", ["hold_partial_capture", "hold_canceled", "hold_expired"])
def test_a_hold_let_go_is_never_told_as_a_refund_though_its_charge_comes_last(
    name, stripe, booking
):
    events = SCENARIOS[name].events(stay_of(booking))
    assert any(event["type"].startswith("refund.") for event in events)

    for event in sorted(events, key=lambda event: event["type"].startswith("charge.")):
        stripe.sends([event])

    assert not Notification.objects.filter(kind="refund_sent").exists()


def test_a_refund_of_all_that_was_asked_for_is_told_without_its_charge(stripe, booking):
    paid = objects.payment_intent(status="succeeded", metadata={"reservationId": booking.code})
    stripe.tells("payment_intent.succeeded", paid)
    stripe.tells("refund.created", objects.refund(charge="ch_1", payment_intent=paid["id"]))

    assert Notification.objects.filter(kind="refund_sent", state="waiting").count() == 1


def test_money_that_names_no_booking_is_said_and_binding_it_closes_the_alert(stripe, booking):
    stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(booking)))
    assert open_alerts() == ["unmatched_money"]

    seen = WebhookEvent.objects.filter(event_type="payment_intent.succeeded").get().data
    metadata = {"reservationId": booking.code}
    stripe.tells("payment_intent.succeeded", seen | {"metadata": metadata}, created=days_ago(-1))

    assert open_alerts() == []
    booking.refresh_from_db()
    assert booking.payment_status == "paid"


def test_moving_a_payment_to_another_booking_settles_both(stripe, booking):
    stripe.sends(SCENARIOS["decline_retry_success"].events(stay_of(booking)))
    seen = WebhookEvent.objects.filter(event_type="payment_intent.succeeded").get().data
    other = Reservation.objects.create(
        code="HB-2482",
        property=booking.property,
        organization=booking.organization,
        guest=booking.guest,
        arrival=booking.arrival,
        departure=booking.departure,
        currency="eur",
        total=booking.total,
    )

    metadata = {"reservationId": str(other.pk)}
    stripe.tells("payment_intent.succeeded", seen | {"metadata": metadata}, created=days_ago(-1))

    booking.refresh_from_db()
    other.refresh_from_db()
    assert (booking.payment_status, other.payment_status) == ("unpaid", "paid")
    assert {charge.reservation_id for charge in other.charges.all()} == {other.pk}


def test_a_payment_in_another_currency_is_bound_and_said_and_counts_nowhere(stripe, booking):
    intent = objects.payment_intent(
        status="succeeded",
        amount=50_000,
        currency="usd",
        metadata={"reservationId": booking.code},
    )

    stripe.tells("payment_intent.succeeded", intent)

    assert open_alerts() == ["currency_differs"]
    booking.refresh_from_db()
    assert (booking.payment_status, booking.paid_amount) == ("unpaid", 0)


def test_two_ends_that_exclude_each_other_are_said_whatever_their_order(stripe, booking):
    for status in ("canceled", "succeeded"):
        intent = objects.payment_intent(
            status=status, amount=50_000, metadata={"reservationId": booking.code}
        )
        stripe.tells(f"payment_intent.{status}", intent)

    assert open_alerts() == ["contradiction"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_replaying_raises_nothing_twice(name, stripe, booking):
    stripe.sends(SCENARIOS[name].events(stay_of(booking, start=days_ago(1))))
    before = list(Alert.objects.order_by("pk").values())

    replay(WebhookEvent.objects.all())

    assert list(Alert.objects.order_by("pk").values()) == before


def a_card_replaced_under_a_hold(booking):
    name = "card_behind_a_hold_replaced"
    return SCENARIOS[name].events(stay_of(booking, start=days_ago(2)))


@pytest.mark.parametrize("order", [1, -1], ids=["in order", "backwards"])
def test_a_card_that_the_network_replaced_under_a_hold_is_said_on_its_booking(
    order, stripe, booking
):
    for event in a_card_replaced_under_a_hold(booking)[::order]:
        stripe.sends([event])

    alert = Alert.objects.get(kind="card_replaced")
    assert (alert.reservation, alert.closed_at) == (booking, None)


def test_a_hold_and_the_card_behind_it_may_come_in_one_batch(stripe, booking):
    stripe.sends(a_card_replaced_under_a_hold(booking)[::-1])

    assert open_alerts() == ["card_replaced"]


def test_taking_the_held_money_closes_the_alert_about_its_card(stripe, booking):
    events = a_card_replaced_under_a_hold(booking)
    stripe.sends(events)
    held = next(
        event["data"]["object"]
        for event in events
        if event["type"] == "payment_intent.amount_capturable_updated"
    )

    taken = held | {"status": "succeeded", "amount_capturable": 0, "amount_received": 24_000}
    stripe.tells("payment_intent.succeeded", taken)

    assert open_alerts() == []


def test_when_a_payment_was_begun_is_only_shown_and_contradicts_nothing(stripe, booking):
    hinted = {"metadata": {"reservationId": booking.code}}
    first, second = days_ago(1), days_ago(0)
    for at, status in ((first, "processing"), (second, "succeeded")):
        begun = objects.payment_intent(status=status, created=at, **hinted)
        stripe.tells(f"payment_intent.{status}", begun | {"id": "pi_twice"})

    payment = Payment.objects.get()
    assert (payment.conflict, payment.status) == (False, "succeeded")
    assert payment.occurred_at.timestamp() == first
    assert Notification.objects.filter(kind="payment_received").exists()
