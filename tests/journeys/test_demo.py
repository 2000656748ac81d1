"""The demo that `make run` plays: what the front desk then finds."""

import io
import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from payments.models import Alert
from payments.notifications import messages
from payments.operations import mails
from reservations.models import Reservation
from sandbox import hotel, play
from sandbox.scenarios import SCENARIOS
from tests.notifications.conftest import later
from tests.support.stripe import Stripe

# They depend on the day: a hold that runs out within two, a card within the month, a stay canceled.
NOT_SHOWN = {"hold_expires", "card_expires", "paid_canceled"}

# What only a request of ours, a server that is away, or days of silence bring.
NOT_OF_STRIPES_EVENTS = {
    *("request_refused", "request_waits", "evidence_handed_in", "evidence_missed"),
    *("deliveries_fail", "endpoint_differs", "account_silent"),
}


@pytest.fixture
def demo(db, settings, tmp_path):
    """The demo hotel, with every story told as it is when it has just ended."""
    settings.EMAIL_BACKEND = "pms.mail.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    stripe = Stripe()
    document = tmp_path / "hotel.json"
    document.write_text(json.dumps(hotel.document(timezone.now())))
    call_command("load_hotel", document, stdout=io.StringIO())
    for each in SCENARIOS.values():
        slug, code = hotel.booking_for(each.name)
        booking = Reservation.objects.get(code=code, organization__slug=slug)
        stripe.sends(play.ending_now(each, play.stay_of(booking)))


def standing():
    """Return the alerts that stand, by kind."""
    return set(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))


@pytest.mark.usefixtures("demo")
def test_the_demo_shows_something_of_everything_that_stripe_may_tell():
    mails.deliver()
    assert "mail_undeliverable" not in standing()
    for _ in range(2):  # an address that nobody has is tried again, for some minutes
        later(minutes=2)
        mails.deliver()

    assert set(messages.MESSAGES) - standing() == NOT_SHOWN | NOT_OF_STRIPES_EVENTS
