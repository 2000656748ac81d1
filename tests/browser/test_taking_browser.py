"""The dialogs that take or hold money by card, in a real browser."""

import pytest
import stripe as sdk
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from payments.models import Payment
from tests.browser.conftest import HARBOUR
from tests.operations.conftest import Far
from tests.support.cards import ASKS, DECLINED, GOOD, answered, typed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at(desk, live_server, takes_cards, booking):
    """The page of a booking of €1,200.00 that owes everything."""
    desk.goto(f"{live_server.url}/bookings/{booking.pk}/")
    return desk


def opened(page, verb="Take a payment", amount="50"):
    page.get_by_role("button", name=verb, exact=True).click()
    dialog = page.get_by_role("dialog", name=verb)
    if amount:
        dialog.get_by_label("Amount").fill(amount)
    return dialog


def press(dialog, button="Pay €50.00"):
    dialog.get_by_role("button", name=button).click()


def said(dialog, words):
    expect(dialog.get_by_role("status").get_by_text(words, exact=True)).to_be_visible()


def test_a_payment_is_taken_and_the_page_behind_knows(at, booking):
    dialog = opened(at, amount="")
    expect(dialog.get_by_label("Amount")).to_have_value("1,200.00")
    dialog.get_by_label("Amount").fill("50")
    typed(at)
    press(dialog)
    said(dialog, "Paid")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    expect(at.locator("#main").get_by_text("€1,150.00").first).to_be_visible()
    booking.refresh_from_db()
    assert booking.paid_amount == 5_000
    again = opened(at, amount="")
    expect(again.get_by_label("Amount")).to_have_value("1,150.00")
    assert at.complaints == []


@pytest.mark.parametrize("how", ["Cancel", "Escape"])
def test_a_dialog_that_was_left_leaves_nothing_to_the_next(how, at):
    dialog = opened(at)
    typed(at)
    if how == "Cancel":
        dialog.get_by_role("button", name="Cancel").click()
    else:
        dialog.get_by_label("Amount").press("Escape")
    expect(at.get_by_role("dialog")).to_have_count(0)
    dialog = opened(at, "Hold", "200")
    typed(at)
    press(dialog, "Hold €200.00")
    said(dialog, "On hold")
    assert at.complaints == []


def test_money_is_held(at, booking):
    dialog = opened(at, "Hold", "200")
    typed(at)
    press(dialog, "Hold €200.00")
    said(dialog, "On hold")
    booking.refresh_from_db()
    assert (booking.authorized_amount, booking.paid_amount) == (20_000, 0)
    assert at.complaints == []


def test_a_hold_is_taken_in_part_and_the_rest_let_go(at, takes_cards, stripe, booking):
    dialog = opened(at, "Hold", "200")
    typed(at)
    press(dialog, "Hold €200.00")
    said(dialog, "On hold")
    dialog.get_by_role("button", name="Close").click()
    dialog = opened(at, "Capture", amount="")
    expect(dialog.get_by_label("Amount")).to_have_value("200.00")
    dialog.get_by_label("Amount").fill("150")
    dialog.get_by_role("button", name="Capture €150.00").dblclick()
    expect(at.get_by_role("status").get_by_text("€150.00 taken.")).to_be_visible()
    Far(takes_cards, stripe).tell("charge.captured", "payment_intent.succeeded")
    at.reload()
    money = at.get_by_role("region", name="Money")
    for words in ("Kept €150.00", "Due €1,050.00"):
        expect(money.get_by_role("listitem").filter(has_text=words)).to_be_visible()
    expect(money).not_to_contain_text("On hold")
    history = at.get_by_role("region", name="Payment history")
    expect(history.get_by_text("€200.00 was held; the rest was let go.")).to_be_visible()
    expect(at.get_by_role("button", name="Capture")).to_have_count(0)
    booking.refresh_from_db()
    assert (booking.authorized_amount, booking.paid_amount) == (0, 15_000)
    assert at.complaints == []


def test_a_decline_keeps_what_was_typed_and_another_card_pays(at):
    dialog = opened(at, amount="1,000")
    dialog.get_by_label("For", exact=True).select_option("deposit")
    typed(at, DECLINED)
    press(dialog, "Pay €1,000.00")
    expect(dialog.get_by_role("alert")).to_contain_text("too little money on the card")
    expect(dialog.get_by_label("Amount")).to_have_value("1,000")
    expect(dialog.get_by_label("For", exact=True)).to_have_value("deposit")
    typed(at, GOOD)
    dialog.get_by_label("Amount").fill("900")
    press(dialog, "Pay €900.00")
    said(dialog, "Paid")
    assert sorted(Payment.objects.values_list("amount", "status")) == [
        (90_000, "succeeded"),
        (100_000, "canceled"),
    ]


def test_a_refusal_stands_beside_its_field_and_the_card_stays(at):
    dialog = opened(at, amount="fifty")
    typed(at)
    dialog.get_by_role("button", name="Pay", exact=True).click()
    expect(dialog.get_by_role("alert").get_by_text("Write an amount like 50")).to_be_visible()
    expect(dialog.get_by_label("Amount")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Amount").fill("50")
    press(dialog)
    said(dialog, "Paid")


def test_a_card_is_kept_for_later_where_the_guest_agrees(at, takes_cards):
    dialog = opened(at)
    typed(at)
    dialog.get_by_label("Save for later").check()
    press(dialog)
    said(dialog, "Paid")
    bases = dict.fromkeys(("api", "files", "connect"), takes_cards.url)
    asks = sdk.StripeClient("sk_test_any", base_addresses=bases).v1.customers
    hotel = {"stripe_account": HARBOUR}
    (customer,) = asks.list(None, hotel).data
    (kept,) = asks.payment_methods.list(customer.id, None, hotel).data
    assert kept.card.last4 == "4242"


@pytest.mark.parametrize(("button", "end"), [("Complete", "Paid"), ("Fail", "did not confirm")])
def test_the_guests_bank_asks(button, end, at):
    dialog = opened(at)
    typed(at, ASKS)
    press(dialog)
    said(dialog, "Waiting for Stripe")
    answered(at, button)
    if button == "Complete":
        said(dialog, end)
    else:
        expect(dialog.get_by_role("alert")).to_contain_text(end)


def test_an_incomplete_card_asks_for_no_payment(at):
    dialog = opened(at)
    typed(at, "4242")
    press(dialog)
    fields = at.frame_locator("iframe[title='Secure payment input frame']")
    expect(fields.get_by_text("Your card number is incomplete.")).to_be_visible()
    assert not Payment.objects.exists()


def test_a_double_click_is_one_payment(at):
    dialog = opened(at)
    typed(at)
    dialog.get_by_role("button", name="Pay €50.00").dblclick()
    said(dialog, "Paid")
    assert Payment.objects.count() == 1


def test_a_session_that_is_over_says_so(at, context):
    dialog = opened(at)
    typed(at)
    expect(dialog.get_by_role("button", name="Pay €50.00")).to_be_visible()
    context.clear_cookies()
    press(dialog)
    expect(dialog.get_by_role("alert")).to_contain_text("Nothing was taken")
    assert not Payment.objects.exists()


def test_a_blocked_script_is_told_and_loaded_again(at):
    at.route("**/stripe.js", lambda route: route.abort())
    dialog = opened(at)
    expect(dialog.get_by_role("alert")).to_contain_text("could not be loaded")
    at.unroute("**/stripe.js")
    dialog.get_by_role("button", name="Try again").click()
    typed(at)
    press(dialog)
    said(dialog, "Paid")


def test_a_lost_network_loses_nothing(at, context):
    dialog = opened(at)
    typed(at)
    expect(dialog.get_by_role("button", name="Pay €50.00")).to_be_visible()
    context.set_offline(True)
    press(dialog)
    expect(dialog.get_by_role("alert")).to_contain_text("connection is lost")
    context.set_offline(False)
    press(dialog)
    said(dialog, "Paid")
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_nobody_is_kept_out(scheme, width, at):
    at.context.new_cdp_session(at).send("Page.setBypassCSP", {"enabled": True})  # axe is inline
    at.emulate_media(color_scheme=scheme)
    at.set_viewport_size({"width": width, "height": 800})
    at.reload()
    dialog = opened(at)
    typed(at, DECLINED)
    press(dialog)
    dialog.get_by_role("alert").get_by_text("too little money").wait_for()
    fits(at, width)
    typed(at, GOOD)
    press(dialog)
    said(dialog, "Paid")
    fits(at, width)


def fits(page, width):
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
