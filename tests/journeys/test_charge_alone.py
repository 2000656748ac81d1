"""A charge that no payment intent stands behind is a payment of its own, wherever payments are."""

import json
from itertools import permutations

import pytest
from django.core.management import call_command

from payments.models import Alert, Charge, Notification, Payment
from sandbox import objects
from sandbox.events import event
from tests.factories import ReservationFactory
from tests.staff.conftest import somebody
from tests.support.money import START

CHARGE = "ch_alone"
OF_IT = {"charge": CHARGE, "payment_intent": None}


def charge(**fields):
    return objects.charge(
        id=CHARGE, **{"payment_intent": None, "amount": 120_000, "created": START} | fields
    )


def told(type, object, at=0):
    return event(type, object, account="acct_harbour", created=START + at)


def refund(amount=20_000, **fields):
    return objects.refund(id="re_1", amount=amount, created=START + 60, **OF_IT | fields)


def dispute(*moved, status="needs_response"):
    lines = [objects.balance_transaction(id=f"txn_{n}", amount=m) for n, m in enumerate(moved)]
    return objects.dispute(
        id="dp_1",
        amount=30_000,
        status=status,
        balance_transactions=lines,
        created=START + 120,
        **OF_IT,
    )


def state(booking, capsys):
    call_command("payment_state", booking.code, "--json")
    return json.loads(capsys.readouterr().out)


STORY = [
    told("charge.succeeded", charge(metadata={"reservationId": "HB-2481", "type": "deposit"})),
    told("refund.created", refund(), 60),
    told("charge.dispute.created", dispute(-30_000), 120),
    told("radar.early_fraud_warning.created", objects.early_fraud_warning(id="issfr_1", **OF_IT)),
    told("review.opened", objects.review(id="prv_1", **OF_IT)),
]


@pytest.mark.parametrize("order", list(permutations(range(5)))[::7], ids=str)
@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "one batch"])
def test_all_that_belongs_to_it_counts_for_its_booking(order, at_once, stripe, booking, capsys):
    story = [STORY[number] for number in order]
    for batch in [story] if at_once else [[each] for each in story]:
        stripe.sends(batch)

    found = state(booking, capsys)
    figures = ["paid", "refunded", "disputed", "balance", "payment_status"]
    assert [found[name] for name in figures] == [120_000, 20_000, 30_000, 20_000, "disputed"]
    assert found["transactions"][0] == {
        "type": "payment",
        "stripe_id": CHARGE,
        "purpose": "deposit",
        "amount": 120_000,
        "received": 120_000,
        "status": "succeeded",
        "currency": "eur",
    }
    ids = {"charges": CHARGE, "disputes": "dp_1", "fraud_warnings": "issfr_1", "reviews": "prv_1"}
    assert {name: [each["stripe_id"] for each in found[name]] for name in ids} == {
        name: [id] for name, id in ids.items()
    }
    assert [each["stripe_id"] for each in found["transactions"]] == [CHARGE, "re_1", "txn_0"]
    assert Payment.objects.get().reservation == booking


@pytest.mark.parametrize(
    ("fields", "received", "status"),
    [
        ({"status": "pending", "captured": True, "amount_captured": 120_000}, 0, "pending"),
        ({"status": "failed", "captured": False, "amount_captured": 0}, 0, "failed"),
        ({"captured": False, "amount_captured": 0}, 0, "succeeded"),  # held
        ({"captured": True, "amount_captured": 50_000}, 50_000, "succeeded"),
    ],
)
def test_it_brought_what_was_captured_of_it(fields, received, status, stripe, booking, capsys):
    named = {"reservationId": booking.code}
    stripe.tells(f"charge.{status}", charge(metadata=named, **fields))

    (line,) = state(booking, capsys)["transactions"]
    assert (line["received"], line["status"], line["purpose"]) == (
        received,
        status,
        "reservation_payment",
    )


def test_a_debit_that_bounces_brought_nothing_in_any_order(stripe, booking, capsys):
    named = {"metadata": {"reservationId": booking.code}}
    pending = charge(status="pending", captured=True, amount_captured=120_000, **named)
    failed = charge(status="failed", captured=False, amount_captured=120_000, **named)
    stripe.sends([told("charge.failed", failed, 60), told("charge.pending", pending)])

    found = state(booking, capsys)

    assert (found["paid"], found["payment_status"]) == (0, "failed")


def test_one_without_a_hint_is_money_without_a_booking_until_staff_say_whose(
    stripe, booking, capsys
):
    client = somebody()
    stripe.tells("charge.succeeded", charge(metadata={}))
    assert [alert.kind for alert in Alert.objects.filter(closed_at=None)] == ["unmatched_money"]
    page = client.get("/bookings/unmatched/").content.decode()
    assert "€1,200.00" in page
    assert CHARGE in page
    assert booking.code in page

    url = f"/bookings/unmatched/{Payment.objects.get().pk}"
    client.post(f"{url}/attach/", {"reservation": booking.pk})

    assert state(booking, capsys)["payment_status"] == "paid"
    assert not Alert.objects.filter(closed_at=None).exists()
    assert sorted(Notification.objects.values_list("kind", flat=True)) == [
        "payment_received",
        "payment_taken",
    ]
    page = client.get(f"/bookings/{booking.pk}/").content.decode()
    assert CHARGE in page

    client.post(f"{url}/detach/")

    assert state(booking, capsys)["payment_status"] == "unpaid"


def test_another_hotels_booking_in_its_metadata_is_set_aside(stripe, booking):
    elsewhere = ReservationFactory(property__organization__slug="asagiri")
    stripe.tells("charge.succeeded", charge(metadata={"reservationId": str(elsewhere.pk)}))

    assert not Payment.objects.exists()
    assert not Charge.objects.exists()
    assert [alert.kind for alert in Alert.objects.all()] == ["tenant_mismatch"]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_one_that_does_not_say_is_the_payments_that_names_it(order, stripe, booking, capsys):
    paid = objects.payment_intent(
        id="pi_1",
        amount=120_000,
        created=START,
        latest_charge=CHARGE,
        metadata={"reservationId": booking.code},
        status="succeeded",
    )
    whole = charge(payment_intent="pi_1")
    silent = {name: value for name, value in whole.items() if name != "payment_intent"}
    story = [
        told("payment_intent.succeeded", paid),
        told("charge.succeeded", whole),
        told("charge.updated", silent, 60),
    ]
    for number in order:
        stripe.sends([story[number]])

    found = state(booking, capsys)
    assert (found["paid"], found["payment_status"]) == (120_000, "paid")
    assert [line["stripe_id"] for line in found["transactions"]] == ["pi_1"]
    assert not Alert.objects.exists()


def test_admin_lists_it_among_payments(stripe, booking, admin_client):
    stripe.tells("charge.succeeded", charge(metadata={"reservationId": booking.code}))

    listed = admin_client.get("/admin/payments/paymenttransaction/").content.decode()

    assert "€1,200.00" in listed
    assert booking.code in listed


def test_a_charge_of_a_payment_is_none_of_its_own(stripe, booking):
    of_payment = charge(payment_intent="pi_1", metadata={"reservationId": booking.code})
    stripe.tells("charge.succeeded", of_payment)

    (payment,) = Payment.objects.all()
    assert (payment.stripe_id, payment.seen, payment.reservation) == ("pi_1", False, None)
