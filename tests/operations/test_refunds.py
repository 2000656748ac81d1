"""Money that goes back: of which payments, how much at most, and never twice."""

import threading
from contextlib import suppress

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.errors import Invalid, MayNot, NotAsThingsStand
from payments.models import OutgoingRequest, Refund
from payments.operations import amounts, outcome
from payments.operations.payments import refunds
from payments.outgoing import keeping
from payments.records import bookings
from sandbox import objects
from tests.operations.conftest import makes_refunds


def refundable(booking):
    (folio,) = bookings.folios([booking])
    return refunds.refundable(folio)


def figures(booking):
    booking.refresh_from_db()
    return booking.refunded_amount, booking.balance


def test_a_refund_is_of_the_charge_that_took_the_money(wire, paid, stay, finance, booking):
    payment = paid(100_000)
    wire.answers = makes_refunds()

    (refund,) = refunds.issue(
        booking=stay(), amount=25_000, reason="requested_by_customer", by=finance
    )

    assert (refund.status, refund.amount, refund.payment.pk) == ("succeeded", 25_000, payment.pk)
    (asked,) = wire.asked
    assert (asked.account, asked.key) == ("acct_harbour", str(refund.pk))
    assert asked.form["charge"] == payment.latest_charge
    assert asked.form["metadata[transactionId]"] == str(refund.pk)
    assert figures(booking) == (25_000, 45_000)


def test_the_newest_payment_goes_back_first(wire, paid, stay, finance):
    paid(50_000, at=1_800_000_000)
    paid(30_000, at=1_900_000_000)
    wire.answers = makes_refunds()
    made = refunds.issue(booking=stay(), amount=60_000, by=finance)
    assert [refund.amount for refund in made] == [30_000, 30_000]
    assert made[0].payment.amount == 30_000


def test_somebody_may_say_which_payments(wire, paid, stay, finance):
    first, second = paid(50_000), paid(30_000)
    wire.answers = makes_refunds()
    parts = [refunds.Part(first.pk, 20_000), refunds.Part(second.pk, 5_000)]
    made = refunds.issue(booking=stay(), amount=25_000, parts=parts, by=finance)
    assert {refund.payment.pk: refund.amount for refund in made} == {
        first.pk: 20_000,
        second.pk: 5_000,
    }


def test_parts_add_up_or_nothing_is_asked(wire, paid, stay, finance):
    payment = paid(50_000)
    for parts in ([], [refunds.Part(payment.pk, 1)], [refunds.Part(payment.pk, 5_000)] * 2):
        with pytest.raises(Invalid) as refusal:
            refunds.issue(booking=stay(), amount=10_000, parts=parts, by=finance)
        assert refusal.value.field == "payments"
    assert not wire.asked


def test_no_more_goes_back_than_came_counting_what_is_under_way(wire, paid, stay, finance):
    paid(50_000)
    wire.answers = lambda asked: None
    (promised,) = refunds.issue(booking=stay(), amount=30_000, by=finance)
    assert promised.status == "promised"
    with pytest.raises(NotAsThingsStand) as refusal:
        refunds.issue(booking=stay(), amount=20_001, by=finance)
    assert refusal.value.code == "amount_too_large"
    assert "€200.00" in str(refusal.value)
    wire.answers = makes_refunds()
    assert refunds.issue(booking=stay(), amount=20_000, by=finance)
    keeping.keep_due(early=True)
    assert {refund.status for refund in Refund.objects.all()} == {"succeeded"}


def test_what_is_promised_shows_as_under_way(wire, paid, stay, finance, booking):
    paid(50_000)
    wire.answers = lambda asked: None
    refunds.issue(booking=stay(), amount=30_000, by=finance)
    (left,) = refundable(stay())
    assert left.amount == 20_000
    assert figures(booking) == (0, 70_000)  # counts when Stripe says so


def test_a_refund_that_stripe_refuses_blocks_nothing(wire, paid, stay, finance, booking):
    paid(50_000)
    said = {"type": "invalid_request_error", "code": "balance_insufficient", "message": "No money."}
    wire.answers = lambda asked: (400, {"error": said})
    with pytest.raises(NotAsThingsStand) as refusal:
        refunds.issue(booking=stay(), amount=30_000, lower_total=True, by=finance)
    assert refusal.value.code == "refused_by_stripe"
    (left,) = refundable(stay())
    assert left.amount == 50_000
    booking.refresh_from_db()
    assert booking.total == 120_000


def test_a_goodwill_refund_lowers_what_the_stay_owes(wire, paid, stay, finance, booking):
    paid(120_000)
    wire.answers = makes_refunds()
    refunds.issue(booking=stay(), amount=20_000, lower_total=True, by=finance)
    booking.refresh_from_db()
    assert (booking.total, booking.balance, booking.payment_status) == (100_000, 0, "paid")


def test_a_disputed_payment_is_not_refunded(wire, paid, stay, stripe, finance):
    payment = paid(50_000)
    stripe.tells(
        "charge.dispute.created",
        objects.dispute(
            amount=50_000, charge=payment.latest_charge, payment_intent=payment.stripe_id
        ),
    )
    with pytest.raises(NotAsThingsStand) as refusal:
        refunds.issue(booking=stay(), amount=10_000, by=finance)
    assert refusal.value.code == "in_dispute"
    assert not wire.asked


def test_the_front_desk_refunds_up_to_the_limit(wire, paid, stay, desk, finance, booking):
    booking.organization.limits = {"charge": None, "refund": 10_000}
    booking.organization.save()
    paid(50_000)
    wire.answers = makes_refunds()
    with pytest.raises(MayNot) as refusal:
        refunds.issue(booking=stay(), amount=10_001, by=desk)
    assert refusal.value.code == "above_limit"
    assert refunds.issue(booking=stay(), amount=10_000, by=desk)
    assert refunds.issue(booking=stay(), amount=20_000, by=finance)


@given(data=st.data())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_asked_no_charge_gives_back_more_than_it_took(
    wire, paid, stay, finance, data, booking
):
    """Refunds of any amount, answered in any way, in any number."""
    sums = data.draw(st.lists(st.integers(1, 60_000), min_size=1, max_size=3))
    payments = [paid(amount) for amount in sums]
    answers = {
        "done": makes_refunds(),
        "pending": makes_refunds("pending"),
        "failed": makes_refunds("failed"),
        "lost": lambda asked: None,
        "refused": lambda asked: (400, {"error": {"message": "No.", "code": "nope"}}),
    }
    for _ in range(data.draw(st.integers(1, 6))):
        wire.answers = answers[data.draw(st.sampled_from(sorted(answers)))]
        asked = data.draw(st.integers(1, sum(sums)))
        with suppress(amounts.AmountTooLarge, outcome.RefusedByStripe):
            refunds.issue(booking=stay(), amount=asked, by=finance)
    wire.answers = makes_refunds()
    keeping.keep_due(early=True)
    assert not OutgoingRequest.objects.filter(state="promised").exists()
    for payment in payments:
        alive = Refund.objects.filter(payment=payment).exclude(
            status__in=["failed", "canceled", "refused"]
        )
        assert sum(refund.amount for refund in alive) <= payment.amount


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_refunds_at_once_give_back_no_more_than_came(wire, paid, stay, finance):
    paid(50_000)
    wire.answers = makes_refunds()
    refused, start = [], threading.Barrier(20)

    def refund():
        start.wait()
        try:
            refunds.issue(booking=stay(), amount=10_000, by=finance)
        except NotAsThingsStand as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=refund) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["amount_too_large"] * 15
    assert len(wire.asked) == 5
    assert Refund.objects.filter(status="succeeded").count() == 5
