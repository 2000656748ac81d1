"""What each scenario leaves behind, beside the booking's money: in rows of every family."""

import random

import pytest

from payments.models import KINDS
from payments.webhooks import worker
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of

TOLD = [name for name, scenario in SCENARIOS.items() if scenario.leaves]

# Stripe's word for a fact → what the record says of it, where it is not a field of that name.
READ = {
    ("account", "authorized"): lambda row: row.is_connected,
    ("customer", "deleted"): lambda row: row.deleted,
    ("dispute", "balance_transactions"): lambda row: [],
    ("invoice", "amount_remaining"): lambda row: max(0, (row.total or 0) - (row.amount_paid or 0)),
    ("payment_method", "deleted"): lambda row: row.detached,
    ("person", "status"): lambda row: row.verification_status,
    ("review", "open"): lambda row: row.is_open,
    ("subscription_schedule", "current_phase"): lambda row: row.phase_ends_at,
    ("subscription_schedule", "subscription"): lambda row: None,  # the released one is kept
    ("transfer", "status"): lambda row: "canceled" if row.canceled else "",
}


def said(kind, row, fact):
    read = READ.get((kind, fact))
    value = read(row) if read else getattr(row, fact)
    return None if value == "" else value


def check(scenario):
    for kind, facts in scenario.leaves.items():
        rows = KINDS[kind].objects.filter(seen=True)
        assert rows, f"There is no {kind}."
        for row in rows:
            assert {fact: said(kind, row, fact) for fact in facts} == facts


@pytest.mark.parametrize("name", TOLD)
def test_a_scenario_leaves_what_it_says(name, stripe, booking):
    stripe.sends(SCENARIOS[name].events(stay_of(booking)))

    check(SCENARIOS[name])


@pytest.mark.parametrize("name", TOLD)
def test_it_leaves_the_same_in_any_order_and_any_batches(name, stripe, booking, settings):
    chance = random.Random(name)
    events = SCENARIOS[name].events(stay_of(booking))
    sent = [*events, *chance.choices(events, k=len(events) // 2)]
    chance.shuffle(sent)

    for event in sent:
        stripe.delivers(event)
        settings.PAYMENTS_BATCH_SIZE = chance.choice([1, 3, 500])
        if chance.random() < 0.5:
            worker.drain()
    worker.drain()

    check(SCENARIOS[name])
