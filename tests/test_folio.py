"""A booking's figures, each line of the table by an example a hotelier could check."""

from datetime import UTC, date, datetime
from itertools import permutations
from uuid import uuid4

import pytest

from payments.folio import Entry, Folio
from payments.hotel import Booking
from payments.models import Charge, Dispute, DisputeMovement, Payment, Refund

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
        ({}, {"amount": 20_000, "amount_captured": 12_000, "captured": False}, True),  # in parts
        ({"status": "pending"}, {"amount": 20_000, "amount_captured": 12_000}, False),
        ({"status": "failed"}, {"amount": 20_000, "amount_captured": 12_000}, False),
        ({}, {"amount": 4_000, "amount_captured": 12_000}, False),  # more than was held
    ],
)
def test_a_hold_let_go_is_no_refund(refund, charge, release):
    entry = payment(12_000, charge=charge)
    row = _refund(8_000, **refund)
    entry.refunds.append(row)

    assert entry.is_release(row) is release
    counts = not release and row.status == "succeeded"
    assert folio(entry).figures.refunded == (8_000 if counts else 0)


def _at(seconds, id, **fields):
    row = _refund(8_000, occurred_at=datetime.fromtimestamp(seconds, UTC), **fields)
    row.stripe_id = id
    return row


@pytest.mark.parametrize(
    ("refunds", "let_go"),
    [
        ([_at(2, "re_a"), _at(1, "re_b"), _at(3, "re_c")], "re_b"),  # the earliest
        ([_at(1, "re_b"), _at(1, "re_a")], "re_a"),  # of one second, by its id
        ([_at(1, "re_a", bound_by="promise"), _at(2, "re_b")], "re_b"),  # not what we asked for
        ([_at(1, "re_a", status="pending"), _at(2, "re_b")], "re_b"),
        ([_at(1, "re_a", status="canceled"), _at(2, "re_b")], "re_b"),
        ([_at(1, "re_a", bound_by="promise")], None),
    ],
)
def test_one_row_a_charge_lets_go_of_what_was_not_captured(refunds, let_go):
    for order in permutations(refunds):
        entry = payment(12_000, charge={"amount": 20_000, "amount_captured": 12_000})
        entry.refunds += order
        assert [row.stripe_id for row in order if entry.is_release(row)] == [let_go][: bool(let_go)]


# Disputes ----------------------------------------------------------------


def _disputed(status, *moved, amount=10_000, currency="eur", refundable=False, **paid):
    """Return a payment with a dispute and what it moved, each an amount."""
    entry = payment(TOTAL, **paid)
    dispute = Dispute(
        stripe_id="dp_1",
        status=status,
        amount=amount,
        currency="eur",
        seen=True,
        is_charge_refundable=refundable,
    )
    entry.disputes.append(dispute)
    entry.dispute_movements += [
        DisputeMovement(
            stripe_id=f"txn_{number}",
            stripe_dispute_id="dp_1",
            amount=line,
            currency=currency,
            seen=True,
        )
        for number, line in enumerate(moved)
    ]
    return entry


EUR, USD = {"currency": "eur"}, {"currency": "usd"}


@pytest.mark.parametrize(
    ("status", "moved", "settles", "disputed", "lost"),
    [
        ("needs_response", [], EUR, 0, 0),
        ("needs_response", [-10_000], EUR, 10_000, 0),
        ("under_review", [-10_000, 4_000], EUR, 6_000, 0),
        ("won", [-10_000, 10_000], EUR, 0, 0),
        ("won", [-10_000], EUR, 10_000, 0),  # what comes back is on its way
        ("won", [-10_000, 6_000], EUR, 0, 4_000),
        ("lost", [-10_000], EUR, 0, 10_000),
        ("lost", [-10_000, 10_000], EUR, 0, 0),  # and given back all the same
        ("lost", [-10_000, -50], EUR, 0, 10_000),  # never more than the dispute's own
        ("lost", [-10_000, 10_050], EUR, 0, 0),  # never less than nothing
        ("under_review", [-11_000], USD, 10_000, 0),
        ("under_review", [-11_000, -37], USD, 10_000, 0),
        ("under_review", [-11_000, 37], USD, 10_000, 0),
        ("lost", [-11_000, 37], USD, 0, 10_000),
        ("lost", [-11_000, 37, 25, 12, 8], USD, 0, 10_000),  # many lines, little value
        ("won", [-11_000, 10_900], USD, 0, 0),
        ("won", [-11_000, -37, 11_000], USD, 0, 0),
        ("won", [-11_000, 5_499], USD, 0, 10_000),
        ("won", [-11_000, 5_500], USD, 0, 0),  # half, by value
        ("lost", [-6_000, -5_000, 6_000], USD, 0, 0),
        ("warning_closed", [], USD, 0, 0),
    ],
)
def test_a_dispute_holds_what_it_moved_by_value(status, moved, settles, disputed, lost):
    for lines in permutations(moved):
        made = folio(_disputed(status, *lines, **settles)).figures
        assert (made.disputed, made.lost) == (disputed, lost)
        assert made.balance == lost


@pytest.mark.parametrize(
    ("entries", "status", "balance"),
    [
        ([_disputed("lost", -10_000)], "charged_back", 10_000),
        ([_disputed("lost", -10_000), payment(10_000)], "paid", 0),
        ([_disputed("lost", -10_000), payment(4_000)], "charged_back", 6_000),
        ([_disputed("lost", -10_000, refunds=[(90_000,)])], "charged_back", TOTAL),
        (
            [_disputed("lost", -10_000), payment(10_000, refunds=[(10_000,)])],
            "charged_back",
            10_000,
        ),
        ([_disputed("warning_needs_response", refundable=True)], "disputed", 0),
        ([_disputed("warning_closed", refundable=True)], "paid", 0),
    ],
)
def test_what_a_bank_took_for_good_is_owed_again(entries, status, balance):
    made = folio(*entries).figures

    assert (made.payment_status, made.balance) == (status, balance)


# What can be given back -----------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        (payment(TOTAL), TOTAL),
        (payment(TOTAL, charge={"status": "pending"}), 0),  # captured, but nothing came yet
        (payment(TOTAL, charge={"status": "failed"}), 0),
        (payment(TOTAL, refunds=[(30_000,), (5_000, "failed")]), 70_000),
        (payment(TOTAL, refunds=[(30_000, "pending"), (1_000, "requires_action")]), 69_000),
        (payment(TOTAL, refunds=[(30_000, "promised")]), 70_000),
        (payment(TOTAL, refunds=[(30_000, "refused")]), TOTAL),
        (payment(TOTAL, charge={"amount_refunded": 20_000}), 80_000),  # not explained yet
        (payment(TOTAL, charge={"amount": TOTAL + 8_000, "amount_captured": TOTAL}), TOTAL),
        (_disputed("needs_response", -10_000), 90_000),
        (_disputed("warning_needs_response"), 90_000),
        (_disputed("warning_needs_response", refundable=True), TOTAL),
        (_disputed("lost", -10_000), 90_000),
        (_disputed("won", -10_000, 10_000), TOTAL),
        (_disputed("won", -10_000, 6_000), 96_000),
        (_disputed("needs_response", -10_000, refunds=[(95_000,)]), 0),
    ],
)
def test_only_what_came_and_is_still_here_can_be_given_back(entry, left):
    assert entry.refundable(entry.charges[0]) == left


@pytest.mark.parametrize(("status", "pending"), [("promised", 30_000), ("refused", 0)])
def test_what_we_promised_is_on_its_way_back_and_listed_when_stripe_has_it(status, pending):
    entry = payment(TOTAL, refunds=[(30_000, status)])
    entry.refunds[0].seen = False

    made = folio(entry)

    assert (made.figures.refund_pending, made.figures.refunded) == (pending, 0)
    assert [line["type"] for line in made.as_json()["transactions"]] == ["payment"]


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
