"""An alert is looked after by somebody, and everybody sees by whom and since when."""

import time

import pytest
from django.urls import reverse

from organizations.models import Membership, Role
from payments.models import Alert
from sandbox import objects
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.support.admin import listed, page

NOW = int(time.time())
WORKING = [Role.OWNER, Role.MANAGER, Role.FRONT_DESK, Role.FINANCE]


@pytest.fixture
def standing(stripe, booking):
    """Something that is the case, and waits for somebody."""
    stripe.sends(SCENARIOS["fraud_warning_before_arrival"].events(stay_of(booking)))
    return Alert.objects.get(kind="fraud_warning")


@pytest.fixture
def happened(stripe, booking):
    """Something that happened."""
    stripe.sends(SCENARIOS["review_approved"].events(stay_of(booking)))
    return Alert.objects.get(kind="review_closed")


def acknowledge(client, alert):
    url = reverse("admin:payments_alert_acknowledge", args=[alert.pk])
    return client.post(url, follow=True)


@pytest.mark.parametrize("role", WORKING)
def test_somebody_is_on_what_is_the_case_and_it_stays_open(role, standing, hired):
    client = hired(role)
    assert "I am on it" in client.get(page(standing)).content.decode()

    text = acknowledge(client, standing).content.decode()

    who = Membership.objects.get(role=role).user
    standing.refresh_from_db()
    assert (standing.acknowledged_by, standing.closed_at) == (who, None)
    assert str(who) in text
    assert "I am on it" not in text


def test_what_only_happened_is_closed_by_being_seen(happened, hired, stripe, booking):
    client = hired()
    assert "I have seen it" in client.get(page(happened)).content.decode()

    acknowledge(client, happened)
    stripe.sends(SCENARIOS["review_approved"].events(stay_of(booking)))

    happened.refresh_from_db()
    assert happened.closed_at == happened.acknowledged_at
    assert happened not in client.get(listed(Alert)).context["cl"].result_list


def test_the_first_who_said_so_is_kept(standing, hired):
    first, second = hired(), hired(Role.OWNER)
    acknowledge(first, standing)

    text = acknowledge(second, standing).content.decode()

    standing.refresh_from_db()
    assert standing.acknowledged_by == Membership.objects.get(role=Role.MANAGER).user
    assert "Left out: 1" in text


def test_several_are_looked_after_at_once(standing, happened, hired):
    client = hired()
    chosen = {"action": "acknowledge_chosen", "_selected_action": [standing.pk, happened.pk]}

    client.post(listed(Alert), chosen)

    seen = Alert.objects.filter(pk__in=chosen["_selected_action"])
    assert not seen.filter(acknowledged_at=None).exists()


def test_whoever_only_looks_looks_after_nothing(standing, hired):
    client = hired(Role.READ_ONLY)
    assert "I am on it" not in client.get(page(standing)).content.decode()

    acknowledge(client, standing)

    standing.refresh_from_db()
    assert standing.acknowledged_at is None


def test_nobody_looks_after_the_alerts_of_another_hotel(standing, hired):
    client = hired(Role.OWNER, organization="asagiri")

    assert acknowledge(client, standing).status_code == 404
    standing.refresh_from_db()
    assert standing.acknowledged_at is None


def test_an_address_alone_says_nothing(standing, hired):
    url = reverse("admin:payments_alert_acknowledge", args=[standing.pk])

    assert hired().get(url).status_code == 405
    standing.refresh_from_db()
    assert standing.acknowledged_at is None


def test_what_was_seen_is_to_be_seen_again_when_it_comes_again(stripe, booking, hired):
    client, tells = hired(), bank_account(stripe)
    tells(at=0, default=True)
    acknowledge(client, Alert.objects.get(detail__contains="default"))
    tells(at=60, default=False)
    assert not Alert.objects.filter(detail__contains="default", closed_at=None).exists()

    tells(at=120, default=True)

    again = Alert.objects.get(detail__contains="default")
    assert (again.closed_at, again.acknowledged_at) == (None, None)


def bank_account(stripe):
    """Return what lets Stripe tell whether payouts go to a bank account."""

    def tell(*, at, default):
        account = objects.bank_account() | {"default_for_currency": default}
        stripe.tells("account.external_account.updated", account, created=NOW + at)

    return tell


def test_an_alert_about_an_account_leads_to_the_accounts_page(hired, stripe, booking):
    stripe.sends(SCENARIOS["account_deauthorized"].events(stay_of(booking)))
    alert = Alert.objects.get(kind="account_disconnected")

    assert 'href="/accounts/harbour/"' in hired().get(page(alert)).content.decode()
    assert "/accounts/" not in hired(Role.FRONT_DESK).get(page(alert)).content.decode()


def test_an_alert_about_a_booking_leads_to_its_page(standing, hired, booking):
    assert f'href="/bookings/{booking.pk}/"' in hired().get(page(standing)).content.decode()
