"""Disputes, warnings, reviews and cards as a stand-in for Stripe's own test mode answers."""

import time

import pytest
import stripe as sdk

from organizations.models import Role
from payments.models import ConnectedAccount, Dispute, EarlyFraudWarning, PaymentMethod, Review
from payments.operations.customers import payment_methods
from payments.operations.protection import disputes, fraud_warnings, reviews, submissions
from sandbox.server.web import Sandbox
from tests.factories import MembershipFactory
from tests.sandbox.test_sandbox_delivery import control

HARBOUR = "acct_1HarbourHotels00"


@pytest.fixture
def far(stripe, settings):
    """A sandbox that our operations ask, and that is asked what happened by a test."""
    ConnectedAccount.objects.update(stripe_id=HARBOUR, account=HARBOUR)
    with Sandbox(port=0, seed="tests") as server:
        server.start()
        settings.STRIPE_SECRET_KEY = "sk_test_of_the_tests"
        settings.STRIPE_API_BASE = server.url
        yield Far(server, stripe)


class Far:
    """The sandbox with the guest's side of it, and its events brought to us in order."""

    def __init__(self, server, ours):
        self.server, self.ours, self.seen = server, ours, set()
        bases = dict.fromkeys(("api", "files", "connect"), server.url)
        self.client = sdk.StripeClient("sk_test_guest", base_addresses=bases)

    def tell(self, *wanted):
        """Bring us every event that we have not had, once those of these types are there."""
        end = time.monotonic() + 5
        while True:
            found = self.client.v1.events.list({"limit": 100}, {"stripe_account": HARBOUR}).data
            new = [each for each in reversed(found) if each.id not in self.seen]
            if {*wanted} <= {each.type for each in new}:
                break
            assert time.monotonic() < end, f"{wanted} did not come"
            time.sleep(0.02)
        self.seen |= {each.id for each in new}
        self.ours.sends([{**each.to_dict(), "account": HARBOUR} for each in new])

    def pays(self, booking, card, *then):
        """Let a guest pay €600.00 of a booking with one of Stripe's test cards."""
        intent = self.client.v1.payment_intents.create(
            {
                "amount": 60_000,
                "currency": "eur",
                "payment_method": card,
                "confirm": True,
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "metadata": {
                    "reservationId": str(booking.pk),
                    "orgId": str(booking.organization_id),
                },
            },
            {"stripe_account": HARBOUR},
        )
        self.tell(*then)
        return intent


@pytest.fixture
def finance(booking):
    """Somebody in finance of the booking's hotel."""
    return MembershipFactory(role=Role.FINANCE, organization=booking.organization).user


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
