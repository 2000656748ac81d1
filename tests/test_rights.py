"""Who may do what: the table of roles, narrowed by houses, and the limits of the front desk."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from organizations.models import Role
from payments import hotel
from payments.errors import MayNot
from payments.hotel import Right
from tests.factories import (
    MembershipFactory,
    OrganizationFactory,
    PropertyFactory,
    UserFactory,
)
from tests.support.admin import browser_of

pytestmark = pytest.mark.django_db

EVERYBODY = {"owner", "manager", "finance", "front_desk", "read_only"}
MAY = {
    Right.LOOK: EVERYBODY,
    Right.TAKE_PAYMENTS: EVERYBODY - {"read_only"},
    Right.CHARGE_CARD: EVERYBODY - {"read_only"},
    Right.REFUND: EVERYBODY - {"read_only"},
    Right.PROTECT: {"owner", "manager", "finance"},
    Right.FIGURES: EVERYBODY - {"front_desk"},
    Right.SEE_ACCOUNTS: {"owner", "manager", "finance"},
    Right.MANAGE_ACCOUNTS: {"owner", "manager"},
    Right.TAKE_ALERTS: EVERYBODY - {"read_only"},
    Right.REPLAY: {"owner", "manager", "finance"},
}


def somebody(role, *houses, organization=None):
    work = MembershipFactory(role=role, organization=organization or OrganizationFactory())
    work.properties.set(houses)
    return work.user


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("role", Role)
def test_a_role_has_its_rights_and_no_others(role, right):
    house, elsewhere = PropertyFactory(), PropertyFactory(slug="alfama")
    other = PropertyFactory(organization=OrganizationFactory(slug="asagiri"))
    group, may = house.organization_id, role in MAY[right]
    whole, single = somebody(role), somebody(role, house)

    assert hotel.may(whole, right, group) is may
    assert hotel.may(whole, right, group, house.pk) is may
    assert not hotel.may(whole, right, other.organization_id)
    assert not hotel.may(whole, right, other.organization_id, other.pk)
    assert not hotel.may(whole, right, None)
    assert not hotel.may(single, right, group, elsewhere.pk)
    accounts = right == Right.MANAGE_ACCOUNTS
    assert hotel.may(single, right, group, house.pk) is (may and not (accounts and role != "owner"))
    assert hotel.may(single, right, group) is (may and not accounts)
    for user, theirs in ((whole, may), (single, may and not accounts)):
        assert hotel.organizations_where(user, right) == ({group} if theirs else set())
        assert hotel.organizations_where(user, right, [other.organization_id]) == set()
    assert hotel.may_anywhere(whole, right) is may


@pytest.mark.parametrize("right", Right)
def test_a_superuser_may_everything_and_a_stranger_nothing(right):
    group = OrganizationFactory()
    root = UserFactory(is_superuser=True)

    assert hotel.may(root, right, group.pk)
    assert hotel.organizations_where(root, right) == {group.pk}
    for stranger in (AnonymousUser(), UserFactory()):
        assert not hotel.may(stranger, right, group.pk)
        assert hotel.organizations_where(stranger, right) == set()
        assert not hotel.may_anywhere(stranger, right)


def test_who_may_not_is_told_who_may():
    group = OrganizationFactory()
    desk, looks = somebody(Role.FRONT_DESK), somebody(Role.READ_ONLY)

    with pytest.raises(MayNot, match=r"disputes.*\. Owners, managers and finance may\.$"):
        hotel.require(desk, Right.PROTECT, group.pk)
    with pytest.raises(MayNot, match="Owners and managers of the whole organization may"):
        hotel.require(desk, Right.MANAGE_ACCOUNTS, group.pk)
    with pytest.raises(MayNot) as refusal:
        hotel.require(looks, Right.TAKE_PAYMENTS, group.pk)
    assert refusal.value.code == "forbidden"
    hotel.require(desk, Right.TAKE_PAYMENTS, group.pk)


# Limits ------------------------------------------------------------------


@pytest.mark.parametrize("right", [Right.CHARGE_CARD, Right.REFUND])
def test_the_front_desk_is_held_to_its_limit_and_nobody_else(right):
    group = OrganizationFactory(limits={"charge": 20_000, "refund": 20_000})

    def ask(user, amount, currency="eur"):
        hotel.require_within_limit(user, right, group.pk, amount=amount, currency=currency)

    desk = somebody(Role.FRONT_DESK)
    ask(desk, 20_000)
    with pytest.raises(hotel.AboveLimit, match=r"up to €200\.00\. Owners, managers and fin") as no:
        ask(desk, 20_001)
    assert no.value.code == "above_limit"
    with pytest.raises(hotel.AboveLimit):
        ask(desk, 1, "jpy")  # nobody can say whether it is less
    for role in (Role.OWNER, Role.MANAGER, Role.FINANCE):
        ask(somebody(role), 2**63)
    ask(UserFactory(is_superuser=True), 2**63)


def test_without_a_limit_the_front_desk_may_do_any_amount():
    group = OrganizationFactory(limits={"charge": 0})
    desk = somebody(Role.FRONT_DESK)

    hotel.require_within_limit(desk, Right.REFUND, group.pk, amount=2**63, currency="jpy")
    with pytest.raises(hotel.AboveLimit):
        hotel.require_within_limit(desk, Right.CHARGE_CARD, group.pk, amount=1, currency="eur")
    assert (hotel.limit_of(group.pk, "charge"), hotel.limit_of(group.pk, "refund")) == (0, None)


LIMITS = {"charge_limit": "200", "refund_limit": "100.50", "submits_evidence": "on"}


@pytest.mark.parametrize("role", Role)
def test_who_leads_the_whole_organization_sets_its_limits(role):
    house = PropertyFactory()
    group, leads = house.organization, role in MAY[Right.MANAGE_ACCOUNTS]
    page = reverse("admin:organizations_organization_change", args=[group.pk])

    assert browser_of(somebody(role, house)).post(page, LIMITS).status_code == 403
    answer = browser_of(somebody(role)).post(page, LIMITS | {"name": "x", "currency": "jpy"})

    group.refresh_from_db()
    assert answer.status_code == (302 if leads else 403)
    assert group.limits == ({"charge": 20_000, "refund": 10_050} if leads else {})
    assert group.submits_evidence is leads
    assert (group.name, group.currency) == ("Harbour Hotels", "eur")


def test_a_limit_is_typed_as_its_currency_is_written_and_taken_away_by_leaving_it_empty():
    group = OrganizationFactory(limits={"charge": 20_000})
    page = reverse("admin:organizations_organization_change", args=[group.pk])
    browser = browser_of(somebody(Role.OWNER))

    assert 'value="200.00"' in browser.get(page).content.decode()
    refused = browser.post(page, {"charge_limit": "1.234"}).content.decode()
    assert "is not an amount in EUR" in refused
    group.refresh_from_db()
    assert group.limits == {"charge": 20_000}
    browser.post(page, {"charge_limit": ""})
    group.refresh_from_db()
    assert (group.limits, hotel.limit_of(group.pk, "charge")) == ({}, None)
