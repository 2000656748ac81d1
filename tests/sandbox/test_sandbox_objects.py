"""The objects that the sandbox makes carry what Stripe sends, and agree with themselves."""

import json
import re

import pytest

from sandbox import ids, objects

PAYMENT_INTENT = """
    allowed_payment_method_types amount amount_capturable amount_details amount_received application
    application_fee_amount automatic_payment_methods canceled_at cancellation_reason capture_method
    client_secret confirmation_method created currency customer customer_account description
    excluded_payment_method_types id last_payment_error latest_charge livemode managed_payments
    metadata next_action object on_behalf_of payment_method payment_method_configuration_details
    payment_method_options payment_method_types payment_record processing receipt_email review
    setup_future_usage shipping source statement_descriptor statement_descriptor_suffix status
    transfer_data transfer_group
"""
CHARGE = """
    amount amount_captured amount_refunded application application_fee application_fee_amount
    balance_transaction billing_details calculated_statement_descriptor captured created currency
    customer description disputed failure_balance_transaction failure_code failure_message
    fraud_details id livemode metadata object on_behalf_of outcome paid payment_intent
    payment_method payment_method_details receipt_email receipt_number receipt_url refunded review
    shipping source source_transfer statement_descriptor statement_descriptor_suffix status
    transfer_data transfer_group
"""
REFUND = """
    amount balance_transaction charge created currency customer customer_account
    destination_details id metadata object payment_intent payment_method reason receipt_number
    source_transfer_reversal status transfer_reversal
"""
PAYMENT_METHOD = """
    allow_redisplay billing_details card created customer customer_account id livemode metadata
    object type
"""


@pytest.mark.parametrize(
    ("build", "keys"),
    [
        (objects.payment_intent, PAYMENT_INTENT),
        (objects.charge, CHARGE),
        (objects.refund, REFUND),
        (objects.payment_method, PAYMENT_METHOD),
    ],
)
def test_an_object_has_every_field_that_stripe_sends(build, keys):
    assert set(build()) == set(keys.split())


@pytest.mark.parametrize("prefix", ["pi", "ch", "re", "evt", "cus", "acct"])
def test_an_id_looks_like_stripes_and_follows_from_its_seed(prefix):
    one = ids.make(prefix, "a guest", 7)

    assert re.fullmatch(rf"{prefix}_[0-9A-Za-z]{{14,24}}", one)
    assert one == ids.make(prefix, "a guest", 7)
    assert one != ids.make(prefix, "a guest", 8)


def test_objects_of_one_seed_belong_together():
    intent = objects.payment_intent(seed="spa", status="succeeded")
    charge = objects.charge(seed="spa")
    refund = objects.refund(seed="spa")

    assert intent["latest_charge"] == charge["id"] == refund["charge"]
    assert intent["id"] == charge["payment_intent"] == refund["payment_intent"]
    assert objects.charge(seed="bar")["id"] != charge["id"]


def test_what_is_given_is_kept_and_the_rest_agrees_with_it():
    paid = objects.payment_intent(status="succeeded", amount=48_000)
    held = objects.payment_intent(status="requires_capture", amount=48_000)
    canceled = objects.payment_intent(status="canceled", cancellation_reason="abandoned")

    assert (paid["amount_received"], paid["amount_capturable"]) == (48_000, 0)
    assert (held["amount_received"], held["amount_capturable"]) == (0, 48_000)
    assert (canceled["amount_received"], canceled["cancellation_reason"]) == (0, "abandoned")
    assert objects.payment_intent(id="pi_mine")["client_secret"].startswith("pi_mine_secret_")


def test_a_charge_says_whether_it_was_taken_held_or_declined():
    taken = objects.charge(amount=9_900)
    held = objects.charge(amount=9_900, captured=False)
    declined = objects.charge(amount=9_900, status="failed")

    assert (taken["amount_captured"], taken["paid"]) == (9_900, True)
    assert (held["amount_captured"], held["paid"], held["balance_transaction"]) == (0, True, None)
    assert (declined["amount_captured"], declined["paid"]) == (0, False)
    assert declined["outcome"]["type"] == "issuer_declined"
    assert declined["failure_message"]


def test_a_charge_is_refunded_when_all_of_it_went_back():
    assert objects.charge(amount=500, amount_refunded=500)["refunded"]
    assert not objects.charge(amount=500, amount_refunded=499)["refunded"]


def test_a_refund_that_came_back_says_why():
    assert objects.refund(status="failed")["failure_reason"] == "expired_or_canceled_card"
    assert "failure_reason" not in objects.refund(status="succeeded")


def test_two_objects_share_nothing_that_could_be_changed():
    for build in (objects.payment_intent, objects.charge, objects.refund):
        before = json.dumps(build())
        mine = build()
        mine["metadata"]["note"] = "mine"
        for value in mine.values():
            if isinstance(value, dict):
                value.clear()
        assert json.dumps(build()) == before
