"""Every event of the plan does its work: sampled, explained, told in a scenario."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from payments.webhooks.router import catalogue
from sandbox.scenarios import SCENARIOS, Stay

# The plan's 62 types, by its own phases.
PLAN = {
    1: """
    payment_intent.succeeded payment_intent.payment_failed payment_intent.canceled
    payment_intent.created payment_intent.processing payment_intent.requires_action
    payment_intent.amount_capturable_updated payment_intent.partially_funded
    charge.succeeded charge.failed charge.pending charge.captured charge.updated charge.refunded
    refund.created
    """,
    2: """
    charge.dispute.created charge.dispute.updated charge.dispute.closed
    charge.dispute.funds_withdrawn charge.dispute.funds_reinstated
    radar.early_fraud_warning.created review.opened review.closed
    """,
    3: """
    account.updated account.application.authorized account.application.deauthorized
    account.external_account.created account.external_account.updated
    account.external_account.deleted person.created person.updated person.deleted
    capability.updated
    """,
    4: """
    customer.created customer.updated customer.deleted payment_method.attached
    payment_method.detached payment_method.updated payment_method.automatically_updated
    payment_method.card_automatically_updated customer.card.created customer.card.updated
    customer.card.deleted customer.bank_account.created customer.bank_account.updated
    customer.bank_account.deleted customer.source.created customer.source.updated
    customer.source.deleted
    """,
    5: """
    invoice.created invoice.upcoming subscription_schedule.created subscription_schedule.updated
    subscription_schedule.canceled subscription_schedule.completed
    subscription_schedule.expiring subscription_schedule.released
    """,
    6: "transfer.created transfer.updated transfer.canceled transfer.reversed",
}
NO_LONGER_OFFERED = """
    payment_method.card_automatically_updated customer.card.created customer.card.updated
    customer.card.deleted customer.bank_account.created customer.bank_account.updated
    customer.bank_account.deleted transfer.canceled
"""


@pytest.fixture(scope="module")
def told():
    """Return every event type that some scenario tells."""
    stay = Stay(account="acct_1", reservation="r", organization="o", property="p")
    return {event["type"] for each in SCENARIOS.values() for event in each.events(stay)}


@pytest.mark.parametrize("route", catalogue(), ids=lambda route: route.type)
def test_a_handled_type_is_told_in_a_scenario_and_explained_in_a_sentence(route, told):
    assert route.type in told
    assert route.means.endswith(".")
    assert len(route.means.split()) > 4


@pytest.mark.parametrize("phase", PLAN)
def test_a_phase_is_the_plans(phase):
    listed = {route.type for route in catalogue() if route.phase == phase}
    assert listed == set(PLAN[phase].split())


def test_all_62_types_of_the_plan_are_there_and_those_that_stripe_dropped_are_told_apart():
    assert len([route for route in catalogue() if route.phase]) == 62
    dropped = {route.type for route in catalogue() if not route.offered}
    assert dropped == set(NO_LONGER_OFFERED.split())


def test_the_catalogue_prints_as_one_json_value():
    out = StringIO()
    call_command("stripe_events", json=True, stdout=out)

    printed = json.loads(out.getvalue())

    assert [row["type"] for row in printed] == [route.type for route in catalogue()]
    assert all(set(row) == {"type", "phase", "scope", "offered", "means"} for row in printed)


def test_the_catalogue_reads_well(capsys):
    call_command("stripe_events")

    assert "charge.captured" in capsys.readouterr().out
