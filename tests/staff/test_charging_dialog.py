"""The dialog that charges a card on file: what shows why, and whether the guest agreed."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from payments.models import Activity, Attachment, Payment, PaymentMethod
from payments.operations.payments import additional_charges
from payments.outgoing import keeping
from reservations.models import Guest, Reservation
from tests.operations.conftest import desk, far, stay  # noqa: F401
from tests.operations.test_charging import on_file  # noqa: F401
from tests.staff.test_sheets import address, opened, said, send


def photo(name="lamp.png"):
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), "image/png")


@pytest.fixture
def asked(on_file):  # noqa: F811
    """What the dialog is sent with, of a card that the guest left."""
    return {"amount": "90", "reason": "damage_charge", "card": str(on_file().pk)}


def kept(page):
    return re.findall(r'name="kept" value="([^"]*)"', page)


def test_photos_and_consent_are_kept_with_the_charge(asked, manager, booking):
    photos = [photo(), photo("wall.png")]
    answer = send(manager, address(booking, "charge"), **asked, photos=photos, agreed="on")

    assert said(answer) == ["€90.00 charged."]
    facts = Activity.objects.get(kind="card_charged").facts
    assert facts["agreed"] is True
    assert sorted(facts["attachments"]) == sorted(str(row.pk) for row in Attachment.objects.all())
    assert sorted(Attachment.objects.values_list("name", flat=True)) == ["lamp.png", "wall.png"]


def test_a_charge_needs_neither(asked, manager, booking):
    send(manager, address(booking, "charge"), **asked)
    facts = Activity.objects.get(kind="card_charged").facts
    assert (facts["agreed"], facts["attachments"]) == (False, [])


def test_what_is_no_photo_is_named_and_nothing_is_charged(asked, manager, booking):
    hostile = SimpleUploadedFile("<b>x</b>.png", b"<svg onload=alert(1)>", "image/png")

    answer = send(manager, address(booking, "charge"), **asked, photos=[photo(), hostile])

    page = answer.content.decode()
    assert "no PDF, JPEG or PNG" in answer.context["form"].errors["photos"][0]
    assert "<b>x" not in page
    assert kept(page) == [str(Attachment.objects.get(name="lamp.png").pk)]
    assert not Payment.objects.exists()


def test_photos_survive_a_refusal_and_go_with_the_next_try(asked, manager, booking):
    where = address(booking, "charge")
    hidden = opened(manager, where)
    answer = send(manager, where, hidden, **asked | {"amount": "nine"}, photos=[photo()])
    assert answer.context["form"].errors["amount"]
    ids = kept(answer.content.decode())

    send(manager, where, hidden, **asked, kept=ids)

    assert Activity.objects.get(kind="card_charged").facts["attachments"] == ids
    assert Attachment.objects.count() == 1


def test_a_file_of_another_booking_does_not_go_with_it(asked, manager, booking):
    answer = send(manager, address(booking, "charge"), **asked, kept=[str(booking.pk), "x"])
    assert said(answer) == ["€90.00 charged."]
    assert Activity.objects.get(kind="card_charged").facts["attachments"] == []


def test_a_card_that_went_away_meanwhile_is_said_so(asked, manager, booking):
    where = address(booking, "charge")
    hidden = opened(manager, where)
    PaymentMethod.objects.update(detached=True)
    answer = send(manager, where, hidden, **asked, note="A lamp")
    assert answer.context["form"].errors["card"] == ["This card cannot be charged any more."]
    assert 'value="A lamp"' in answer.content.decode()
    assert not Payment.objects.exists()


def test_without_a_card_it_says_what_to_do_instead(manager, booking):
    page = manager.get(address(booking, "charge")).content.decode()
    assert "The guest has left no card that can be charged." in page
    assert 'name="amount"' not in page
    assert f'href="{address(booking, "pay-link")}"' in page
    assert f'href="/bookings/{booking.pk}/take/"' in page


def test_a_guest_without_an_address_is_mailed_a_link_once_there_is_one(on_file, manager, booking):  # noqa: F811
    Guest.objects.update(email="")
    card = on_file("pm_card_authenticationRequired")
    fields = {"amount": "90", "reason": "damage_charge", "card": str(card.pk)}
    (words,) = said(send(manager, address(booking, "charge"), **fields))
    assert "no link was mailed, as there is no e-mail address" in words
    page = f"/bookings/{booking.pk}/"
    assert "Send again" not in manager.get(page).content.decode()
    Guest.objects.update(email="ana@example.com")
    assert "Send again" in manager.get(page).content.decode()
    payment = Payment.objects.get()
    assert note(manager, payment).endswith("no link was mailed yet. Send the pay link again.")


def note(client, payment):
    """Return what is said of a payment whose guest's bank asks."""
    answer = client.get(reverse("payments:paying", args=[payment.reservation_id, payment.pk]))
    return answer.json()["note"]


def test_a_link_that_is_not_mailed_yet_is_said_to_be_on_its_way(
    on_file,  # noqa: F811
    manager,
    booking,
    stay,  # noqa: F811
    settings,
):
    card = on_file("pm_card_authenticationRequired")
    there, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, "http://127.0.0.1:9"
    fields = {"amount": "90", "purpose": "reservation_payment", "card": str(card.pk)}
    where = f"/bookings/{booking.pk}/take/"
    manager.post(where, opened(manager, where) | fields)
    settings.STRIPE_API_BASE = there
    keeping.keep_due(early=True)  # as the worker does, for whom nobody waits
    payment = Payment.objects.get()
    assert note(manager, payment).endswith("hear from the guest: a link is on its way.")

    Reservation.objects.update(status="canceled")
    assert additional_charges.ask_guests() == 0
    assert "no link was mailed. HB-2481 is canceled: only extras" in note(manager, payment)
    Reservation.objects.update(status="confirmed")
    assert additional_charges.ask_guests() == 1
    assert note(manager, payment).endswith("hear from the guest: a link was mailed.")
