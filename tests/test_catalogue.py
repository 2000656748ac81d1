"""Every event of the plan does its work: sampled, explained, told in a scenario."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from payments.webhooks.router import catalogue
from sandbox.scenarios import SCENARIOS, Stay

PHASE_1 = """
payment_intent.succeeded payment_intent.payment_failed payment_intent.canceled
payment_intent.created payment_intent.processing payment_intent.requires_action
payment_intent.amount_capturable_updated payment_intent.partially_funded
charge.succeeded charge.failed charge.pending charge.captured charge.updated charge.refunded
refund.created
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


def test_the_first_phase_is_the_plans():
    listed = {route.type for route in catalogue() if route.phase == 1}
    assert listed == set(PHASE_1.split())


def test_the_catalogue_prints_as_one_json_value():
    out = StringIO()
    call_command("stripe_events", json=True, stdout=out)

    printed = json.loads(out.getvalue())

    assert [row["type"] for row in printed] == [route.type for route in catalogue()]
    assert all(set(row) == {"type", "phase", "scope", "offered", "means"} for row in printed)


def test_the_catalogue_reads_well(capsys):
    call_command("stripe_events")

    assert "charge.captured" in capsys.readouterr().out
