"""
What reports say that real accounts do, told in any order, doubled, and inside one second.

Each story is told on the engine of the sandbox; the right values are written by hand.
"""

import random
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from payments.hotel import Booking
from sandbox.scenarios import Stay
from sandbox.story import Story
from sandbox.story.payments import CardPayment, DirectDebit, Hold
from sandbox.story.protection import Dispute, FraudWarning
from tests.support.pure import folio_of, read

STAY = Stay(
    account="acct_1HarbourHotels00",
    reservation="5c1d6f0a-0001-4000-8000-000000000001",
    organization="5c1d6f0a-0002-4000-8000-000000000002",
    property="5c1d6f0a-0003-4000-8000-000000000003",
    code="HB-1",
    total=100_000,
)
ORDERS = 40


def paid(story, amount=100_000):
    payment = CardPayment(story, amount)
    payment.pay()
    story.later(days=2)
    return payment


def captured_in_part(story):
    held = Hold(story, 30_000)
    held.authorize()
    story.later(days=1)
    held.capture(20_000)
    story.later(days=1)
    return held


def captured_in_part_and_the_rest_has_a_balance_transaction(story):
    """Stripe's reports show the release of a partial capture as a balance transaction."""
    captured_in_part(story)
    for event in story.events:
        thing = event["data"]["object"]
        if thing["object"] == "refund":
            thing["balance_transaction"] = "txn_partial_capture_reversal"


def a_pending_refund_equals_what_was_not_captured(story):
    held = captured_in_part(story)
    refund = held.refund(10_000)
    for event in story.events:
        if event["data"]["object"]["id"] == refund.row["id"]:
            event["data"]["object"]["status"] = "pending"


def an_inquiry_leaves_the_charge_refundable(story):
    payment = paid(story)
    inquiry = Dispute(story, payment, 100_000, inquiry=True)
    for event in story.events:
        if event["data"]["object"]["id"] == inquiry.row["id"]:
            event["data"]["object"]["is_charge_refundable"] = True


def a_lost_dispute_gives_the_money_back(story):
    dispute = Dispute(story, paid(story), 100_000)
    story.later(days=20)
    dispute.win()
    closed = story.events[-1]["data"]["object"]
    closed["status"] = "lost"


def a_refunded_payment_is_disputed(story):
    payment = paid(story)
    payment.refund(100_000)
    story.later(days=3)
    payment.charge["disputed"] = False
    Dispute(story, payment, 100_000)


def a_debit_is_under_way_and_warned_of(story):
    debit = DirectDebit(story, 100_000)
    debit.process()
    FraudWarning(story, debit)


def a_warning_becomes_more_precise(story):
    payment = paid(story)
    payment.refund(3_000)
    warning = FraudWarning(story, payment)
    story.later(minutes=5)
    precise = warning.row | {"fraud_type": "fraudulent_use_of_account_number"}
    story.emit("radar.early_fraud_warning.updated", precise, asked=False)


def won_and_adjusted_by_cents_against_the_hotel(story):
    dispute = Dispute(story, paid(story), 100_000, settles="usd")
    story.later(days=20)
    dispute.adjust(-37)
    dispute.win()


def disputed_in_the_accounts_currency(story, amount=100_000):
    """The bank names what it wants in what the account settles in, not in what the guest paid."""
    dispute = Dispute(story, paid(story), amount, settles="usd")
    story.later(days=20)
    yield dispute
    for event in story.events:
        thing = event["data"]["object"]
        if thing["id"] == dispute.row["id"]:
            thing |= {"amount": amount * 11 // 10, "currency": "usd"}


def a_bank_names_the_accounts_currency(story):
    list(disputed_in_the_accounts_currency(story))


def a_bank_names_the_accounts_currency_and_the_hotel_loses(story):
    for dispute in disputed_in_the_accounts_currency(story):
        dispute.lose()


def a_bank_names_the_accounts_currency_and_the_hotel_wins(story):
    for dispute in disputed_in_the_accounts_currency(story):
        dispute.win()


def a_bank_names_the_cards_currency_and_takes_a_part(story):
    """The guest's card is in dollars; the payment and the account are in euro."""
    dispute = Dispute(story, paid(story), 40_000)
    for event in story.events:
        thing = event["data"]["object"]
        if thing["id"] == dispute.row["id"]:
            thing |= {"amount": 44_000, "currency": "usd"}


STORIES = [
    (captured_in_part, {"paid": 20_000, "refunded": 0, "refundable": 20_000}),
    (
        captured_in_part_and_the_rest_has_a_balance_transaction,
        {"paid": 20_000, "refunded": 0, "balance": 80_000},
    ),
    (
        a_pending_refund_equals_what_was_not_captured,
        {"paid": 20_000, "refunded": 0, "refund_pending": 10_000, "refundable": 10_000},
    ),
    (
        an_inquiry_leaves_the_charge_refundable,
        {"payment_status": "disputed", "disputed": 0, "refundable": 100_000},
    ),
    (a_lost_dispute_gives_the_money_back, {"lost": 0, "disputed": 0, "payment_status": "paid"}),
    (
        a_refunded_payment_is_disputed,
        {"refunded": 100_000, "disputed": 100_000, "payment_status": "disputed", "refundable": 0},
    ),
    (a_debit_is_under_way_and_warned_of, {"paid": 0, "refundable": 0, "payment_status": "pending"}),
    (a_warning_becomes_more_precise, {"refunded": 3_000, "refundable": 97_000, "conflict": False}),
    (
        won_and_adjusted_by_cents_against_the_hotel,
        {"disputed": 0, "lost": 0, "payment_status": "paid"},
    ),
    (
        a_bank_names_the_accounts_currency,
        {"disputed": 100_000, "lost": 0, "balance": 0, "refundable": 0},
    ),
    (
        a_bank_names_the_accounts_currency_and_the_hotel_loses,
        {"disputed": 0, "lost": 100_000, "balance": 100_000, "payment_status": "charged_back"},
    ),
    (
        a_bank_names_the_accounts_currency_and_the_hotel_wins,
        {"disputed": 0, "lost": 0, "payment_status": "paid", "refundable": 100_000},
    ),
    (
        a_bank_names_the_cards_currency_and_takes_a_part,
        {"disputed": 40_000, "lost": 0, "balance": 0},
    ),
]


def orders(events):
    """Yield these events in order, reversed, doubled, and in many other orders."""
    yield events
    yield events[::-1]
    yield [event for event in events for _ in (1, 2)]
    chance = random.Random(1)
    for _ in range(ORDERS):
        some = [*events, *chance.sample(events, len(events) // 2)]
        chance.shuffle(some)
        yield some


def found(events):
    folio = folio_of([read(event) for event in events], BOOKING)
    values = {name: getattr(folio.figures, name) for name in folio.figures.__dataclass_fields__}
    refundable = [entry.refundable(charge) for entry in folio.entries for charge in entry.charges]
    conflict = any(row.conflict for entry in folio.entries for row in entry.rows)
    return values | {"refundable": sum(filter(None, refundable)), "conflict": conflict}


BOOKING = Booking(
    id=UUID(STAY.reservation),
    code=STAY.code,
    organization_id=UUID(STAY.organization),
    organization="harbour",
    property_id=UUID(STAY.property),
    property="downtown",
    currency="eur",
    total=STAY.total,
    paid_elsewhere=0,
    arrival=date(2096, 12, 5),
    departure=date(2096, 12, 9),
    timezone="Europe/Lisbon",
)


@pytest.mark.parametrize(("tell", "right"), STORIES, ids=[tell.__name__ for tell, _ in STORIES])
def test_it_comes_to_the_right_money_in_any_order(tell, right):
    story = Story(replace(STAY), name=tell.__name__)
    tell(story)
    for events in orders(story.events):
        values = found(events)
        assert {name: values[name] for name in right} == right


@pytest.mark.parametrize(
    ("tell", "right"),
    [STORIES[0], STORIES[1], STORIES[3]],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_and_inside_one_second(tell, right):
    story = Story(replace(STAY), name=tell.__name__)
    tell(story)
    at_once = [event | {"created": STAY.start} for event in story.events]
    for events in orders(at_once):
        values = found(events)
        assert {name: values[name] for name in right} == right
