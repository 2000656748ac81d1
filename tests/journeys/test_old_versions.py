"""Accounts that stay on an old API version, and get its old shapes: their money is the same."""

import pytest

from payments.hotel import bookings
from payments.records.bookings import folios
from sandbox.objects import charge, payment_intent, refund


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
