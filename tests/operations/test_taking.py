"""Taking a payment, holding money, capturing it, letting it go."""

import time

import pytest

from payments.errors import Invalid, MayNot, NoStripeKey, NotAsThingsStand
from payments.models import Activity, ConnectedAccount, OutgoingRequest, Payment
from payments.operations.payments import holds, payment_intents
from payments.outgoing import keeping
from sandbox import objects
from tests.factories import MembershipFactory
from tests.operations.conftest import makes_intents

pytestmark = pytest.mark.django_db


def take(stay, by, **asked):
    asked = {"amount": 30_000, "purpose": "deposit"} | asked
    return payment_intents.take(booking=stay(), by=by, **asked)


def test_a_payment_is_promised_asked_and_waits_for_its_guest(stripe, wire, stay, desk, booking):
    wire.answers = makes_intents

    taken = take(stay, desk)

    payment = taken.payment
    assert taken.client_secret.startswith(f"{payment.stripe_id}_secret_")
    assert (payment.status, payment.reservation) == ("requires_payment_method", booking)
    (asked,) = wire.asked
    assert (asked.account, asked.key) == ("acct_harbour", str(payment.pk))
    assert (asked.form["amount"], asked.form["currency"]) == ("30000", "eur")
    assert {name: asked.form[f"metadata[{name}]"] for name in payment.metadata} == {
        "reservationId": str(booking.pk),
        "orgId": str(booking.organization_id),
        "propertyId": str(booking.property_id),
        "type": "deposit",
        "transactionId": str(payment.pk),
    }
    (done,) = Activity.objects.all()
    assert (done.kind, done.user, done.reservation) == ("payment_begun", desk, booking)


@pytest.mark.parametrize(
    ("asked", "method"),
    [
        ({"purpose": "hold"}, "manual"),
        ({"purpose": "deposit"}, "automatic"),
        ({"purpose": "deposit", "capture_method": "manual"}, "manual"),
    ],
)
def test_a_hold_is_captured_later_and_all_else_at_once(stripe, wire, stay, desk, asked, method):
    wire.answers = makes_intents
    take(stay, desk, **asked)
    assert wire.asked[0].form["capture_method"] == method


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 2**63}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": "300"}, "amount"),
        ({"purpose": "bribe"}, "purpose"),
        ({"capture_method": "later"}, "capture_method"),
        ({"setup_future_usage": "maybe"}, "setup_future_usage"),
    ],
)
def test_what_makes_no_sense_is_never_asked(stripe, wire, stay, desk, asked, field):
    with pytest.raises(Invalid) as refusal:
        take(stay, desk, **asked)
    assert refusal.value.field == field
    assert not wire.asked
    assert not Payment.objects.exists()


def test_three_decimals_end_in_nothing(stripe, wire, stay, desk, booking):
    booking.currency = "kwd"
    booking.save()
    with pytest.raises(Invalid):
        take(stay, desk, amount=10_001)
    wire.answers = makes_intents
    assert take(stay, desk, amount=10_010).payment.amount == 10_010


def test_a_canceled_booking_takes_nothing_but_extras(stripe, wire, stay, desk, booking):
    booking.status = "canceled"
    booking.save()
    with pytest.raises(NotAsThingsStand) as refusal:
        take(stay, desk)
    assert refusal.value.code == "booking_canceled"
    wire.answers = makes_intents
    assert take(stay, desk, purpose="damage_charge").payment.stripe_id


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            {"stripe_id": "acct_gone", "account": "acct_gone", "property_id": "elsewhere"},
            "account_missing",
        ),
        ({"deauthorized_at": "2026-01-01T00:00Z"}, "account_disconnected"),
        ({"seen": True, "charges_enabled": False}, "account_cannot_charge"),
        ({"livemode": True}, "livemode_differs"),
    ],
    ids=["missing", "disconnected", "stopped", "live"],
)
def test_an_account_that_cannot_take_it_is_not_asked(
    stripe, wire, stay, desk, booking, change, code
):
    if code == "account_missing":
        ConnectedAccount.objects.all().delete()
    else:
        ConnectedAccount.objects.update(**change)
    with pytest.raises(NotAsThingsStand) as refusal:
        take(stay, desk)
    assert refusal.value.code == code
    assert not wire.asked


def test_an_account_that_was_never_read_is_tried(stripe, wire, stay, desk):
    wire.answers = makes_intents
    assert take(stay, desk).payment.stripe_id


def test_without_a_key_nothing_is_promised(stripe, wire, stay, desk, settings):
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(NoStripeKey):
        take(stay, desk)
    assert not OutgoingRequest.objects.exists()


def test_who_only_looks_may_not_take(stripe, wire, stay, booking):
    reader = MembershipFactory(role="read_only", organization=booking.organization).user
    with pytest.raises(MayNot):
        take(stay, reader)
    stranger = MembershipFactory(role="owner", organization__slug="elsewhere").user
    with pytest.raises(MayNot):
        take(stay, stranger)
    assert not wire.asked


def test_what_stripe_finds_too_small_is_wrong_at_the_amount(stripe, wire, stay, desk):
    said = {
        "type": "invalid_request_error",
        "code": "amount_too_small",
        "message": "At least €0.50.",
    }
    wire.answers = lambda asked: (400, {"error": said})
    with pytest.raises(Invalid) as refusal:
        take(stay, desk, amount=1)
    assert refusal.value.field == "amount"
    assert "At least €0.50" in str(refusal.value)


def test_while_stripe_is_away_the_payment_is_promised(stripe, wire, stay, desk):
    wire.answers = lambda asked: None
    taken = take(stay, desk)
    assert (taken.payment.status, taken.client_secret) == ("promised", None)


# Holds -------------------------------------------------------------------


@pytest.fixture
def hold(stripe, wire, stay, desk):
    """Money held on a guest's card: €300.00."""
    wire.answers = makes_intents
    payment = take(stay, desk, purpose="hold").payment
    wire.asked.clear()
    held = intent_of(payment, status="requires_capture", amount_capturable=30_000)
    later = int(time.time()) + 5
    stripe.tells("payment_intent.amount_capturable_updated", held, created=later)
    payment.refresh_from_db()
    return payment


def intent_of(payment, **fields):
    return objects.payment_intent(
        id=payment.stripe_id,
        amount=payment.amount,
        capture_method="manual",
        currency=payment.currency,
        metadata=payment.metadata,
        **fields,
    )


@pytest.mark.parametrize("amount", [None, 30_000, 12_000])
def test_a_hold_is_captured_in_whole_or_part(wire, hold, desk, amount):
    taken = amount or 30_000
    wire.answers = lambda asked: (
        200,
        intent_of(hold, status="succeeded", amount_received=taken),
    )
    payment = holds.capture(payment=hold, amount=amount, by=desk)
    assert (payment.status, payment.amount_received) == ("succeeded", taken)
    (asked,) = wire.asked
    assert asked.path == f"/v1/payment_intents/{hold.stripe_id}/capture"
    assert asked.form.get("amount_to_capture") == (str(amount) if amount else None)
    assert (bool(asked.key), asked.account) == (True, "acct_harbour")


def test_no_more_is_captured_than_is_held(wire, hold, desk):
    with pytest.raises(NotAsThingsStand) as refusal:
        holds.capture(payment=hold, amount=30_001, by=desk)
    assert refusal.value.code == "amount_too_large"
    assert "€300.00" in str(refusal.value)
    assert not wire.asked


def test_a_hold_is_let_go(wire, hold, desk):
    wire.answers = lambda asked: (200, intent_of(hold, status="canceled"))
    payment = holds.release(payment=hold, by=desk)
    assert payment.status == "canceled"
    assert Activity.objects.filter(kind="hold_released").exists()
    with pytest.raises(NotAsThingsStand) as refusal:
        holds.capture(payment=payment, by=desk)
    assert refusal.value.code == "not_capturable"


def test_a_capture_whose_answer_was_lost_is_not_made_twice(wire, hold, desk):
    wire.answers = lambda asked: None
    holds.capture(payment=hold, amount=12_000, by=desk)
    assert holds.capture(payment=hold, amount=12_000, by=desk).status == "requires_capture"
    for other in (11_000, None):
        with pytest.raises(holds.NotCapturable, match="Another amount"):
            holds.capture(payment=hold, amount=other, by=desk)
    assert len(wire.asked) == 1  # a second click asks nothing

    done = intent_of(hold, status="succeeded", amount_received=12_000)
    wire.answers = lambda asked: (200, done)
    keeping.keep_due(early=True)
    assert [asked.method for asked in wire.asked] == ["POST", "GET"]
    hold.refresh_from_db()
    assert hold.amount_received == 12_000


def test_a_payment_that_is_over_cannot_be_ended(wire, paid, desk):
    payment = paid(30_000)
    with pytest.raises(NotAsThingsStand) as refusal:
        payment_intents.cancel(payment=payment, by=desk)
    assert refusal.value.code == "not_cancelable"
    assert not wire.asked
