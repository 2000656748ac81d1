"""A booking's figures, each line of the table by an example a hotelier could check."""

from datetime import date
from uuid import uuid4

import pytest

from payments.folio import Entry, Folio
from payments.hotel import Booking
from payments.models import Charge, Payment, Refund

TOTAL = 100_000


def folio(*entries, total=TOTAL, paid_elsewhere=0, currency="eur"):
    return Folio(
        Booking(
            id=uuid4(),
            code="HB-1",
            organization_id=uuid4(),
            organization="harbour",
            property_id=uuid4(),
            property="downtown",
            currency=currency,
            total=total,
            paid_elsewhere=paid_elsewhere,
            arrival=date(2026, 12, 5),
            departure=date(2026, 12, 9),
            timezone="Europe/Lisbon",
        ),
        entries,
    )


def payment(received=0, *, status="succeeded", refunds=(), charge=None, **fields):
    """Return an entry: a payment, its one charge, and refunds of it."""
    row = Payment(
        stripe_id=f"pi_{uuid4().hex}",
        status=status,
        amount=received,
        amount_received=received,
        currency="eur",
        seen=True,
        **fields,
    )
    one = Charge(
        stripe_id=f"ch_{uuid4().hex}",
        seen=True,
        **{"status": "succeeded", "captured": True, "amount": received} | (charge or {}),
    )
    return Entry(row, [one], [_refund(*refund) for refund in refunds])


def _refund(amount, status="succeeded", **fields):
    return Refund(
        stripe_id=f"re_{uuid4().hex}",
        amount=amount,
        status=status,
        currency="eur",
        seen=True,
        **{"balance_transaction": "txn_1"} | fields,
    )


@pytest.mark.parametrize(
    ("made", "status", "balance"),
    [
        (folio(), "unpaid", TOTAL),
        (folio(total=0), "paid", 0),
        (folio(payment(TOTAL)), "paid", 0),
        (folio(payment(TOTAL + 1)), "paid", -1),
        (folio(payment(30_000)), "partially_paid", 70_000),
        (folio(payment(30_000), payment(70_000)), "paid", 0),
        (folio(paid_elsewhere=TOTAL), "paid", 0),
        (folio(paid_elsewhere=1), "partially_paid", TOTAL - 1),
        (folio(payment(TOTAL, refunds=[(TOTAL,)])), "refunded", TOTAL),
        (folio(payment(TOTAL, refunds=[(TOTAL,)]), total=0), "refunded", 0),
        (folio(payment(TOTAL, refunds=[(40_000,)])), "partially_refunded", 40_000),
        (folio(payment(TOTAL, refunds=[(40_000,)]), total=60_000), "paid", 0),
        (folio(payment(50_000, refunds=[(10_000,)])), "partially_paid", 60_000),
        (folio(payment(TOTAL, refunds=[(TOTAL, "failed")])), "paid", 0),
        (folio(payment(TOTAL, refunds=[(TOTAL, "pending")])), "paid", 0),
        (folio(payment(0, status="processing")), "pending", TOTAL),
        (folio(payment(0, status="requires_action")), "pending", TOTAL),
        (folio(payment(0, status="requires_confirmation")), "pending", TOTAL),
        (folio(payment(0, status="requires_payment_method")), "unpaid", TOTAL),
        (
            folio(payment(0, status="requires_payment_method", failure_code="card_declined")),
            "failed",
            TOTAL,
        ),
        (folio(payment(TOTAL, status="canceled")), "unpaid", TOTAL),
    ],
)
def test_a_booking_is_called_what_its_money_makes_it(made, status, balance):
    assert (made.figures.payment_status, made.figures.balance) == (status, balance)


def hold(**charge):
    return payment(
        0,
        status="requires_capture",
        amount_capturable=20_000,
        charge={"captured": False, "amount": 20_000} | charge,
    )


def test_a_hold_is_authorized_until_it_is_gone():
    assert folio(hold()).figures.authorized == 20_000
    assert folio(hold()).figures.payment_status == "authorized"
    assert folio(hold(expired=True)).figures.authorized == 0
    assert folio(hold(refunded=True, amount_refunded=20_000)).figures.authorized == 0


def test_a_damage_charge_neither_pays_for_the_room_nor_leaves_the_guest_in_credit():
    made = folio(payment(TOTAL), payment(9_000, purpose="damage_charge", refunds=[(4_000,)]))

    assert made.figures.extras == 5_000
    assert made.figures.paid == TOTAL + 9_000
    assert made.figures.balance == 0
    assert made.figures.payment_status == "paid"


@pytest.mark.parametrize(
    ("refund", "charge", "release"),
    [
        ({"reason": "expired_uncaptured_charge"}, {}, True),
        ({}, {"captured": False}, True),
        ({}, {}, False),
        ({}, {"amount": 20_000, "amount_captured": 12_000}, True),
        ({"balance_transaction": ""}, {"amount": 20_000, "amount_captured": 12_000}, True),
        ({"bound_by": "promise"}, {"amount": 20_000, "amount_captured": 12_000}, False),
        ({}, {"amount": 20_000, "amount_captured": 13_000}, False),
    ],
)
def test_a_hold_let_go_is_no_refund(refund, charge, release):
    entry = payment(12_000, charge=charge)
    row = _refund(8_000, **refund)
    entry.refunds.append(row)

    assert entry.is_release(row) is release
    assert folio(entry).figures.refunded == (0 if release else 8_000)


def test_what_a_charge_says_was_refunded_counts_until_its_refunds_explain_it():
    entry = payment(50_000, charge={"amount_refunded": 30_000})
    assert folio(entry).figures.refunded == 30_000

    entry = payment(50_000, charge={"amount_refunded": 30_000}, refunds=[(20_000,)])
    assert entry.unexplained(entry.charges[0]) == 10_000
    assert folio(entry).figures.refunded == 30_000

    entry = payment(50_000, charge={"amount_refunded": 0}, refunds=[(30_000, "failed")])
    assert folio(entry).figures.refunded == 0


def test_what_was_held_and_never_taken_is_no_unexplained_refund():
    entry = payment(
        12_000, charge={"amount": 20_000, "amount_captured": 12_000, "amount_refunded": 8_000}
    )
    assert folio(entry).figures.refunded == 0


def test_money_in_another_currency_changes_no_figure():
    foreign = payment(TOTAL)
    foreign.payment.currency = "usd"

    made = folio(foreign)

    assert made.figures.paid == 0
    assert made.figures.payment_status == "unpaid"
    assert made.as_json()["transactions"][0]["currency"] == "usd"


def test_what_only_another_object_names_is_not_listed():
    entry = payment(TOTAL)
    entry.charges[0].seen = False

    assert folio(entry).as_json()["charges"] == []
