"""The official SDK takes payments of the sandbox: cards, holds, refunds, and what is refused."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

HARBOUR = {"stripe_account": "acct_1HarbourHotels00"}


def pay(client, card="pm_card_visa", amount=5_000, **fields):
    """Take a payment at once."""
    asked = {"amount": amount, "currency": "eur", "payment_method": card, "confirm": True}
    return client.v1.payment_intents.create({**asked, **fields}, HARBOUR)


def test_a_card_pays_and_the_charge_says_what_stripe_keeps(client):
    paid = pay(client, capture_method="automatic", expand=["latest_charge.balance_transaction"])

    assert (paid.status, paid.amount_received) == ("succeeded", 5_000)
    moved = paid.latest_charge.balance_transaction
    assert (moved.amount, moved.fee, moved.net) == (5_000, 100, 4_900)


@pytest.mark.parametrize(
    ("card", "code", "decline"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
        ("pm_card_radarBlock", "card_declined", "fraudulent"),
    ],
)
def test_a_card_declines_as_stripe_says_it_does(client, card, code, decline):
    with pytest.raises(stripe.CardError) as declined:
        pay(client, card)

    error = declined.value.json_body["error"]
    assert (error["code"], error.get("decline_code")) == (code, decline)
    intent = client.v1.payment_intents.retrieve(error["payment_intent"]["id"], {}, HARBOUR)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.code == code
    assert client.v1.charges.retrieve(error["charge"], {}, HARBOUR).status == "failed"


def test_the_guest_tries_another_card(client):
    with pytest.raises(stripe.CardError) as declined:
        pay(client, "pm_card_chargeDeclined")
    id = declined.value.json_body["error"]["payment_intent"]["id"]

    paid = client.v1.payment_intents.confirm(id, {"payment_method": "pm_card_visa"}, HARBOUR)

    assert paid.status == "succeeded"
    tried = client.v1.charges.list({"payment_intent": id}, HARBOUR).data
    assert [charge.status for charge in tried] == ["succeeded", "failed"]


def test_a_bank_that_asks_cannot_when_the_guest_is_away(client):
    with pytest.raises(stripe.CardError) as declined:
        pay(client, "pm_card_authenticationRequired", off_session=True)

    assert declined.value.code == "authentication_required"
    asked = pay(client, "pm_card_authenticationRequired", return_url="https://hotel.example/")
    assert asked.status == "requires_action"
    assert asked.next_action.redirect_to_url.return_url == "https://hotel.example/"


def test_a_hold_is_captured_in_part_and_the_rest_let_go(client):
    held = pay(client, capture_method="manual")
    assert (held.status, held.amount_capturable) == ("requires_capture", 5_000)

    taken = client.v1.payment_intents.capture(
        held.id, {"amount_to_capture": 2_000, "expand": ["latest_charge.refunds"]}, HARBOUR
    )

    charge = taken.latest_charge
    assert (taken.status, taken.amount_received) == ("succeeded", 2_000)
    assert (charge.amount_captured, charge.amount_refunded) == (2_000, 3_000)
    assert [refund.amount for refund in charge.refunds.data] == [3_000]
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create({"payment_intent": held.id, "amount": 2_001}, HARBOUR)


def test_a_canceled_hold_takes_nothing(client):
    held = pay(client, capture_method="manual")

    canceled = client.v1.payment_intents.cancel(
        held.id, {"cancellation_reason": "requested_by_customer"}, HARBOUR
    )

    assert (canceled.status, canceled.amount_capturable) == ("canceled", 0)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.capture(held.id, {}, HARBOUR)
    assert refused.value.code == "payment_intent_unexpected_state"


def test_refunds_stop_at_what_was_taken(client):
    paid = pay(client)
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 3_000}, HARBOUR)
    client.v1.refunds.create({"charge": paid.latest_charge}, HARBOUR)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": paid.id}, HARBOUR)

    assert refused.value.code == "charge_already_refunded"
    given = client.v1.refunds.list({"payment_intent": paid.id}, HARBOUR).data
    assert [refund.amount for refund in given] == [2_000, 3_000]


def test_another_account_does_not_know_it(client):
    paid = pay(client)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.retrieve(paid.id, {}, {"stripe_account": "acct_1Other"})

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    assert refused.value.user_message == f"No such payment_intent: '{paid.id}'"


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"amount": "12,50"}, "parameter_invalid_integer", "amount"),
        ({"amount": 49}, "amount_too_small", "amount"),
        ({"amount": 100_000_000}, "amount_too_large", "amount"),
        ({"amount": 1_000_000_000_000, "currency": "idr"}, "amount_too_large", "amount"),
        ({"currency": "eux"}, None, "currency"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"customer": "cus_nobody"}, "resource_missing", "customer"),
        ({"payment_method": "pm_none"}, "resource_missing", "payment_method"),
        ({"capture_method": "later"}, None, "capture_method"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(client, fields, code, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        pay(client, **fields)

    assert (refused.value.code, refused.value.param) == (code, param)
    assert client.v1.payment_intents.list({}, HARBOUR).data == []


def at_once(times, ask):
    """Ask the same so many times at once; return what was answered, refusals as their code."""

    def asked(number):
        try:
            return ask(number)
        except stripe.StripeError as error:
            return error.json_body["error"]["code"]

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(asked, range(times)))


def test_refunds_at_once_never_return_more_than_was_taken(client):
    paid = pay(client)

    answers = at_once(
        20,
        lambda number: client.v1.refunds.create(
            {"payment_intent": paid.id, "amount": 1_000},
            HARBOUR | {"idempotency_key": f"refund {number}"},
        ),
    )

    assert answers.count("charge_already_refunded") == 15
    given = client.v1.refunds.list({"limit": 100}, HARBOUR).data
    assert sum(refund.amount for refund in given) == 5_000


def test_refunds_at_once_with_one_key_are_one(client):
    paid = pay(client)

    answers = at_once(
        20,
        lambda _: (
            client.v1.refunds.create(
                {"payment_intent": paid.id, "amount": 1_000}, HARBOUR | {"idempotency_key": "one"}
            ).id
        ),
    )

    [given] = client.v1.refunds.list({"limit": 100}, HARBOUR).data
    assert set(answers) <= {given.id, "idempotency_key_in_use"}
    assert given.id in answers
