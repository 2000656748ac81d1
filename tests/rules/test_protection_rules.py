"""What a hotel hears of disputes as time passes."""

from datetime import timedelta

from django.utils import timezone

from payments import timed
from payments.models import Alert, Dispute
from sandbox.play import ending_now
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.support.stories import tell


def open_alerts():
    return sorted(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))


def test_a_dispute_that_nobody_answered_is_said_as_soon_as_the_time_is_over(stripe, booking):
    tell(stripe, "dispute_due_tomorrow", booking)
    assert open_alerts() == ["evidence_due"]
    timed.notice_missed_evidence(timezone.now())
    assert open_alerts() == ["evidence_due"]

    for _ in range(2):
        timed.notice_missed_evidence(timezone.now() + timedelta(hours=21))

    assert open_alerts() == ["evidence_missed"]
    assert Alert.objects.get(kind="evidence_missed").reservation == booking


def test_a_deadline_that_moved_is_another_alert(stripe, booking):
    for event in ending_now(SCENARIOS["dispute_due_tomorrow"], stay_of(booking)):
        stripe.sends([event])

    (moved,) = Alert.objects.filter(kind="evidence_due", closed_at=None)
    assert moved.detail == Dispute.objects.get().evidence_due_by.isoformat()
    assert Alert.objects.filter(kind="evidence_due").exclude(closed_at=None).count() == 1
