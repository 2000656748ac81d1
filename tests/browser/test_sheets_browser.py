"""The dialogs of a booking's page in a browser: opened, filled, refused, done, by keyboard too."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from payments.models import Refund
from tests.operations.conftest import makes_refunds


@pytest.fixture
def at(desk, live_server, hotel):
    """Return a function that opens the page of a story's booking."""

    def open(story):
        desk.goto(f"{live_server.url}/bookings/{hotel[story].pk}/")
        return desk

    return open


def test_a_guest_is_refunded(at, wire):
    wire.answers = makes_refunds("pending")
    before = Refund.objects.count()
    page = at("two_partial_refunds")
    page.get_by_role("button", name="Refund").click()
    dialog = page.get_by_role("dialog", name="Refund")
    dialog.get_by_label("Amount").fill("1")
    dialog.get_by_label("Reason").select_option("requested_by_customer")
    dialog.get_by_role("button", name="Refund €1.00").click()
    page.get_by_role("status").get_by_text("is on its way").wait_for()
    assert Refund.objects.count() == before + 1
    assert page.complaints == []


def test_a_refusal_stands_beside_its_field(at, wire):
    page = at("two_partial_refunds")
    page.get_by_role("button", name="Refund").click()
    dialog = page.get_by_role("dialog", name="Refund")
    dialog.get_by_label("Amount").fill("99,999")
    dialog.get_by_role("button", name="Refund €99,999.00").click()
    dialog.get_by_role("alert").get_by_text("At most").wait_for()
    assert dialog.get_by_label("Amount").input_value() == "99,999"
    assert page.complaints == []


@pytest.mark.parametrize("verb", ["Capture", "Release"])
def test_the_keyboard_opens_and_closes(verb, at):
    page = at("hold")
    button = page.get_by_role("button", name=verb)
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=verb)
    dialog.wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert button.evaluate("each => each === document.activeElement")
    button.click()
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="hidden")
    assert page.complaints == []


@pytest.mark.parametrize("verb", ["Refund", "Send pay link", "Charge card on file"])
def test_a_dialog_fits_a_small_phone(verb, at):
    page = at("two_partial_refunds")
    page.set_viewport_size({"width": 320, "height": 640})
    page.get_by_role("button", name=verb).click()
    page.get_by_role("dialog", name=verb).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.complaints == []


def test_a_dialog_works_without_a_script(browser, live_server, hotel, log_in):
    context = browser.new_context(java_script_enabled=False)
    log_in(context)
    page = context.new_page()
    page.goto(f"{live_server.url}/bookings/{hotel['hold'].pk}/")
    page.get_by_role("button", name="Capture").click()
    page.get_by_role("dialog", name="Capture").get_by_label("Amount").wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url("**/bookings/*/")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_dialog_is_accessible(scheme, at):
    page = at("two_partial_refunds")
    page.emulate_media(color_scheme=scheme)
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})  # axe is inline
    page.reload()
    page.get_by_role("button", name="Refund").click()
    page.get_by_role("dialog", name="Refund").wait_for()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
