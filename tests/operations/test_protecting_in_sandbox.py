"""Disputes, warnings, reviews and cards as a stand-in for Stripe's own test mode answers."""

import pytest

from payments.models import Dispute, EarlyFraudWarning, PaymentMethod, Review
from payments.operations.customers import payment_methods
from payments.operations.protection import disputes, fraud_warnings, reviews, submissions
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
