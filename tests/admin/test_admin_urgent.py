"""What somebody must act on comes first: on a record, in a list, on the first page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.models import Membership, Role
from payments.models import Alert, Charge, Dispute, EarlyFraudWarning, Payment, Refund, Severity
from payments.operations import alerts
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import PropertyFactory
from tests.support.admin import listed, page

TO_DO = "To know before you act"


def tell(stripe, booking, *names):
    for name in names:
        stripe.sends(SCENARIOS[name].events(stay_of(booking)))


def text_of(client, row):
    return client.get(page(row)).content.decode()


def test_a_record_says_what_is_to_be_done_about_it_and_who_is_on_it(stripe, booking, hired):
    tell(stripe, booking, "fraud_warning_before_arrival")
    client = hired(Role.MANAGER)
    warning, alert = EarlyFraudWarning.objects.get(), Alert.objects.get(kind="fraud_warning")

    before = text_of(client, warning)
    alerts.acknowledge([alert.pk], by=Membership.objects.get().user)
    after = text_of(client, warning)

    assert TO_DO in before
    assert page(alert) in before
    assert "Nobody is on it yet." in before
    assert f"{Membership.objects.get().user} is on it since" in after


def test_a_payment_tells_of_what_belongs_to_it(stripe, booking, hired):
    tell(stripe, booking, "two_partial_refunds")
    (alert,) = Alert.objects.filter(kind="refund_failed", closed_at=None)

    text = text_of(hired(), Payment.objects.get())

    assert page(alert) in text


def test_an_attempt_tells_of_the_dispute_about_it(stripe, booking, hired):
    tell(stripe, booking, "dispute_due_tomorrow")
    alert = Alert.objects.get(kind__startswith="evidence")

    assert page(alert) in text_of(hired(), Charge.objects.get())


def test_what_is_over_asks_for_nothing(stripe, booking, hired):
    tell(stripe, booking, "fraud_warning_before_arrival")
    Alert.objects.update(closed_at=timezone.now())

    assert TO_DO not in text_of(hired(), EarlyFraudWarning.objects.get())


def test_a_record_that_stripe_contradicts_says_so_first(stripe, booking, hired):
    tell(stripe, booking, "two_partial_refunds")
    Refund.objects.update(conflict=True)

    text = text_of(hired(), Refund.objects.first())

    assert text.index("Not certain") < text.index("In short")
    assert "Look at it in the Stripe dashboard before you act on it." in text


def test_nobody_reads_alerts_of_a_house_that_is_not_theirs(stripe, booking, hired):
    tell(stripe, booking, "fraud_warning_before_arrival")
    Alert.objects.update(property=PropertyFactory(slug="seaside"))

    text = text_of(hired(houses=[booking.property]), EarlyFraudWarning.objects.get())

    assert TO_DO not in text


def test_the_dispute_that_waits_for_the_hotel_stands_first(stripe, booking, hired):
    tell(stripe, booking, "dispute_due_tomorrow", "two_disputes_on_one_charge")
    with_the_bank = Dispute.objects.filter(status="under_review")
    assert with_the_bank.update(evidence_due_by=timezone.now() - timedelta(days=3))

    rows = hired().get(listed(Dispute)).context["cl"].result_list

    assert rows[0].status == "needs_response"
    assert "under_review" in {row.status for row in rows}


@pytest.mark.parametrize("newest", Severity)
def test_the_first_page_shows_the_most_urgent_first(newest, stripe, booking, hired):
    tell(stripe, booking, "fraud_warning_before_arrival", "dispute_won", "two_partial_refunds")
    Alert.objects.all().update(closed_at=timezone.now())
    chosen = list(Alert.objects.order_by("id")[:3])
    rest = [each for each in (Severity.SECURITY, Severity.WARNING, Severity.INFO) if each != newest]
    for alert, severity in zip(chosen, [*rest[:2], newest], strict=True):
        Alert.objects.filter(pk=alert.pk).update(severity=severity, closed_at=None)

    shown = hired().get(reverse("admin:index")).context["alerts"]

    order = [Severity.SECURITY, Severity.CRITICAL, Severity.WARNING, Severity.INFO]
    expected = sorted([*rest[:2], newest], key=order.index)
    urls = {page(alert): Alert.objects.get(pk=alert.pk).severity for alert in chosen}
    assert [urls[each["url"]] for each in shown] == expected
    assert all(booking.code in each["about"] for each in shown)
