"""A property manager connects an account: what stands where, who may press what, and no secret."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from organizations.models import Organization, Property, Role
from payments.models import ConnectedAccount
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    OrganizationFactory,
    PropertyFactory,
    UserFactory,
)
from tests.operations.conftest import HARBOUR, far  # noqa: F401 - a fixture
from tests.sandbox.test_sandbox_delivery import control
from tests.support.admin import browser_of


@pytest.fixture
def hired(db):
    """Return a function that gives somebody a role, and returns their browser."""

    def hire(role=Role.OWNER, organization=None, properties=()):
        organization = organization or OrganizationFactory()
        membership = MembershipFactory(role=role, organization=organization, user=UserFactory())
        membership.properties.set(properties)
        return browser_of(membership.user)

    return hire


@pytest.fixture
def newcomer(far, db):  # noqa: F811
    """A hotel group that has no account yet, and the sandbox to join at."""
    return OrganizationFactory(slug="newcomer", name="Newcomer Inns")


def text_of(answer):
    return answer.content.decode()


def press(client, address, action):
    return client.post(address, {"action": action})


def test_an_organization_joins_stops_half_way_and_comes_back(far, newcomer, hired):  # noqa: F811
    owner = hired(organization=newcomer)
    page = "/accounts/newcomer/"
    assert "Not connected" in text_of(owner.get(page))
    assert "Connect with Stripe" in text_of(owner.get(page))

    first = press(owner, page, "connect")

    assert first.status_code == 302
    assert urlsplit(first["Location"]).netloc == urlsplit(far.server.url).netloc
    account = ConnectedAccount.objects.get(organization=newcomer)
    assert account.stripe_id.startswith("acct_")
    assert owner.get(f"{page}?from=stripe", follow=True).status_code == 200
    shown = text_of(owner.get(page))
    assert "Continue" in shown
    assert "What Stripe still wants" in shown

    second = press(owner, page, "continue")
    assert second["Location"] != first["Location"]
    assert ConnectedAccount.objects.filter(organization=newcomer).count() == 1
    secret = urlsplit(second["Location"]).path
    assert secret not in text_of(owner.get(page))

    control(far.server, f"accounts/{account.stripe_id}/onboard")
    owner.get(f"{page}?from=stripe")
    account.refresh_from_db()
    assert account.charges_enabled
    shown = text_of(owner.get(page))
    assert "Takes cards" in shown
    assert 'value="continue"' not in shown
    newcomer.refresh_from_db()
    assert newcomer.stripe_account_id == account.stripe_id


def test_a_house_joins_on_its_own(far, newcomer, hired):  # noqa: F811
    Organization.objects.filter(pk=newcomer.pk).update(stripe_architecture="per_property")
    house = PropertyFactory(organization=newcomer, slug="lake", name="Newcomer Lake")
    owner = hired(organization=newcomer)
    assert "Newcomer Lake" in text_of(owner.get("/accounts/newcomer/"))
    assert "Connect with Stripe" not in text_of(owner.get("/accounts/newcomer/"))
    assert press(owner, "/accounts/newcomer/lake/", "connect").status_code == 302
    assert ConnectedAccount.objects.get(property=house).stripe_id


@pytest.mark.parametrize(
    ("role", "sees", "presses"),
    [
        (Role.OWNER, 200, True),
        (Role.MANAGER, 200, True),
        (Role.FINANCE, 200, False),
        (Role.FRONT_DESK, 403, False),
        (Role.READ_ONLY, 403, False),
    ],
)
def test_who_may_see_and_who_may_press(newcomer, hired, role, sees, presses):
    client = hired(role, organization=newcomer)
    page = client.get("/accounts/newcomer/")
    assert page.status_code == sees
    assert ("Connect with Stripe" in text_of(page)) is presses
    assert press(client, "/accounts/newcomer/", "connect").status_code == (302 if presses else 403)
    assert ConnectedAccount.objects.filter(organization=newcomer).exists() is presses


def test_a_manager_of_one_house_changes_nothing_of_the_organization(newcomer, hired):
    house = PropertyFactory(organization=newcomer, slug="lake")
    client = hired(Role.MANAGER, organization=newcomer, properties=[house])
    assert "Connect with Stripe" not in text_of(client.get("/accounts/newcomer/"))
    assert press(client, "/accounts/newcomer/", "connect").status_code == 403


def test_another_hotels_accounts_are_not_there(newcomer, hired):
    stranger = hired()
    for address in ("/accounts/newcomer/", "/accounts/nobody/", "/accounts/harbour/nowhere/"):
        assert stranger.get(address).status_code == 404
        assert press(stranger, address, "connect").status_code == 404
    assert "Newcomer" not in text_of(stranger.get("/accounts/"))


def test_a_manager_of_one_house_sees_the_account_that_takes_its_money(stripe, hired):
    account = ConnectedAccount.objects.get()
    house = PropertyFactory(organization=account.organization)
    client = hired(Role.MANAGER, organization=account.organization, properties=[house])
    assert account.stripe_id in text_of(client.get(f"/accounts/{account.organization.slug}/"))
    assert client.get(f"/accounts/{account.organization.slug}/").context["place"].account == account


@pytest.mark.parametrize(
    ("role", "leads_on"), [(Role.MANAGER, True), (Role.FINANCE, True), (Role.FRONT_DESK, False)]
)
def test_a_booking_that_no_card_can_be_taken_for_leads_to_the_account(
    stripe, booking, hired, role, leads_on
):
    client, there = hired(role, organization=booking.organization), "/accounts/harbour/"
    page = f"/bookings/{booking.pk}/"
    assert f'"{there}"' not in text_of(client.get(page))
    stripe.tells("account.application.deauthorized", {"object": "application", "id": "ca_1"})
    assert "No card can be taken" in text_of(client.get(page))
    assert (f'"{there}"' in text_of(client.get(page))) is leads_on


def test_a_stand_ins_dashboard_is_its_own(far, hired, settings):  # noqa: F811
    organization = ConnectedAccount.objects.get().organization
    owner, page = hired(organization=organization), f"/accounts/{organization.slug}/"
    assert f'href="{far.server.url}/?account={HARBOUR}"' in text_of(owner.get(page))
    settings.STRIPE_API_BASE = "https://api.stripe.com"
    assert f'href="https://dashboard.stripe.com/{HARBOUR}"' in text_of(owner.get(page))


def test_an_account_is_let_go_and_its_history_stays(far, hired):  # noqa: F811
    organization = ConnectedAccount.objects.get().organization
    owner = hired(organization=organization)
    page = f"/accounts/{organization.slug}/"
    assert "Disconnect" in text_of(owner.get(page))
    gone = owner.post(page, {"action": "disconnect"}, follow=True)
    assert "is disconnected" in text_of(gone)
    assert not ConnectedAccount.objects.get(stripe_id=HARBOUR).is_connected
    assert press(owner, page, "connect").status_code == 302
    assert ConnectedAccount.objects.filter(organization=organization).count() == 2
    assert HARBOUR in text_of(owner.get(page))


def test_without_a_key_the_state_is_shown_and_no_button(db, hired, settings):
    settings.STRIPE_SECRET_KEY = ""
    PropertyFactory()
    shown = text_of(hired().get(f"/accounts/{Property.objects.get().organization.slug}/"))
    assert "No key for Stripe is set" in shown
    assert "Connect with Stripe" not in shown


def test_who_may_only_look_reads_that_nothing_is_connected(newcomer, hired):
    client = hired(Role.FINANCE, organization=newcomer)
    for address in ("/accounts/", "/accounts/newcomer/"):
        page = text_of(client.get(address))
        assert "Not connected" in page
        assert "Each house" not in page


def test_a_house_whose_account_took_money_before_is_not_said_to_have_its_own(newcomer, hired):
    house = PropertyFactory(organization=newcomer, slug="lake", name="Newcomer Lake")
    AccountFactory(organization=newcomer, property=house, stripe_id="acct_lake")
    client = hired(organization=newcomer)
    for address in ("/accounts/", "/accounts/newcomer/lake/"):
        page = text_of(client.get(address))
        assert "The account of the organization takes its money." in page
        assert "Each house" not in page


def test_times_of_a_houses_account_are_by_its_clocks(newcomer, hired):
    Organization.objects.filter(pk=newcomer.pk).update(stripe_architecture="per_property")
    house = PropertyFactory(organization=newcomer, slug="lake", timezone="Asia/Tokyo")
    AccountFactory(
        organization=newcomer,
        property=house,
        seen=True,
        details_submitted=True,
        currently_due=["company.tax_id"],
        current_deadline=datetime(2096, 7, 3, 22, 30, tzinfo=UTC),
    )
    page = text_of(hired(organization=newcomer).get("/accounts/newcomer/lake/"))
    assert ">4 Jul 2096, 07:30</time>" in page
