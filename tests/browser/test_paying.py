"""A guest pays by a mailed link, in a real browser: one house, one amount, one card."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from payments import hotel
from payments.models import PayLink, Payment
from payments.notifications import links
from payments.operations.payments import pay_links
from tests.browser.conftest import complaining
from tests.support.cards import ASKS, DECLINED, GOOD, answered, typed

pytestmark = pytest.mark.django_db(transaction=True)

PAY = "Pay €480.50"


@pytest.fixture
def link(takes_cards, booking):
    """A link over €480.50 of a stay of €1,200.00."""
    (stay,) = hotel.bookings([booking.pk]).values()
    made, _ = pay_links.make(booking=stay, amount=48_050, purpose="deposit", by=None)
    return made


@pytest.fixture
def guest(page, live_server, link):
    """A guest who has opened the link."""
    complaining(page)
    opened(page, live_server, link)
    return page


def opened(page, live_server, link):
    page.goto(f"{live_server.url}/pay/{links.token(link)}")
    page.wait_for_url("**/pay/")


def press(page, button=PAY):
    page.get_by_role("button", name=button).click()


def paid(page):
    expect(page.get_by_role("status").get_by_text("Paid", exact=True)).to_be_visible()
    expect(page.get_by_text("Thank you.")).to_be_visible()


def test_a_guest_pays_and_keeps_a_receipt(guest, booking):
    expect(guest.get_by_role("heading", name=f"Pay {booking.property.name}")).to_be_visible()
    typed(guest)
    press(guest)
    paid(guest)
    for text in ("€480.50", booking.code, "Visa ·· 4242", "Deposit"):
        expect(guest.get_by_text(text).first).to_be_visible()
    payment = Payment.objects.get()
    assert (payment.status, payment.amount_received) == ("succeeded", 48_050)
    booking.refresh_from_db()
    assert booking.paid_amount == 48_050
    assert guest.complaints == []


def test_a_second_visit_says_that_it_is_paid(guest, live_server, link):
    typed(guest)
    press(guest)
    paid(guest)
    guest.reload()
    expect(guest.get_by_text("This has been paid already.")).to_be_visible()
    expect(guest.get_by_role("button", name="Pay")).to_have_count(0)
    guest.goto(f"{live_server.url}/pay/{links.token(link)}")
    expect(guest.get_by_role("alert")).to_contain_text("paid already")
    guest.go_back()
    expect(guest.get_by_text("This has been paid already.")).to_be_visible()


def test_a_decline_is_told_and_another_card_pays(guest):
    typed(guest, DECLINED)
    press(guest)
    alert = guest.get_by_role("alert")
    expect(alert).to_contain_text("There was not enough money on the card. Nothing was taken.")
    typed(guest, GOOD)
    press(guest)
    paid(guest)
    assert Payment.objects.get().status == "succeeded"


def test_a_card_that_is_not_complete_asks_for_no_payment(guest):
    typed(guest, "4242")
    press(guest)
    fields = guest.frame_locator("iframe[title='Secure payment input frame']")
    expect(fields.get_by_text("Your card number is incomplete.")).to_be_visible()
    expect(guest.get_by_role("button", name=PAY)).to_be_enabled()
    assert not Payment.objects.exists()
    assert guest.complaints == []


def test_the_guests_bank_asks_and_hears_yes(guest):
    typed(guest, ASKS)
    press(guest)
    expect(guest.get_by_role("status").get_by_text("Waiting for Stripe")).to_be_visible()
    answered(guest, "Complete")
    paid(guest)
    assert guest.complaints == []


def test_the_guests_bank_asks_and_hears_no(guest):
    typed(guest, ASKS)
    press(guest)
    answered(guest, "Fail")
    expect(guest.get_by_role("alert")).to_contain_text("Your bank wanted you to confirm it")
    typed(guest, GOOD)
    press(guest)
    paid(guest)


def test_a_blocked_script_is_told_and_loaded_again(page, live_server, link, takes_cards):
    page.route("**/stripe.js", lambda route: route.abort())
    opened(page, live_server, link)
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    page.unroute("**/stripe.js")
    page.get_by_role("button", name="Try again").click()
    typed(page)
    press(page)
    paid(page)


def test_a_double_click_pays_once(guest):
    typed(guest)
    guest.get_by_role("button", name=PAY).dblclick()
    paid(guest)
    assert Payment.objects.count() == 1


def test_a_second_tab_pays_the_same_payment(guest, context, live_server):
    second = context.new_page()
    second.goto(f"{live_server.url}/pay/")
    for each in (guest, second):
        typed(each)
    press(guest)
    paid(guest)
    press(second)
    expect(second.get_by_role("alert")).to_contain_text("paid already")
    assert Payment.objects.count() == 1


def test_without_a_network_nothing_is_taken_and_with_it_the_page_goes_on(guest, context):
    typed(guest)
    context.set_offline(True)
    press(guest)
    expect(guest.get_by_role("alert")).to_contain_text("connection is lost")
    context.set_offline(False)
    press(guest)
    paid(guest)
    assert Payment.objects.count() == 1


def test_a_network_lost_while_stripe_is_asked_is_waited_for(guest, context):
    typed(guest, ASKS)
    press(guest)
    bank = guest.frame_locator("iframe[name=__stripe3ds]")
    bank.get_by_role("button", name="Complete").wait_for()
    guest.route("**/pay/status/", lambda route: route.abort())
    answered(guest, "Complete")
    expect(guest.get_by_text("This goes on when it is back.")).to_be_visible()
    guest.unroute("**/pay/status/")
    paid(guest)


def test_a_session_that_is_over_says_so(guest, context):
    typed(guest)
    context.clear_cookies()
    press(guest)
    expect(guest.get_by_role("alert")).to_contain_text("Nothing was taken")
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [({"status": "canceled"}, "is canceled"), ({"paid_elsewhere": 120_000}, "Nothing is due")],
)
def test_what_is_not_wanted_any_more_is_not_taken(change, said, guest, booking):
    typed(guest)
    type(booking).objects.update(**change)
    press(guest)
    expect(guest.get_by_role("alert")).to_contain_text(said)
    guest.reload()
    expect(guest.get_by_role("alert")).to_contain_text(said)
    assert not Payment.objects.exists()


def test_a_link_that_is_too_old_says_so(guest):
    PayLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    guest.reload()
    expect(guest.get_by_role("alert")).to_contain_text("too old")


def test_a_hold_is_held(page, live_server, takes_cards, booking):
    (stay,) = hotel.bookings([booking.pk]).values()
    made, _ = pay_links.make(booking=stay, amount=20_000, purpose="hold", by=None)
    opened(page, live_server, made)
    typed(page)
    press(page, "Hold €200.00")
    expect(page.get_by_role("status").get_by_text("On hold")).to_be_visible()
    assert Payment.objects.get().amount_capturable == 20_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_nobody_is_kept_out(scheme, width, page, live_server, link):
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})  # axe is inline
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, live_server, link)
    typed(page, DECLINED)
    press(page)
    page.get_by_role("alert").get_by_text("Nothing was taken").wait_for()
    kept_out_nobody(page, width)
    typed(page)
    press(page)
    paid(page)
    kept_out_nobody(page, width)


def kept_out_nobody(page, width):
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
