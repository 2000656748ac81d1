"""A guest pays by a link: mailed, asked of Stripe once, and of no use afterwards."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from payments import panels
from payments.models import Notification, PayLink, Payment
from payments.notifications import links, outbox
from payments.operations import mails
from payments.operations.payments import pay_links
from sandbox import objects
from tests.operations.conftest import makes_intents

pytestmark = pytest.mark.django_db

DEBIT = {"id": "pm_1", "object": "payment_method", "type": "sepa_debit"}


@pytest.fixture
def link(stripe, wire, stay, desk):
    """A link over €300.00 that the front desk has sent."""
    made, _ = pay_links.make(booking=stay(), amount=30_000, purpose="deposit", by=desk)
    return made


def deliver():
    Notification.objects.update(next_attempt_at="2026-01-01T00:00Z")
    mails.deliver()
    return {message.subject: message for message in mail.outbox}


def test_a_link_is_mailed_to_the_guest(link, booking):
    assert link.sent_to == booking.guest.email
    (message,) = deliver().values()
    assert message.to == [booking.guest.email]
    assert "Please pay €300.00" in message.subject
    assert links.pay(link) in message.body


def test_a_link_that_nobody_wants_sent_is_not(stripe, wire, stay, desk):
    link, address = pay_links.make(
        booking=stay(), amount=30_000, purpose="deposit", send=False, by=desk
    )
    assert (link.sent_to, Notification.objects.count()) == ("", 0)
    assert address == links.pay(link)


def test_a_link_that_is_paid_before_its_mail_goes_out_is_not_sent(link, wire, stripe):
    wire.answers = makes_intents
    payment = pay_links.begin(link).payment
    stripe.tells("payment_intent.succeeded", paid(payment))
    assert not any("Please pay" in subject for subject in deliver())
    assert Notification.objects.get(kind="pay_link").state == outbox.Notification.State.DROPPED


@pytest.mark.parametrize("change", [{"status": "canceled"}, {"paid_elsewhere": 10**7}])
def test_a_link_whose_stay_wants_nothing_by_now_is_not_sent(change, link, booking):
    for name, value in change.items():
        setattr(booking, name, value)
    booking.save()
    panels.refresh_money([booking.pk])

    assert not any("Please pay" in subject for subject in deliver())
    assert Notification.objects.get(kind="pay_link").state == outbox.Notification.State.DROPPED


def test_a_guest_who_begins_twice_pays_one_payment(link, wire, stay):
    wire.answers = makes_intents
    first = pay_links.begin(link)
    made = wire.asked[0]
    wire.answers = lambda asked: (200, unpaid(first.payment))
    second = pay_links.begin(PayLink.objects.get(pk=link.pk))
    assert first.payment.pk == second.payment.pk
    assert second.client_secret == "secret_once_more"
    assert [asked.method for asked in wire.asked] == ["POST", "GET"]
    assert made.form["amount"] == "30000"


def test_a_link_that_was_paid_takes_nothing_more(link, wire, stripe):
    wire.answers = makes_intents
    payment = pay_links.begin(link).payment
    stripe.tells("payment_intent.succeeded", paid(payment))
    with pytest.raises(pay_links.LinkUsed):
        pay_links.begin(PayLink.objects.get(pk=link.pk))
    assert Payment.objects.count() == 1


def test_a_guest_whose_card_was_declined_may_try_the_same_payment_again(stripe, booking, wire):
    names = {"reservationId": str(booking.pk), "orgId": str(booking.organization_id)}
    error = {"code": "card_declined", "decline_code": "insufficient_funds", "message": "No."}
    failed = objects.payment_intent(id="pi_1", metadata=names, last_payment_error=error)
    stripe.tells("payment_intent.payment_failed", failed)
    (message,) = (m for s, m in deliver().items() if "did not go through" in s)
    link = PayLink.objects.get()
    assert links.pay(link) in message.body
    wire.answers = lambda asked: (200, unpaid(Payment.objects.get()))
    assert pay_links.begin(link).payment.stripe_id == "pi_1"


def test_a_guest_whose_debit_fails_after_the_link_ran_out_gets_another(link, wire, stripe):
    wire.answers = makes_intents
    payment = pay_links.begin(link).payment
    now = int(timezone.now().timestamp())
    waits = of(payment) | {"status": "processing"}
    stripe.tells("payment_intent.processing", waits, created=now + 60)
    PayLink.objects.update(expires_at=timezone.now() - timedelta(days=3))
    error = {"code": "insufficient_funds", "message": "No.", "payment_method": DEBIT}
    failed = of(payment) | {"status": "requires_payment_method", "last_payment_error": error}
    stripe.tells("payment_intent.payment_failed", failed, created=now + 120)

    (message,) = (m for s, m in deliver().items() if "Your payment" in s)
    (address,) = re.findall(r"Try again: \S+?(/pay/\S+)", message.body)
    guest = Client()
    assert guest.get(address).status_code == 302
    assert guest.get("/pay/").status_code == 200
    again = PayLink.objects.exclude(pk=link.pk).get()
    assert again.sent_to == message.to[0]
    wire.answers = lambda asked: (200, unpaid(payment))
    assert pay_links.begin(again).payment.pk == payment.pk


def test_what_was_to_be_paid_in_another_currency_is_asked_for_by_no_link(stripe, booking):
    names = {"reservationId": str(booking.pk), "orgId": str(booking.organization_id)}
    error = {"code": "card_declined", "decline_code": "insufficient_funds", "message": "No."}
    failed = objects.payment_intent(
        id="pi_1", amount=50_000, currency="jpy", metadata=names, last_payment_error=error
    )
    stripe.tells("payment_intent.payment_failed", failed)

    (message,) = (m for s, m in deliver().items() if "Your payment of ¥50,000" in s)
    assert "Try again" not in message.body
    assert not PayLink.objects.exists()


def unpaid(payment):
    return of(payment) | {"client_secret": "secret_once_more"}


def paid(payment):
    return of(payment) | {"status": "succeeded", "amount_received": payment.amount}


def of(payment):
    return objects.payment_intent(
        id=payment.stripe_id,
        amount=payment.amount,
        currency=payment.currency,
        metadata=payment.metadata,
    )
