"""What a hotel hears of disputes and warnings, as time passes, whatever Stripe has told."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from payments import timed
from payments.models import Alert, Dispute, Notification
from payments.notifications import messages
from payments.operations import mails
from payments.operations.protection import evidence
from sandbox import objects
from sandbox.objects.protection import evidence_details
from sandbox.play import ending_now
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import MembershipFactory
from tests.support.stories import tell


def open_alerts():
    return sorted(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))


def test_a_dispute_that_nobody_answered_is_said_as_soon_as_the_time_is_over(stripe, booking):
    tell(stripe, "dispute_due_tomorrow", booking)
    assert open_alerts() == ["evidence_due"]
    timed.notice_missed_evidence(timezone.now())
    assert open_alerts() == ["evidence_due"]

    for _ in range(2):
        timed.notice_missed_evidence(timezone.now() + timedelta(hours=25))

    assert open_alerts() == ["evidence_missed"]
    assert Alert.objects.get(kind="evidence_missed").reservation == booking


def test_a_deadline_that_moved_is_another_alert(stripe, booking):
    for event in ending_now(SCENARIOS["dispute_due_tomorrow"], stay_of(booking)):
        stripe.sends([event])

    (moved,) = Alert.objects.filter(kind="evidence_due", closed_at=None)
    assert moved.detail == Dispute.objects.get().evidence_due_by.isoformat()
    assert Alert.objects.filter(kind="evidence_due").exclude(closed_at=None).count() == 1


def test_a_dispute_of_money_that_no_payment_intent_took_is_said_at_once(stripe, settings):
    """Other software of the hotel's may still make charges without one."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    MembershipFactory(user__email="manager@example.com")
    due = timezone.now() + timedelta(days=14)
    taken = objects.charge(payment_intent=None, amount=30_000)
    disputed = objects.dispute(
        charge=taken["id"],
        payment_intent=None,
        amount=30_000,
        evidence_details=evidence_details(int(due.timestamp())),
        balance_transactions=[objects.balance_transaction(amount=-30_000)],
    )
    stripe.tells("charge.dispute.created", disputed)
    stripe.tells("charge.succeeded", taken)

    mails.deliver()

    alert = Alert.objects.get(kind="evidence_due")
    assert (alert.object_id, alert.closed_at) == (disputed["id"], None)
    sent = Notification.objects.filter(state="sent").values_list("kind", flat=True)
    assert sorted(sent) == ["dispute_funds_moved", "dispute_opened"]
    assert all("€300.00" in each.subject + each.body for each in mail.outbox)

    stripe.tells("charge.dispute.closed", disputed | {"status": "won"}, created=2_000_000_000)

    alert.refresh_from_db()
    assert alert.closed_at is not None


def test_what_a_bank_names_in_another_currency_is_told_in_what_the_guest_paid(stripe, booking):
    paid = objects.payment_intent(
        status="succeeded",
        amount=30_000,
        amount_received=30_000,
        metadata={"reservationId": booking.code},
    )
    taken = objects.charge(payment_intent=paid["id"], amount=30_000)
    took = objects.balance_transaction(amount=-33_000, currency="usd")
    disputed = objects.dispute(
        charge=taken["id"],
        amount=33_000,
        currency="usd",
        status="lost",
        balance_transactions=[took],
    )
    stripe.tells("payment_intent.succeeded", paid)
    stripe.tells("charge.succeeded", taken)
    stripe.tells("charge.dispute.closed", disputed)

    facts = Notification.objects.get(kind="dispute_closed").facts
    told = [facts[name] for name in ("amount", "held", "back", "currency")]
    assert told == [30_000, 30_000, 0, "eur"]
    said = evidence.composed(Dispute.objects.get())
    assert "Paid €300.00 by Visa" in said["access_activity_log"]


def test_a_dispute_without_a_deadline_is_said_all_the_same(stripe):
    stripe.tells("charge.dispute.created", objects.dispute(evidence_details={"due_by": None}))

    alert = Alert.objects.get(closed_at=None)
    assert (alert.kind, alert.severity, alert.detail) == ("evidence_due", "critical", "")
    assert "Send your evidence soon." in messages.sentence(alert)


def test_time_runs_out_for_a_dispute_of_no_payment_too(stripe):
    due = timezone.now() + timedelta(hours=5)
    details = evidence_details(int(due.timestamp()))
    taken = objects.charge(payment_intent=None)
    disputed = objects.dispute(charge=taken["id"], payment_intent=None, evidence_details=details)
    stripe.tells("charge.dispute.created", disputed)
    assert open_alerts() == ["evidence_due"]

    assert timed.notice_missed_evidence(due + timedelta(minutes=1)) == 1

    assert open_alerts() == ["evidence_missed"]


@pytest.mark.parametrize("first", [True, False])
def test_its_payment_may_become_known_later_and_nothing_is_said_twice(stripe, booking, first):
    paid = objects.payment_intent(status="succeeded", metadata={"reservationId": booking.code})
    taken = objects.charge(payment_intent=paid["id"])
    about = {"charge": taken["id"], "payment_intent": None}
    told = [
        ("radar.early_fraud_warning.created", objects.early_fraud_warning(**about)),
        ("payment_intent.succeeded", paid),
        ("charge.succeeded", taken),
    ]
    for type, object in told if first else reversed(told):
        stripe.tells(type, object)

    alert = Alert.objects.get(kind="fraud_warning")
    assert (alert.reservation, alert.closed_at) == (booking, None)
    letter = Notification.objects.get(kind="fraud_warning_received")
    assert letter.reservation == booking


def test_a_warning_that_overtakes_its_charge_can_still_be_acted_on(stripe, booking):
    paid = objects.payment_intent(
        status="succeeded", amount=30_000, metadata={"reservationId": booking.code}
    )
    taken = objects.charge(payment_intent=paid["id"], amount=30_000)
    warned = objects.early_fraud_warning(charge=taken["id"], payment_intent=paid["id"])
    stripe.tells("payment_intent.succeeded", paid)
    stripe.tells("radar.early_fraud_warning.created", warned)

    letter = Notification.objects.get(kind="fraud_warning_received")
    assert letter.facts["decidable"] is True
    assert letter.facts["amount"] == 30_000
    assert Alert.objects.get(kind="fraud_warning").facts["refundable"] is None

    stripe.tells("charge.succeeded", taken)

    alert = Alert.objects.get(kind="fraud_warning")
    assert (alert.facts["refundable"], alert.closed_at) == (30_000, None)
