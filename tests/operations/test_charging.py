"""A card on file is charged, the guest absent; a bank that asks has the guest asked, once."""

import pytest

from payments import hotel
from payments.errors import Declined, Invalid, MayNot, NotAsThingsStand
from payments.models import Activity, Notification, OutgoingRequest, PayLink, Payment, PaymentMethod
from payments.operations.customers import payment_methods
from payments.operations.payments import additional_charges, pay_links
from payments.outgoing import keeping
from sandbox import objects
from tests.factories import ReservationFactory
from tests.operations.conftest import HARBOUR
from tests.sandbox.test_sandbox_delivery import control


@pytest.fixture
def on_file(far, stay, desk):
    """Return a function that lets the guest leave one of Stripe's test cards."""

    def leave(card="pm_card_visa"):
        setting = payment_methods.setup(booking=stay(), by=desk)
        confirmed = far.client.v1.setup_intents.confirm(
            setting.intent.stripe_id, {"payment_method": card}, {"stripe_account": HARBOUR}
        )
        if confirmed.status == "requires_action":
            control(far.server, "authenticate", account=HARBOUR, intent=confirmed.id)
        far.tell("setup_intent.succeeded", "payment_method.attached")
        return PaymentMethod.objects.order_by("-pk").first()

    return leave


def charge(stay, by, method, **asked):
    asked = {"amount": 9_000, "purpose": "damage_charge"} | asked
    return additional_charges.charge(booking=stay(), payment_method=method, by=by, **asked)


def test_damage_is_charged_to_the_card_on_file(far, on_file, stay, desk, booking):
    payment = charge(stay, desk, on_file(), note="A broken lamp")
    assert (payment.status, payment.amount_received) == ("succeeded", 9_000)
    booking.refresh_from_db()
    assert (booking.extras_amount, booking.balance) == (9_000, 120_000)
    done = Activity.objects.get(kind="card_charged")
    assert (done.user, done.facts["note"]) == (desk, "A broken lamp")
    far.tell("payment_intent.succeeded")
    booking.refresh_from_db()
    assert booking.extras_amount == 9_000


def test_a_bank_that_declines_is_said_in_words(far, on_file, stay, desk):
    with pytest.raises(Declined) as refusal:
        charge(stay, desk, on_file("pm_card_chargeCustomerFail"))
    assert refusal.value.code == "card_declined"
    assert refusal.value.payment.stripe_id
    assert not PayLink.objects.exists()


def test_a_bank_that_asks_has_the_guest_asked_about_the_same_payment(far, on_file, stay, desk):
    payment = charge(stay, desk, on_file("pm_card_authenticationRequired"))
    assert payment.status == "requires_payment_method"
    link = PayLink.objects.get()
    assert (link.payment_id, link.amount) == (payment.pk, 9_000)
    assert pay_links.begin(link).payment.pk == payment.pk
    assert Payment.objects.count() == 1
    assert additional_charges.ask_guests() == 0  # once
    pay_links.send_again(link, by=desk)
    mails = Notification.objects.filter(kind="pay_link")
    assert [mail.facts["asked"] for mail in mails] == [True, True]


def test_however_many_cards_were_declined_whoever_is_asked_gets_a_link(
    far, on_file, stay, desk, booking, monkeypatch
):
    declined = Payment.objects.bulk_create(
        Payment(
            stripe_id=f"pi_declined_{number}",
            account=HARBOUR,
            organization=booking.organization,
            reservation=booking,
            type="payment",
            amount=100,
            currency="eur",
            off_session=True,
            status="requires_payment_method",
            failure_code="card_declined",
        )
        for number in range(101)
    )
    card = on_file("pm_card_authenticationRequired")
    with monkeypatch.context() as patched:
        patched.setattr(additional_charges, "_ask_guest", lambda *given: False)
        payment = charge(stay, desk, card)
    assert not PayLink.objects.exists()
    assert declined[0].pk < payment.pk
    assert additional_charges.ask_guests() == 1
    assert PayLink.objects.get().payment.pk == payment.pk


def test_a_stay_that_is_canceled_meanwhile_leaves_a_charge_as_it_is(
    far, on_file, stay, desk, booking, monkeypatch
):
    """It was asked of Stripe: to say that it was refused would have it asked for again."""
    card = on_file("pm_card_authenticationRequired")
    real = keeping.keep

    def keeps_and_is_canceled(request):
        kept = real(request)
        booking.status = "canceled"
        booking.save()
        return kept

    monkeypatch.setattr(keeping, "keep", keeps_and_is_canceled)
    payment = charge(stay, desk, card, purpose="reservation_payment")
    assert payment.waits_for_guest
    assert not PayLink.objects.exists()


def test_what_the_worker_asked_later_asks_the_guest_too(far, on_file, stay, desk, settings):
    method = on_file("pm_card_authenticationRequired")
    there, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, "http://127.0.0.1:9"
    payment = charge(stay, desk, method)
    assert payment.status == "promised"
    settings.STRIPE_API_BASE = there
    keeping.keep_due(early=True)
    assert not PayLink.objects.exists()
    assert additional_charges.ask_guests() == 1
    assert PayLink.objects.get().payment_id == payment.pk


def test_a_card_that_is_off_file_is_not_charged(far, on_file, stay, desk):
    method = on_file()
    payment_methods.detach(method=method, booking=stay(), by=desk)
    method.refresh_from_db()
    before = OutgoingRequest.objects.count()
    with pytest.raises(NotAsThingsStand) as refusal:
        charge(stay, desk, method)
    assert refusal.value.code == "card_gone"
    assert OutgoingRequest.objects.count() == before


def test_another_guests_card_is_not_charged(far, on_file, desk, booking, stay):
    method = on_file()
    other = ReservationFactory(property=booking.property)
    with pytest.raises(NotAsThingsStand):
        additional_charges.charge(
            booking=hotel.bookings([other.pk])[other.pk],
            amount=1_000,
            purpose="extra_charge",
            payment_method=method,
            by=desk,
        )


def test_the_front_desk_charges_up_to_the_limit(far, on_file, stay, desk, finance, booking):
    booking.organization.limits = {"charge": 5_000}
    booking.organization.save()
    method = on_file()
    with pytest.raises(MayNot) as refusal:
        charge(stay, desk, method)
    assert refusal.value.code == "above_limit"
    assert charge(stay, finance, method).status == "succeeded"


def test_a_file_of_another_booking_shows_nothing(far, on_file, stay, desk, booking):
    with pytest.raises(Invalid) as refusal:
        charge(stay, desk, on_file(), attachments=[booking.pk])
    assert refusal.value.field == "attachments"


def test_a_card_that_other_software_left_for_the_guest_is_on_file(stripe, booking, stay, desk):
    left_by(stripe, booking, "cus_of_the_guest", "pm_1")
    assert [each.method.stripe_id for each in payment_methods.on_file(stay(), desk)] == ["pm_1"]


def test_a_travel_agencys_card_is_no_guests_own(stripe, booking, stay, desk):
    left_by(stripe, booking, "cus_agency", "pm_1")
    another = ReservationFactory(property=booking.property)
    left_by(stripe, another, "cus_agency", "pm_2")
    assert payment_methods.on_file(stay(), desk) == []


def left_by(stripe, booking, customer, card):
    stripe.tells("payment_method.attached", objects.payment_method(id=card, customer=customer))
    names = {"reservationId": str(booking.pk), "orgId": str(booking.organization_id)}
    setup = objects.setup_intent(
        id=f"seti_of_{card}", customer=customer, metadata=names, payment_method=card
    )
    stripe.tells("setup_intent.succeeded", setup)
