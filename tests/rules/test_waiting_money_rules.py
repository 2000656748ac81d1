"""What waits of a guest's bank transfers at Stripe: how much, and for which booking."""

from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.folio import waiting
from payments.models import Alert, CashBalanceTransaction, Payment
from payments.notifications import messages
from payments.operations.payments import unmatched
from sandbox import objects
from sandbox.events import event
from tests.factories import AccountFactory, ReservationFactory, UserFactory
from tests.support.money import START, intent

GUEST = "cus_1"


def movement(net, left, *, at=0, id="1", kind="funded", **fields):
    """Return the event of money that came to a guest's cash balance, or went from it."""
    row = {
        "id": f"ccsbtxn_{id}",
        "object": "customer_cash_balance_transaction",
        "created": START + at,
        "currency": "eur",
        "customer": GUEST,
        "ending_balance": left,
        "livemode": False,
        "net_amount": net,
        "type": kind,
        **fields,
    }
    name = "customer_cash_balance_transaction.created"
    return event(name, row, account="acct_harbour", created=START + at)


def of_guest(booking, seed="1", at=0, **fields):
    """Return the event of a payment of this guest's."""
    row = intent(booking, seed, customer=GUEST, created=START + at, **fields)
    return event("payment_intent.created", row, account="acct_harbour", created=START + at)


def standing():
    """Return what waits: the booking that it is said on, and how much."""
    found = Alert.objects.filter(kind="transfer_waits", closed_at=None)
    return [(alert.reservation, alert.facts["amount"]) for alert in found]


def used(amount, left, at=0, *, id, kind="applied_to_payment"):
    paid = {kind: {"payment_intent": "pi_2"}}
    return movement(-amount, left, at=at, id=id, kind=kind, **paid)


# How much ------------------------------------------------------------------


def rows(moved):
    """Return movements of one balance: (seconds after the one before, how much)."""
    at, left, made = START, 0, []
    for number, (pause, net) in enumerate(moved):
        at, left = at + pause, left + net
        made.append(
            CashBalanceTransaction(
                stripe_id=f"ccsbtxn_{number * 7919 % 101:03}",  # ids say nothing of the order
                seen=True,
                currency="eur",
                net_amount=net,
                ending_balance=left,
                occurred_at=datetime.fromtimestamp(at, UTC),
            )
        )
    return made, left


MOVED = st.lists(st.tuples(st.sampled_from([0, 0, 0, 1, 60]), st.integers(-3, 3)), max_size=12)


@given(MOVED, st.randoms(use_true_random=False))
def test_what_is_left_is_left_however_many_movements_share_a_second(moved, chance):
    made, left = rows(moved)
    chance.shuffle(made)

    assert waiting(made) == ({"eur": left} if left > 0 else {})


def test_each_currency_waits_by_itself():
    euros, _ = rows([(0, 500), (1, -200)])
    yen, _ = rows([(0, 90)])
    yen[0].currency = "jpy"

    assert waiting([*yen, *euros]) == {"eur": 300, "jpy": 90}


def test_what_is_only_named_says_nothing():
    made, _ = rows([(0, 500)])
    made[0].seen = False

    assert waiting(made) == {}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_transfer_that_pays_at_once_leaves_nothing_waiting(order, stripe, booking):
    told = [
        movement(50_000, 50_000, id="9"),
        used(50_000, 0, id="1"),  # in the same second
    ]

    stripe.sends([of_guest(booking, "2")])
    for number in order:
        stripe.sends([told[number]])

    assert standing() == []


@pytest.mark.parametrize("kind", ["refunded_from_payment", "unapplied_from_payment"])
def test_what_comes_back_from_a_payment_waits_until_it_is_sent_back(kind, stripe, booking):
    story = [
        of_guest(booking, "2"),
        movement(50_000, 50_000, id="1"),
        used(50_000, 0, 60, id="2"),
        movement(20_000, 20_000, at=120, id="3", kind=kind, **{kind: {"payment_intent": "pi_2"}}),
    ]
    stripe.sends(story)
    assert standing() == [(booking, 20_000)]

    stripe.sends([movement(-20_000, 0, at=180, id="4", kind="return_initiated")])

    assert standing() == []


# Whose ---------------------------------------------------------------------


@pytest.fixture
def other(booking):
    """Another stay of the same guest."""
    return ReservationFactory(property=booking.property, organization=booking.organization)


def guests_story(booking, other):
    """Two payments of a guest, one for each stay; then money that no payment waits for."""
    return [of_guest(other, "1", -600), of_guest(booking, "2", -60), movement(40_000, 40_000)]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "one batch"])
def test_it_is_said_on_the_booking_of_the_guests_latest_payment(
    order, at_once, stripe, booking, other
):
    story = guests_story(booking, other)
    told = [story[number] for number in order]

    for batch in [told] if at_once else [[each] for each in told]:
        stripe.sends(batch)

    assert standing() == [(booking, 40_000)]


def test_the_payment_that_it_came_back_from_says_more_than_the_latest(stripe, booking, other):
    back = {"unapplied_from_payment": {"payment_intent": "pi_2"}}
    stripe.sends([of_guest(booking, "2", at=-600, id="pi_2"), of_guest(other, "1", at=-60)])

    stripe.sends([movement(40_000, 40_000, kind="unapplied_from_payment", **back)])

    assert standing() == [(booking, 40_000)]


def test_money_of_a_guest_whom_no_booking_knows_is_said_all_the_same(stripe, booking):
    stripe.sends([movement(40_000, 40_000)])

    assert standing() == [(None, 40_000)]
    sentence = messages.sentence(Alert.objects.get())
    assert sentence.startswith("€400.00 of a bank transfer of ")


def test_it_moves_with_the_payment_that_staff_attach(stripe, booking):
    loose = objects.payment_intent(customer=GUEST, status="succeeded", created=START)
    stripe.sends([movement(40_000, 40_000)])
    stripe.tells("payment_intent.succeeded", loose | {"metadata": {}})
    assert standing() == [(None, 40_000)]

    unmatched.attach(
        payment=Payment.objects.get(), reservation=booking, by=UserFactory(is_superuser=True)
    )

    assert standing() == [(booking, 40_000)]


def test_a_customer_of_the_same_id_in_another_account_is_somebody_else(stripe, booking):
    AccountFactory(stripe_id="acct_second", organization=booking.organization)
    stripe.sends([movement(40_000, 40_000)])

    elsewhere = intent(booking, "2", customer=GUEST, created=START)
    stripe.tells("payment_intent.created", elsewhere, account="acct_second")

    assert Payment.objects.get().reservation == booking
    assert standing() == [(None, 40_000)]
