"""Cards on file: left by a guest, chosen, taken off; and which of them can be charged."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from payments.errors import MayNot, NotAsThingsStand
from payments.models import ConnectedAccount, Customer, OutgoingRequest, PaymentMethod, SetupIntent
from payments.operations import outcome
from payments.operations.customers import payment_methods
from payments.outgoing import keeping
from sandbox import objects
from tests.factories import MembershipFactory
from tests.operations.conftest import metadata_of

pytestmark = pytest.mark.django_db


def makes_cards(asked):
    """Answer as Stripe does when a guest is to leave a card."""
    made = {"created": int(time.time()), "metadata": metadata_of(asked)}
    if asked.path == "/v1/customers":
        named = {"name": asked.form["name"], "email": asked.form.get("email")}
        return 200, objects.customer(id="cus_guest", **made, **named)
    intent = objects.setup_intent(
        id="seti_1", customer=asked.form["customer"], status="requires_payment_method", **made
    )
    return 200, intent | {"client_secret": "seti_1_secret_of_the_guest", "payment_method": None}


@pytest.fixture
def card(stripe, booking):
    """Return a function that puts a card of the booking's guest on file."""
    customer = Customer.objects.create(
        account="acct_harbour",
        stripe_id="cus_guest",
        organization=booking.organization,
        guest_id=booking.guest_id,
        seen=True,
    )

    def put(id, **fields):
        method = objects.payment_method(id=id, customer=customer.stripe_id)
        method["card"] |= fields
        stripe.tells("payment_method.attached", method)
        return PaymentMethod.objects.get(stripe_id=id)

    return put


# Leaving one --------------------------------------------------------------


def test_a_guest_leaves_a_card_with_a_customer_of_their_own(stripe, wire, stay, desk, booking):
    wire.answers = makes_cards
    begun = payment_methods.setup(booking=stay(), by=desk)
    assert begun.client_secret == "seti_1_secret_of_the_guest"
    assert begun.intent.status == "requires_payment_method"
    customer, intent = wire.asked
    row = Customer.objects.get(guest_id=booking.guest_id)
    assert (customer.path, customer.key) == ("/v1/customers", str(row.pk))
    assert (intent.path, intent.key) == ("/v1/setup_intents", str(begun.intent.pk))
    assert intent.form["customer"] == row.stripe_id == "cus_guest"
    assert intent.form["usage"] == "off_session"
    assert {each.account for each in wire.asked} == {"acct_harbour"}
    written = {value for asked in wire.asked for value in metadata_of(asked).values()}
    assert not written & {customer.form["name"], customer.form.get("email")}
    assert payment_methods.customers.of_guest(stay()) == [row]

    payment_methods.setup(booking=stay(), by=desk)
    assert [each.path for each in wire.asked].count("/v1/customers") == 1


def test_the_secret_is_read_again_and_kept_nowhere(stripe, wire, stay, desk):
    wire.answers = makes_cards
    intent = payment_methods.setup(booking=stay(), by=desk).intent
    for row in (SetupIntent.objects.values().get(), *OutgoingRequest.objects.values()):
        assert "secret_of_the_guest" not in str(row)
    wire.answers = lambda asked: (200, objects.setup_intent(id="seti_1", client_secret="again"))
    assert payment_methods.client_secret(intent=intent, by=desk) == "again"
    wire.answers = lambda asked: None
    assert payment_methods.client_secret(intent=intent, by=desk) is None


def test_a_card_asked_for_while_stripe_is_silent_is_asked_for_later(stripe, wire, stay, desk):
    wire.answers = lambda asked: None
    begun = payment_methods.setup(booking=stay(), by=desk)
    assert (begun.intent.status, begun.client_secret) == ("promised", None)
    wire.answers = makes_cards
    for _ in range(3):
        keeping.keep_due(early=True)
    begun.intent.refresh_from_db()
    assert (begun.intent.stripe_id, begun.intent.status) == ("seti_1", "requires_payment_method")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"deauthorized_at": timezone.now()}, "account_disconnected"),
        ({"livemode": True}, "livemode_differs"),
        ({"seen": True, "charges_enabled": False}, "account_cannot_charge"),
    ],
)
def test_an_account_that_cannot_take_money_saves_no_card(stripe, wire, stay, desk, fields, code):
    ConnectedAccount.objects.update(**fields)
    with pytest.raises(NotAsThingsStand) as refusal:
        payment_methods.setup(booking=stay(), by=desk)
    assert refusal.value.code == code
    assert not wire.asked
    assert not SetupIntent.objects.exists()


# Which can be charged -----------------------------------------------------


def test_a_card_that_has_run_out_is_on_file_and_not_usable(wire, card, stay, desk):
    good, old = card("pm_good", exp_year=2099), card("pm_old", exp_month=1, exp_year=2020)
    found = {each.method.pk: each.usable for each in payment_methods.on_file(stay(), desk)}
    assert found == {good.pk: True, old.pk: False}
    assert payment_methods.usable(good, stay())
    assert not payment_methods.usable(old, stay())


def test_a_card_is_good_until_its_month_is_over_at_the_house(wire, card, stay, monkeypatch):
    method, house = card("pm_1", exp_month=6, exp_year=2030), ZoneInfo(stay().timezone)
    over = datetime(2030, 7, 1, tzinfo=house)
    for moment, good in ((over - timedelta(seconds=1), True), (over, False)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment.astimezone(UTC))
        assert payment_methods.usable(method, stay()) is good


def test_a_card_on_another_account_or_of_another_guest_is_not_usable(wire, card, stay, booking):
    method = card("pm_1", exp_year=2099)
    ConnectedAccount.objects.update(stripe_id="acct_next", account="acct_next")
    assert not payment_methods.usable(method, stay())
    Customer.objects.filter(stripe_id="cus_guest").update(guest_id=booking.pk)
    assert not payment_methods.usable(method, stay())


# Changing one -------------------------------------------------------------


def test_a_card_becomes_the_default(wire, card, stay, desk):
    method = card("pm_1", exp_year=2099)

    def answers(asked):
        chosen = asked.form["invoice_settings[default_payment_method]"]
        customer = objects.customer(id="cus_guest", created=int(time.time()))
        customer["invoice_settings"]["default_payment_method"] = chosen
        return 200, customer

    wire.answers = answers
    payment_methods.make_default(method=method, booking=stay(), by=desk)
    payment_methods.make_default(method=method, booking=stay(), by=desk)
    (asked,) = wire.asked
    assert (asked.path, asked.account) == ("/v1/customers/cus_guest", "acct_harbour")
    assert asked.key == str(OutgoingRequest.objects.get().pk)
    assert [each.default for each in payment_methods.on_file(stay(), desk)] == [True]


def test_the_card_that_was_chosen_last_wins(wire, card, stay, desk):
    first, second = card("pm_1"), card("pm_2")
    wire.answers = lambda asked: None
    for method in (first, second, second):
        payment_methods.make_default(method=method, booking=stay(), by=desk)
    (left,) = OutgoingRequest.objects.filter(state="promised")
    assert left.params == {"invoice_settings": {"default_payment_method": "pm_2"}}


def test_a_card_is_taken_off_once_and_is_gone_then(wire, card, stay, desk):
    method = card("pm_1", exp_year=2099)
    wire.answers = lambda asked: None
    for _ in range(2):
        assert not payment_methods.detach(method=method, booking=stay(), by=desk).detached
    assert OutgoingRequest.objects.count() == 1
    gone = objects.payment_method(id="pm_1", customer=None)
    wire.answers = lambda asked: (200, gone)
    keeping.keep_due(early=True)
    assert payment_methods.on_file(stay(), desk) == []
    for act in (payment_methods.detach, payment_methods.make_default):
        with pytest.raises(outcome.CardGone):
            act(method=method, booking=stay(), by=desk)


def test_whoever_only_looks_changes_no_card(wire, card, stay, booking):
    method = card("pm_1")
    looks = MembershipFactory(role="read_only", organization=booking.organization).user
    for act in (payment_methods.detach, payment_methods.make_default):
        with pytest.raises(MayNot):
            act(method=method, booking=stay(), by=looks)
    with pytest.raises(MayNot):
        payment_methods.setup(booking=stay(), by=looks)
    with pytest.raises(MayNot):
        payment_methods.on_file(stay(), looks)
    assert not wire.asked
