"""What a hotel hears of its Stripe account."""

from datetime import timedelta

from django.utils import timezone

from payments.models import Alert, Notification
from sandbox import objects
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of


def test_a_bank_account_that_begins_to_get_the_payouts_is_said_again(stripe):
    bank = objects.bank_account(id="ba_1", account="acct_harbour", last4="0013")
    for number, default in enumerate([False, True, True]):
        seen = bank | {"default_for_currency": default}
        type = f"account.external_account.{'updated' if number else 'created'}"
        stripe.tells(type, seen, created=1_793_620_800 + number)

    alerts = Alert.objects.filter(kind="payout_account_changed").order_by("id")
    assert [alert.facts["default"] for alert in alerts] == [False, True]
    assert Notification.objects.filter(kind="payout_account_changed").count() == 2


def test_an_account_that_stripe_stops_for_a_moment_is_told_to_nobody(stripe, booking):
    events = SCENARIOS["account_restricted_and_enabled_again"].events(stay_of(booking))
    again = max(n for n, event in enumerate(events) if event["type"] == "capability.updated") - 1
    before = timezone.now()

    stripe.sends(events[:again])
    stopped = Notification.objects.filter(kind__endswith="_stopped")
    assert {mail.state for mail in stopped} == {"waiting"}
    for mail in stopped:
        waits = mail.next_attempt_at - before
        assert timedelta(seconds=60) < waits < timedelta(seconds=120)
    stripe.sends(events[again:])

    assert {mail.state for mail in stopped.all()} == {"dropped"}
    assert not Alert.objects.filter(kind__endswith="_stopped", closed_at=None).exists()
