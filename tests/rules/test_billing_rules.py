"""What a hotel hears of its own plan."""

from django.utils import timezone

from payments.models import Notification
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.support.stories import tell


def test_a_plan_that_runs_out_is_told_before_it_has(stripe, booking):
    tell(stripe, "schedule_expiring", booking)

    assert Notification.objects.filter(kind="schedule_expiring").exists()


def test_a_plan_that_ran_out_long_ago_is_not_told_as_running_out(stripe, booking):
    past = int(timezone.now().timestamp()) - 800 * 86_400
    stripe.sends(SCENARIOS["schedule_expiring"].events(stay_of(booking, start=past)))

    assert not Notification.objects.filter(kind="schedule_expiring").exists()
