"""Disputes, warnings, reviews and cards as a stand-in for Stripe's own test mode answers."""

import pytest

from payments.errors import NotAsThingsStand
from payments.models import (
    Dispute,
    EarlyFraudWarning,
    OutgoingRequest,
    Payment,
    PaymentMethod,
    Refund,
    Review,
)
from payments.operations.customers import payment_methods
from payments.operations.payments import holds
from payments.operations.protection import disputes, fraud_warnings, reviews, submissions
from payments.outgoing import keeping
from tests.operations.conftest import HARBOUR
from tests.sandbox.test_sandbox_delivery import control


@pytest.mark.parametrize(
    ("text", "end"), [("winning_evidence", "won"), ("losing_evidence", "lost")]
)
def test_a_dispute_is_answered_and_decided(far, booking, finance, text, end):
    far.pays(booking, "pm_card_createDispute", "charge.dispute.created")
    dispute = Dispute.objects.get()
    told = {"uncategorized_text": text}
    assert submissions.stage(dispute=dispute, evidence=told, by=finance).staged_at
    submissions.submit(dispute=dispute, by=finance)
    far.tell("charge.dispute.closed")
    dispute.refresh_from_db()
    there = far.client.v1.disputes.retrieve(dispute.stripe_id, {}, {"stripe_account": HARBOUR})
    assert dispute.status == there.status == end


def test_a_dispute_is_accepted(far, booking, finance):
    far.pays(booking, "pm_card_createDispute", "charge.dispute.created")
    assert disputes.accept(dispute=Dispute.objects.get(), by=finance).status == "lost"


def test_a_warning_is_refunded(far, booking, finance):
    far.pays(booking, "pm_card_createIssuerFraudRecord", "radar.early_fraud_warning.created")
    warning = EarlyFraudWarning.objects.get()
    refund = fraud_warnings.refund(warning=warning, by=finance)
    assert (refund.amount, refund.status) == (60_000, "succeeded")
    assert warning.actionable is False
    far.tell()
    booking.refresh_from_db()
    assert booking.refunded_amount == 60_000


def test_a_review_is_refused(far, booking, finance):
    intent = far.pays(booking, "pm_card_visa")
    control(far.server, "review", account=HARBOUR, charge=intent.latest_charge)
    far.tell()
    review = reviews.refuse(review=Review.objects.get(), by=finance)
    assert (review.closed, review.closed_reason) == (True, "refunded_as_fraud")
    far.tell()
    booking.refresh_from_db()
    assert booking.refunded_amount == 60_000


@pytest.fixture
def held_review(far, booking):
    """A hold that Stripe wants somebody to look at."""
    intent = far.pays(booking, "pm_card_visa", capture_method="manual")
    control(far.server, "review", account=HARBOUR, charge=intent.latest_charge)
    far.tell("review.opened")
    booking.refresh_from_db()
    assert booking.authorized_amount == 60_000
    return Review.objects.get()


def test_a_review_of_a_hold_is_refused_and_the_hold_let_go(far, booking, finance, held_review):
    review = reviews.refuse(review=held_review, by=finance)

    assert (review.closed, review.closed_reason) == (True, "canceled")
    intent = far.client.v1.payment_intents.retrieve(
        review.payment.stripe_id, {}, {"stripe_account": HARBOUR}
    )
    assert (intent.status, intent.cancellation_reason) == ("canceled", "fraudulent")
    far.tell("payment_intent.canceled", "review.closed")
    booking.refresh_from_db()
    assert (booking.authorized_amount, booking.paid_amount, booking.refunded_amount) == (0, 0, 0)
    assert not Refund.objects.filter(reason="fraudulent").exists()
    with pytest.raises(NotAsThingsStand) as refusal:
        reviews.refuse(review=review, by=finance)
    assert refusal.value.code == "not_actionable"


def test_a_hold_is_let_go_once_however_often_its_review_is_refused_while_stripe_is_away(
    far, booking, finance, held_review
):
    control(far.server, "faults", rate=1, kinds=["500_after"])
    for _ in range(3):
        assert not reviews.refuse(review=held_review, by=finance).closed
    (promised,) = OutgoingRequest.objects.filter(state="promised")
    assert (promised.kind, promised.params) == ("cancel", {"cancellation_reason": "fraudulent"})

    control(far.server, "faults", rate=0)
    keeping.keep_due(early=True)

    promised.refresh_from_db()
    assert promised.state == "kept"
    far.tell("review.closed")
    held_review.refresh_from_db()
    assert (held_review.closed, held_review.payment.status) == (True, "canceled")


def test_a_review_is_refused_after_a_part_of_the_hold_was_taken(far, booking, finance, held_review):
    holds.capture(payment=Payment.objects.get(), amount=20_000, by=finance)

    assert reviews.refuse(review=held_review, by=finance).closed_reason == "refunded_as_fraud"

    far.tell("review.closed")
    booking.refresh_from_db()
    assert (booking.paid_amount, booking.refunded_amount) == (20_000, 20_000)


def test_a_review_of_a_hold_that_is_being_taken_is_not_refused_beside_it(
    far, booking, finance, held_review
):
    control(far.server, "faults", rate=1, kinds=["429"])
    holds.capture(payment=Payment.objects.get(), by=finance)

    with pytest.raises(NotAsThingsStand) as refusal:
        reviews.refuse(review=held_review, by=finance)

    assert refusal.value.code == "not_cancelable"
    assert OutgoingRequest.objects.get().kind == "capture"


def test_a_card_is_left_chosen_and_taken_off(far, stay, desk):
    begun = payment_methods.setup(booking=stay(), by=desk)
    assert begun.client_secret
    far.client.v1.setup_intents.confirm(
        begun.intent.stripe_id,
        {"payment_method": "pm_card_visa", "return_url": "https://example.com"},
        {"stripe_account": HARBOUR},
    )
    far.tell()
    (card,) = payment_methods.on_file(stay(), desk)
    assert (card.usable, card.default) == (True, False)
    payment_methods.make_default(method=card.method, booking=stay(), by=desk)
    (card,) = payment_methods.on_file(stay(), desk)
    assert card.default
    payment_methods.detach(method=card.method, booking=stay(), by=desk)
    assert payment_methods.on_file(stay(), desk) == []
    assert PaymentMethod.objects.get().detached
