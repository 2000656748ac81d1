"""What is true after each event type alone, by the front door."""

import pytest

from payments.models import KINDS, State, WebhookEvent
from payments.webhooks.router import catalogue
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.handlers.shows import SHOWS


def test_every_type_of_the_catalogue_is_in_the_table():
    assert set(SHOWS) == {route.type for route in catalogue()}


@pytest.mark.parametrize("type", SHOWS)
def test_an_event_alone_shows_what_it_says(type, stripe, booking):
    scenario, kind, facts = SHOWS[type]
    events = SCENARIOS[scenario].events(stay_of(booking))
    event = next(event for event in events if event["type"] == type)

    stripe.sends([event])

    kept = WebhookEvent.objects.get()
    assert (kept.state, kept.event_type) == (State.APPLIED, type)
    change = kept.changes[0]
    assert change["kind"] == kind
    row = KINDS[kind].objects.get(pk=change["id"])
    assert {name: getattr(row, name) for name in facts} == facts
    assert row.seen or kind == "account"  # that it is connected is not the account as it stands
    assert row.organization == booking.organization


OBJECT = {
    "payment_intent": "payment_intent",
    "charge": "charge",
    "refund": "refund",
    "charge.dispute": "dispute",
    "charge.refund": "refund",
    "radar.early_fraud_warning": "radar.early_fraud_warning",
    "account": "account",
    "account.application": "application",
    "account.external_account": "bank_account",
    "customer.card": "card",
    "customer.bank_account": "bank_account",
    "customer.source": "source",
}


@pytest.mark.parametrize("type", SHOWS)
def test_an_object_that_leaves_open_what_it_is_is_taken_for_what_its_event_says(type, stripe):
    stripe.tells(type, {"id": "obj_1", "object": None})

    assert WebhookEvent.objects.get().state == State.APPLIED


@pytest.mark.parametrize("type", SHOWS)
def test_an_event_without_any_optional_field_is_applied(type, stripe):
    family = type.rpartition(".")[0]

    stripe.tells(type, {"id": "obj_1", "object": OBJECT.get(family, family)})

    assert WebhookEvent.objects.get().state == State.APPLIED
