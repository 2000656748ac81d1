"""A hotel that takes its money through another Stripe account than it used to."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from payments.outgoing import keeping
from tests.api.conftest import away, confirmed_hold
from tests.api.test_asking import DEPOSIT, PAY, REFUND, answers
from tests.factories import AccountFactory
from tests.operations.conftest import makes_intents, makes_refunds

HOTEL = {"slug": "harbour", "name": "Harbour Hotels", "currency": "eur"}


def by_its_houses(booking, path):
    """Let each house take its own money, where the organization's account took all of it."""
    AccountFactory(
        stripe_id="acct_new", organization=booking.organization, property=booking.property
    )
    call_command("stripe_architecture", "harbour", "per_property", stdout=StringIO())


def by_another_account(booking, path):
    """Let another account take the place of the one that there was."""
    document = {"organizations": [HOTEL | {"stripe_account": "acct_new"}]}
    (path / "hotel.json").write_text(json.dumps(document), encoding="utf-8")
    call_command("load_hotel", str(path / "hotel.json"), stdout=StringIO())


@pytest.fixture(params=[by_its_houses, by_another_account])
def moves(request, booking, tmp_path):
    """Return a function that moves the booking's house to another account, in either way."""
    return lambda: request.param(booking, tmp_path)


def test_old_money_goes_back_from_where_it_was_taken_and_new_money_comes_in_elsewhere(
    moves, wire, paid, api
):
    paid(50_000)
    moves()
    wire.answers = answers(
        ("POST", "/v1/refunds", makes_refunds()), ("POST", "/v1/payment_intents", makes_intents)
    )

    refund = api.posts(REFUND, {"amount": 20_000})
    payment = api.posts(PAY, DEPOSIT)

    assert (refund.status_code, payment.status_code) == (201, 201)
    assert [(asked.path, asked.account) for asked in wire.asked] == [
        ("/v1/refunds", "acct_harbour"),
        ("/v1/payment_intents", "acct_new"),
    ]
    assert refund.json()["refunds"][0]["account"] == "acct_harbour"
    assert payment.json()["account"] == "acct_new"


def test_what_was_promised_before_the_move_is_asked_of_the_old_account(moves, wire, paid, api):
    paid(50_000)
    wire.answers = away
    assert api.posts(REFUND, {"amount": 20_000}).status_code == 202
    moves()
    wire.asked.clear()
    wire.answers = makes_refunds()

    assert keeping.keep_due(early=True) == {"kept": 1}

    assert {asked.account for asked in wire.asked} == {"acct_harbour"}


def test_what_was_held_is_captured_where_it_is_held(moves, wire, stripe, booking, api):
    hold = confirmed_hold(booking)
    stripe.tells("payment_intent.amount_capturable_updated", hold)
    (held,) = api.gets("payments/").json()["results"]
    moves()
    done = hold | {"status": "succeeded", "amount_received": 30_000, "amount_capturable": 0}
    wire.answers = answers(("POST", "/capture", (200, done)))

    assert api.posts(f"payments/{held['id']}/capture/").status_code == 200

    assert [asked.account for asked in wire.asked] == ["acct_harbour"]
