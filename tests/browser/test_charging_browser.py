"""A card on file is charged in a browser, the guest absent: once, and not where it is declined."""

import pytest
from playwright.sync_api import expect

from payments import hotel
from payments.models import Payment
from payments.operations.customers import payment_methods
from tests.browser.conftest import HARBOUR
from tests.factories import MembershipFactory
from tests.operations.conftest import Far

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def at(desk, live_server, takes_cards, stripe, booking):
    """Return a function that opens the dialog of a booking whose guest left one of test cards."""

    def open(card):
        far = Far(takes_cards, stripe)
        (stay,) = hotel.bookings([booking.pk]).values()
        by = MembershipFactory(organization=booking.organization).user
        left = payment_methods.setup(booking=stay, by=by).intent
        far.client.v1.setup_intents.confirm(
            left.stripe_id, {"payment_method": card}, {"stripe_account": HARBOUR}
        )
        far.tell("setup_intent.succeeded", "payment_method.attached")
        desk.goto(f"{live_server.url}/bookings/{booking.pk}/")
        desk.get_by_role("button", name="Charge card on file").click()
        dialog = desk.get_by_role("dialog", name="Charge card on file")
        dialog.get_by_label("Amount").fill("90")
        return dialog

    return open


def test_a_double_click_charges_once(at, desk):
    dialog = at("pm_card_visa")
    dialog.get_by_role("button", name="€90.00").dblclick()
    expect(desk.get_by_role("status").get_by_text("€90.00 charged.")).to_be_visible()
    assert Payment.objects.get().amount_received == 9_000
    assert desk.complaints == []


def test_a_decline_stands_in_the_dialog_and_nothing_is_taken(at, desk):
    dialog = at("pm_card_chargeCustomerFail")
    dialog.get_by_role("button", name="€90.00").click()
    expect(dialog.get_by_role("alert")).to_contain_text("declined")
    expect(dialog.get_by_label("Amount")).to_have_value("90")
    assert Payment.objects.get().amount_received == 0
