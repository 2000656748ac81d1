"""Who did what: written down with what they did, shown on the booking, changed by nobody."""

import pytest
from django.urls import reverse

from organizations.models import Role
from payments.models import Activity, Alert, Payment
from payments.operations import activity
from payments.operations.payments import unmatched
from payments.words import activity as words
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import MembershipFactory, OrganizationFactory, UserFactory
from tests.support.admin import browser_of, listed, page


@pytest.fixture
def loose(stripe, booking):
    """A payment that nobody knows the booking of."""
    stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(booking)))
    return Payment.objects.get(reservation=None)


def shown_on(booking, user):
    address = reverse("booking", args=[booking.pk])
    return browser_of(user).get(address, {"tab": "activity"}).content.decode()


def test_attaching_and_taking_back_stand_on_the_booking(loose, booking, manager):
    browser = browser_of(manager)
    browser.post(reverse("payments:attach", args=[loose.pk]), {"reservation": str(booking.pk)})
    browser.post(reverse("payments:detach", args=[loose.pk]))

    back, attached = Activity.objects.all()
    for row, kind in ((attached, "payment_attached"), (back, "payment_detached")):
        assert (row.kind, row.user, row.who) == (kind, manager, manager.username)
        assert (row.reservation_id, row.property_id) == (booking.pk, booking.property_id)
        assert row.facts["payment"] == loose.stripe_id
    shown = shown_on(booking, manager)
    assert "attached a payment of €" in shown
    assert shown.index("took a payment") < shown.index("attached a payment")


def test_what_is_refused_is_not_written_down(loose, booking):
    looks = MembershipFactory(role=Role.READ_ONLY, organization=booking.organization).user

    browser_of(looks).post(
        reverse("payments:attach", args=[loose.pk]), {"reservation": str(booking.pk)}
    )

    assert not Activity.objects.exists()


def test_what_fails_afterwards_is_not_written_down_either(loose, booking, manager, monkeypatch):
    def fails(*_):
        raise RuntimeError

    monkeypatch.setattr("payments.records.settling.revisit", fails)
    with pytest.raises(RuntimeError):
        unmatched.attach(payment=loose, reservation=booking, by=manager)
    assert not Activity.objects.exists()


def test_looking_after_an_alert_is_written_down_once(loose, manager):
    alert = Alert.objects.get(kind="unmatched_money")
    address = reverse("admin:payments_alert_acknowledge", args=[alert.pk])

    for _ in range(2):
        browser_of(manager).post(address)

    row = Activity.objects.get()
    assert (row.kind, row.facts["about"]) == ("alert_taken", "unmatched_money")


def test_who_did_it_is_known_when_the_login_is_gone(booking, manager):
    activity.note("payment_attached", by=manager, of=booking, amount=500, currency="eur")
    activity.note("evidence_edited", by=None, of=booking)
    name = manager.username
    manager.delete()

    shown = shown_on(booking, UserFactory(is_superuser=True))
    assert f"<bdi>{name}</bdi>" in shown
    assert "attached a payment of €5.00 to this booking" in shown
    assert "The system" in shown


@pytest.mark.parametrize("facts", [{}, {"amount": 1_234, "currency": "jpy", "purpose": "deposit"}])
def test_everything_that_is_done_reads_well(booking, facts):
    for kind in [*words.DID, "some_day"]:
        said = words.did(activity.note(kind, by=None, of=booking, **facts))
        assert said[0].islower()
        assert "{" not in said
        assert "None" not in said


def test_nobody_sees_what_others_did_elsewhere(booking, manager):
    row = activity.note("payment_attached", by=manager, of=booking)
    stranger = browser_of(MembershipFactory(organization=OrganizationFactory(slug="x")).user)

    assert browser_of(manager).get(page(row)).status_code == 200
    assert manager.username in browser_of(manager).get(listed(Activity)).content.decode()
    assert stranger.get(page(row)).status_code != 200
    assert manager.username not in stranger.get(listed(Activity)).content.decode()
    for action in ("change", "delete"):
        assert browser_of(manager).post(page(row, action), {"kind": "x"}).status_code == 403
