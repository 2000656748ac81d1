"""A card on file is charged in a browser, the guest absent: once, and not where it is declined."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from payments import hotel
from payments.models import Payment
from payments.operations import mails
from payments.operations.customers import payment_methods
from tests.browser.conftest import HARBOUR, complaining
from tests.factories import MembershipFactory
from tests.operations.conftest import Far
from tests.sandbox.test_sandbox_delivery import control
from tests.support.cards import ASKS, answered, typed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at(desk, live_server, takes_cards, stripe, booking):
    """Return a function that opens the dialog of a booking whose guest left one of test cards."""

    def open(card):
        far = Far(takes_cards, stripe)
        (stay,) = hotel.bookings([booking.pk]).values()
        by = MembershipFactory(organization=booking.organization).user
        left = payment_methods.setup(booking=stay, by=by).intent
        confirmed = far.client.v1.setup_intents.confirm(
            left.stripe_id, {"payment_method": card}, {"stripe_account": HARBOUR}
        )
        if confirmed.status == "requires_action":
            control(takes_cards, "authenticate", account=HARBOUR, intent=confirmed.id)
        far.tell("setup_intent.succeeded", "payment_method.attached")
        desk.goto(f"{live_server.url}/bookings/{booking.pk}/")
        return opened(desk)

    return open


def opened(page):
    page.wait_for_load_state()
    page.get_by_role("button", name="Charge card on file").click()
    dialog = page.get_by_role("dialog", name="Charge card on file")
    dialog.get_by_label("Amount").fill("90")
    return dialog


def press(dialog):
    dialog.get_by_role("button", name="Charge €90.00").click()


def told(page, words):
    expect(page.get_by_role("status").get_by_text(words)).to_be_visible()


def test_a_double_click_charges_once(at, desk):
    dialog = at("pm_card_visa")
    dialog.get_by_role("button", name="€90.00").dblclick()
    told(desk, "€90.00 charged.")
    assert Payment.objects.get().amount_received == 9_000
    assert desk.complaints == []


def test_a_decline_stands_in_the_dialog_and_nothing_is_taken(at, desk):
    dialog = at("pm_card_chargeCustomerFail")
    press(dialog)
    expect(dialog.get_by_role("alert")).to_contain_text("declined")
    expect(dialog.get_by_label("Amount")).to_have_value("90")
    assert Payment.objects.get().amount_received == 0


def test_a_guest_whose_bank_asks_is_mailed_a_link_and_pays_with_it(at, desk, browser, live_server):
    press(at("pm_card_authenticationRequired"))
    told(desk, "The guest's bank asks the guest to confirm the €90.00: a link was mailed.")
    expect(desk.get_by_text("Guest must confirm")).to_be_visible()
    mails.deliver()
    (letter,) = mail.outbox
    guest = browser.new_page()
    guest.goto(live_server.url + re.search(r"/pay/\S+", letter.body)[0])
    typed(guest, ASKS)
    guest.get_by_role("button", name="Pay €90.00").click()
    answered(guest, "Complete")
    told(guest, "Paid")
    guest.close()
    assert Payment.objects.get().amount_received == 9_000
    assert desk.complaints == []


@pytest.mark.parametrize(
    ("card", "words", "changed"),
    [
        ("pm_card_visa", "€90.00 charged.", "Paid was €0.00 and is €90.00 now"),
        (
            "pm_card_authenticationRequired",
            "a link was mailed.",
            "Payment under way was €0.00 and is €90.00 now",
        ),
    ],
    ids=["charged", "asked"],
)
def test_a_second_tab_that_charged_meanwhile_says_so_and_asks_again(card, words, changed, at, desk):
    stale = at(card)
    other = complaining(desk.context.new_page())
    other.goto(desk.url)
    press(opened(other))
    told(other, words)
    press(stale)
    expect(stale.get_by_role("alert").get_by_text(changed)).to_be_visible()
    expect(stale.get_by_label("Amount")).to_have_value("90")
    assert Payment.objects.count() == 1
    press(stale)
    told(desk, words)
    assert Payment.objects.count() == 2
    assert desk.complaints == other.complaints == []
