"""Accounts that stay on an old API version, and get its old shapes: their money is the same."""

import pytest

from payments.hotel import bookings
from payments.models import Notification
from payments.records.bookings import folios
from sandbox.objects import charge, dispute, payment_intent, refund


@pytest.fixture
def paid(stripe, booking):
    """Return the old shape of a charge that took €500.00 for the booking."""
    intent = payment_intent(
        status="succeeded", amount=50_000, metadata={"reservationId": booking.code}
    )
    stripe.tells("payment_intent.succeeded", intent)
    taken = charge(payment_intent=intent["id"], amount=50_000)
    return {name: value for name, value in taken.items() if name != "amount_captured"}


def within(amount, **fields):
    """Return a refund as a charge carries it: it does not name what it gives back."""
    given = refund(amount=amount, **fields)
    return {k: v for k, v in given.items() if k not in ("charge", "payment_intent")}


def state_of(booking):
    (folio,) = folios(bookings([booking.pk]).values())
    return folio.as_json()


@pytest.mark.parametrize("listed", [list, lambda given: {"object": "list", "data": given}])
def test_a_charge_brings_its_refunds_along(stripe, booking, paid, listed):
    given = [within(1_000, seed="a"), within(500, seed="b")]
    refunded = paid | {"amount_refunded": 1_500, "refunds": listed(given)}
    stripe.tells("charge.refunded", refunded, api_version="2019-12-03")
    stripe.tells("refund.updated", refund(amount=1_000, seed="a", charge=paid["id"]))

    state = state_of(booking)

    refunds = [line["amount"] for line in state["transactions"] if line["type"] == "refund"]
    assert sorted(refunds) == [500, 1_000]
    assert state["refunded"] == 1_500
    assert state["charges"][0]["amount_captured"] == 50_000


def test_refunds_from_before_they_had_ids_count_all_the_same(stripe, booking, paid):
    given = [{"object": "refund", "amount": 1_500, "currency": "eur"}]
    refunded = paid | {"amount_refunded": 1_500, "refunds": given}
    stripe.tells("charge.refunded", refunded, api_version="2014-01-31")

    state = state_of(booking)

    assert [line["type"] for line in state["transactions"]] == ["payment"]
    assert (state["refunded"], state["balance"]) == (1_500, 71_500)


@pytest.mark.parametrize(
    ("old", "today", "word"),
    [
        ("requires_source", "requires_payment_method", "failed"),
        ("requires_source_action", "requires_action", "pending"),
    ],
)
def test_what_a_payment_waits_for_has_another_name(stripe, booking, old, today, word):
    error = {"code": "card_declined"} if word == "failed" else None
    intent = payment_intent(
        status=old, metadata={"reservationId": booking.code}, last_payment_error=error
    )
    stripe.tells("payment_intent.payment_failed", intent, api_version="2018-11-08")

    state = state_of(booking)

    assert (state["transactions"][0]["status"], state["payment_status"]) == (today, word)


def test_every_declined_attempt_is_told_where_a_payment_lists_its_charges(stripe, booking):
    for number in range(2):
        intent = payment_intent(
            status="requires_payment_method",
            metadata={"reservationId": booking.code},
            charges={"object": "list", "data": [charge(seed=f"attempt {number}")]},
            last_payment_error={"code": "card_declined", "decline_code": "generic_decline"},
        )
        del intent["latest_charge"]
        stripe.tells(
            "payment_intent.payment_failed",
            intent,
            api_version="2020-08-27",
            created=1_700_000_000 + 60 * number,
        )

    assert Notification.objects.filter(kind="payment_failed_guest").count() == 2


@pytest.mark.parametrize(
    ("old", "today", "word"),
    [
        ("charge_refunded", "warning_closed", "paid"),
        ("preliminary_inquiry_needs_response", "warning_needs_response", "disputed"),
        ("preliminary_inquiry_under_review", "warning_under_review", "disputed"),
    ],
)
def test_a_dispute_has_another_status(stripe, booking, paid, old, today, word):
    booking.total = 50_000
    booking.save()
    stripe.tells("charge.succeeded", paid)
    asked = dispute(charge=paid["id"], status=old, amount=50_000)
    stripe.tells("charge.dispute.updated", asked, api_version="2014-10-07")

    state = state_of(booking)

    assert (state["disputes"][0]["status"], state["payment_status"]) == (today, word)
