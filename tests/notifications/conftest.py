"""A way to let time pass for mails."""

from datetime import timedelta

from django.db.models import F

from payments.models import Notification
from payments.operations import mails


def later(**passed):
    """Let time pass for all that waits."""
    waiting = Notification.objects.filter(state="waiting")
    waiting.update(next_attempt_at=F("next_attempt_at") - timedelta(**passed))


def deliver_all():
    """Deliver whatever is due, and whatever would be due in an hour."""
    later(hours=1)
    while mails.deliver():
        later(hours=1)


def states():
    """Return every mail that was ever owed, with where it stands."""
    return sorted(Notification.objects.values_list("kind", "state"))
