"""A guest's cards on file and pay links, as a front desk works with them on a booking's page."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from organizations.models import Role
from payments import hotel
from payments.models import Activity, Notification, OutgoingRequest, PayLink
from payments.operations.payments import pay_links
from tests.factories import MembershipFactory
from tests.operations.test_cards import card, makes_cards  # noqa: F401
from tests.staff.conftest import somebody


@pytest.fixture
def desk(db):
    return somebody(Role.FRONT_DESK)


def page(client, booking):
    return client.get(f"/bookings/{booking.pk}/").content.decode()


def key_in(client, address):
    shown = client.get(address).content.decode()
    return re.search(r'name="key" value="([^"]+)"', shown)[1]


def link(booking, **fields):
    """Return a pay link over €50.00 that was mailed."""
    made, _ = pay_links.make(
        booking=hotel.bookings([booking.pk])[booking.pk],
        amount=5_000,
        purpose="reservation_payment",
        by=MembershipFactory(role=Role.FRONT_DESK).user,
    )
    PayLink.objects.filter(pk=made.pk).update(**fields)
    return made


def test_the_page_names_the_cards_that_the_guest_left(desk, card, booking):  # noqa: F811
    card("pm_1", last4="4242", brand="visa")

    shown = page(desk, booking)

    assert "Visa ·· 4242" in shown
    assert "Charge first" in shown
    assert "Take off file" in shown
    assert "Visa ·· 4242" not in page(somebody(Role.READ_ONLY), booking)


def test_a_card_is_taken_off_file_once_however_often_it_is_sent(desk, card, booking, wire):  # noqa: F811
    kept = card("pm_1")
    wire.answers = lambda asked: (200, {"id": "pm_1", "object": "payment_method", "customer": None})
    address = f"/bookings/{booking.pk}/cards/{kept.pk}/detach/"
    sent = {"key": key_in(desk, address)}

    for _ in range(2):
        assert desk.post(address, sent).status_code == 302

    assert [asked.path for asked in wire.asked] == ["/v1/payment_methods/pm_1/detach"]
    kept.refresh_from_db()
    assert kept.detached
    assert Activity.objects.get().kind == "card_detached"


def test_another_card_is_charged_first(desk, card, booking, wire):  # noqa: F811
    kept = card("pm_1")
    wire.answers = lambda asked: (
        200,
        {
            "id": "cus_guest",
            "object": "customer",
            "invoice_settings": {"default_payment_method": "pm_1"},
        },
    )
    address = f"/bookings/{booking.pk}/cards/{kept.pk}/default/"

    desk.post(address, {"key": key_in(desk, address)})

    assert OutgoingRequest.objects.get().kind == "default_card"
    assert "Charged first" in page(desk, booking)


def test_a_card_of_another_guest_is_not_there(desk, card, booking):  # noqa: F811
    kept = card("pm_1")
    kept.customer.guest_id = None
    kept.customer.save()

    assert desk.get(f"/bookings/{booking.pk}/cards/{kept.pk}/detach/").status_code == 404


def test_a_link_goes_out_again_as_another_mail_of_the_same_link(desk, wire, stripe, booking):
    made = link(booking)
    address = f"/bookings/{booking.pk}/links/{made.pk}/send/"

    for _ in range(2):
        desk.post(address, {"key": key_in(desk, address)})

    assert PayLink.objects.count() == 1
    mails = Notification.objects.filter(kind="pay_link", object_id=str(made.pk))
    assert mails.count() == 3
    assert {mail.facts["asked"] for mail in mails} == {False}
    assert "Send again" in page(desk, booking)


def test_one_whose_time_is_over_is_replaced_by_another(desk, wire, stripe, booking):
    made = link(booking, expires_at=timezone.now() - timedelta(hours=1))
    assert "Ran out" in page(desk, booking)
    address = f"/bookings/{booking.pk}/links/{made.pk}/send/"

    desk.post(address, {"key": key_in(desk, address)})

    newest = PayLink.objects.order_by("-pk").first()
    assert newest.pk != made.pk
    assert (newest.amount, newest.sent_to) == (5_000, made.sent_to)


def test_a_link_that_was_paid_does_not_go_out_again(desk, wire, stripe, booking):
    made = link(booking, used_at=timezone.now())
    address = f"/bookings/{booking.pk}/links/{made.pk}/send/"

    answer = desk.post(address, {"key": key_in(desk, address)})

    assert "This link was paid already." in answer.content.decode()
    assert Notification.objects.filter(kind="pay_link").count() == 1
    assert "Send again" not in page(desk, booking)
