"""Moving an organization from one account to an account for each house, and back."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from sandbox import objects
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import AccountFactory, OrganizationFactory, PropertyFactory


@pytest.fixture
def house(stripe):
    """One house with an account of its own, and one without, in an organization with an account."""
    house = PropertyFactory()
    PropertyFactory(slug="airport")
    AccountFactory(stripe_id="acct_downtown", organization=house.organization, property=house)
    call_command("stripe_architecture", "harbour", "centralized", stdout=StringIO())
    return house


def move(to, **options):
    out = StringIO()
    call_command("stripe_architecture", "harbour", to, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def columns(row):
    row.refresh_from_db()
    return row.stripe_account_id


def test_moving_says_whose_account_takes_new_money_and_who_has_none(house):
    said = move("per_property")

    assert said["accounts"] == {"airport": None, "downtown": "acct_downtown"}
    assert columns(house) == "acct_downtown"
    assert columns(house.organization) == ""


def test_a_dry_run_says_the_same_and_changes_nothing(house):
    assert move("per_property", dry_run=True)["accounts"]["downtown"] == "acct_downtown"

    assert columns(house) == ""
    assert columns(house.organization) == "acct_harbour"


def test_old_money_stays_where_it_was_taken_and_its_account_is_still_heard(house, stripe, booking):
    stripe.sends(SCENARIOS["decline_retry_success"].events(stay_of(booking)))

    move("per_property")
    account = objects.account(id="acct_harbour", charges_enabled=True)
    stripe.tells("account.updated", account)
    stripe.sends(SCENARIOS["full_refund"].events(stay_of(booking)))

    booking.refresh_from_db()
    assert {row.account for row in booking.paymenttransactions.all()} == {"acct_harbour"}
    assert booking.refunded_amount == booking.total
    assert columns(house.organization) == ""


def test_moving_back_is_moving_back(house):
    move("per_property")
    move("centralized")

    assert columns(house.organization) == "acct_harbour"
    assert columns(house) == ""
    assert OrganizationFactory().stripe_architecture == "centralized"


def test_an_organization_that_nobody_knows_is_refused_in_a_sentence(db):
    with pytest.raises(CommandError, match="no organization nowhere"):
        call_command("stripe_architecture", "nowhere", "centralized")
