"""What is true after each event type alone: one row a type, by the front door."""

import pytest

from payments.models import KINDS, State, WebhookEvent
from payments.webhooks.router import catalogue
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of

# type → the scenario it is taken from, the kind of row, and what that row says afterwards.
SHOWS = {
    "payment_intent.created": (
        "deposit_and_balance", "payment", {"status": "requires_payment_method", "amount": 36_000}),
    "payment_intent.processing": (
        "sepa_debit", "payment", {"status": "processing", "payment_method": "sepa_debit"}),
    "payment_intent.requires_action": (
        "deposit_and_balance", "payment", {"status": "requires_action", "purpose": "deposit"}),
    "payment_intent.amount_capturable_updated": (
        "hold", "payment", {"status": "requires_capture", "amount_capturable": 24_000}),
    "payment_intent.partially_funded": (
        "bank_transfer_in_parts", "payment", {"status": "requires_action", "amount_received": 0}),
    "payment_intent.payment_failed": (
        "declined", "payment", {"failure_code": "insufficient_funds", "amount_received": 0}),
    "payment_intent.canceled": ("hold_canceled", "payment", {"status": "canceled"}),
    "payment_intent.succeeded": (
        "decline_retry_success", "payment", {"status": "succeeded", "amount_received": 120_000}),
    "charge.succeeded": (
        "decline_retry_success", "charge", {"status": "succeeded", "captured": True}),
    "charge.pending": ("sepa_debit", "charge", {"status": "pending"}),
    "charge.failed": ("declined", "charge", {"status": "failed", "captured": False}),
    "charge.captured": (
        "hold_partial_capture", "charge", {"captured": True, "amount_captured": 12_000}),
    "charge.updated": ("deposit_and_balance", "charge", {"status": "succeeded"}),
    "charge.refunded": ("full_refund", "charge", {"amount_refunded": 120_000, "refunded": True}),
    "charge.expired": ("hold_expired", "charge", {"expired": True, "captured": False}),
    "refund.created": ("refund_under_way", "refund", {"status": "pending"}),
    "refund.updated": ("two_partial_refunds", "refund", {"status": "succeeded"}),
    "refund.failed": ("two_partial_refunds", "refund", {"status": "failed"}),
    "charge.refund.updated": ("two_partial_refunds", "refund", {"status": "succeeded"}),
}  # fmt: skip


def test_every_type_of_the_catalogue_is_in_the_table():
    assert set(SHOWS) == {route.type for route in catalogue()}


@pytest.mark.parametrize("type", SHOWS)
def test_an_event_alone_shows_what_it_says(type, stripe, booking):
    scenario, kind, fields = SHOWS[type]
    events = SCENARIOS[scenario].events(stay_of(booking))
    event = next(event for event in events if event["type"] == type)

    stripe.sends([event])

    row = KINDS[kind].objects.get(stripe_id=event["data"]["object"]["id"])
    assert {name: getattr(row, name) for name in fields} == fields
    assert row.seen
    kept = WebhookEvent.objects.get()
    assert (kept.state, kept.event_type) == (State.APPLIED, type)
    assert kept.changes[0]["stripe_id"] == row.stripe_id
    assert kept.data["id"] == row.stripe_id


@pytest.mark.parametrize("type", SHOWS)
def test_an_event_without_any_optional_field_is_applied(type, stripe):
    kind = {"payment_intent": "payment_intent", "charge": "charge", "refund": "refund"}
    name = "refund" if "refund." in type else kind[type.split(".")[0]]

    stripe.tells(type, {"id": "obj_1", "object": name})

    assert WebhookEvent.objects.get().state == State.APPLIED
