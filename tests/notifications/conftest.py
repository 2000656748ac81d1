"""A hotel with people to tell, a mail server, and a way to let time pass."""

from datetime import timedelta

import pytest
from django.db.models import F

from payments.models import Notification
from payments.operations import mails
from tests.support.smtp import MailServer


@pytest.fixture
def post_office(settings):
    """A mail server of the tests' own, which the hotel sends its mails to."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 0.5
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield server


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
