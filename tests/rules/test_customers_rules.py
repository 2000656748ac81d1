"""What a hotel hears of cards on file, and which of them it may still charge."""

from itertools import permutations

import pytest
from django.utils import timezone

from payments.models import Alert, Charge, PaymentMethod, SetupIntent
from payments.webhooks import worker
from payments.words.customers import named, setup
from sandbox import events, objects

NOW = int(timezone.now().timestamp())


def told(type, object, at):
    return events.event(type, object, account="acct_harbour", created=NOW + at)


def open_alerts():
    return list(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))


def card(**fields):
    return objects.card_source(id="card_1", customer="cus_1", **fields)


def test_a_card_that_was_renewed_does_not_run_out_any_more(stripe):
    runs_out = told("customer.source.expiring", card(exp_month=12, exp_year=2026), 0)
    renewed = told("customer.source.updated", card(exp_month=12, exp_year=2031), 60)

    stripe.sends([runs_out])
    assert open_alerts() == ["card_expires"]
    stripe.sends([renewed])

    assert open_alerts() == []


def test_a_late_warning_of_a_card_that_was_renewed_is_not_said(stripe):
    renewed = told("customer.source.updated", card(exp_month=12, exp_year=2031), 60)
    runs_out = told("customer.source.expiring", card(exp_month=12, exp_year=2026), 0)

    stripe.sends([renewed])
    stripe.sends([runs_out])

    assert not Alert.objects.exists()


def hold(status="requires_capture", at=0):
    return objects.payment_intent(
        status=status,
        amount=5_000,
        capture_method="manual",
        payment_method="pm_1",
        created=NOW + at,
        metadata={"reservationId": "HB-2481"},
    )


def replaced(at):
    network = objects.payment_method(id="pm_1", customer="cus_1")
    return told("payment_method.automatically_updated", network, at)


HELD = [
    told("payment_intent.created", hold("requires_payment_method"), 0),
    told("payment_intent.amount_capturable_updated", hold(), 0),
    replaced(60),
]


@pytest.mark.parametrize("order", list(permutations(HELD)))
@pytest.mark.parametrize("at_once", [True, False])
def test_a_card_replaced_under_a_hold_is_said_in_whatever_order(stripe, booking, order, at_once):
    for event in order:
        stripe.delivers(event)
        if not at_once:
            worker.drain()
    worker.drain()

    alert = Alert.objects.get(closed_at=None)
    assert (alert.kind, alert.reservation) == ("card_replaced", booking)
    assert alert.property == booking.property


def test_a_hold_that_ended_needs_no_word_of_its_card(stripe, booking):
    stripe.sends(HELD)
    stripe.sends([told("payment_intent.canceled", hold("canceled"), 120)])

    assert open_alerts() == []


def test_a_hold_made_after_its_card_was_replaced_stands_on_the_new_one(stripe, booking):
    stripe.sends([replaced(0)])
    stripe.sends([told("payment_intent.amount_capturable_updated", hold(at=60), 60)])

    assert open_alerts() == []


@pytest.mark.parametrize(
    ("type", "source", "name"),
    [
        ("source", {"object": "card", "brand": "American Express"}, "American Express ·· 0005"),
        ("source", {"object": "card", "brand": "MasterCard"}, "Mastercard ·· 0005"),
        ("source", {"object": "card", "brand": "Diners Club"}, "Diners Club ·· 0005"),
        ("bank_account", {"object": "bank_account", "bank_name": "HSBC UK"}, "HSBC UK ·· 0005"),
        ("bank_account", {"object": "bank_account", "bank_name": None}, "Bank account ·· 0005"),
    ],
)
def test_a_card_and_a_bank_in_the_old_way_are_called_as_people_call_them(
    type, source, name, stripe
):
    stripe.tells(f"customer.{type}.created", {"id": "card_1", "last4": "0005"} | source)

    assert named(PaymentMethod.objects.get()) == name


def test_a_legacy_card_has_the_brand_that_the_same_card_has_today(stripe):
    stripe.tells("customer.source.created", card(brand="American Express"))
    source = {"object": "card", "brand": "American Express", "last4": "0005"}
    charge = objects.charge() | {"payment_method_details": None, "source": source}
    stripe.tells("charge.succeeded", charge, api_version="2018-11-08")

    assert (PaymentMethod.objects.get().brand, Charge.objects.get().brand) == ("amex", "amex")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("setup_intent_authentication_failure", "The guest did not confirm it with the bank."),
        ("setup_intent_setup_attempt_expired", "The guest did not finish it in time."),
    ],
)
def test_a_card_that_could_not_be_saved_says_why_to_staff(code, says, stripe):
    """Stripe's own sentence speaks to the guest: “your payment method”."""
    error = {"type": "card_error", "code": code, "message": "Your payment method failed."}
    given = objects.setup_intent(status="requires_payment_method") | {"last_setup_error": error}
    stripe.tells("setup_intent.setup_failed", given)

    assert setup(SetupIntent.objects.get()).note == says


LEFT = [
    told("customer.created", objects.customer(id="cus_1"), 0),
    told("payment_method.attached", objects.payment_method(id="pm_1", customer="cus_1"), 0),
    told("customer.deleted", objects.customer(id="cus_1"), 60),
]


@pytest.mark.parametrize("order", list(permutations(LEFT)))
@pytest.mark.parametrize("at_once", [True, False])
def test_no_card_of_a_deleted_customer_can_be_charged(stripe, order, at_once):
    for event in order:
        stripe.delivers(event)
        if not at_once:
            worker.drain()
    worker.drain()

    method = PaymentMethod.objects.get()
    assert method.detached
    assert not method.can_be_charged


@pytest.mark.parametrize("status", ["consumed", "failed", "canceled"])
def test_a_source_that_is_spent_can_be_charged_no_more(stripe, status):
    for at, word in enumerate(["chargeable", status]):
        source = objects.source(id="src_1", customer="cus_1", status=word)
        stripe.sends([told("customer.source.updated", source, at)])
        assert PaymentMethod.objects.get().can_be_charged is (word == "chargeable")
