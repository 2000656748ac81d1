"""Somebody books at the front desk, and the guest pays by card at once, in a real browser."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from payments.models import PayLink, Payment
from reservations.models import Reservation
from tests.support.cards import ASKS, DECLINED, GOOD, answered, typed

pytestmark = pytest.mark.django_db(transaction=True)

POLICY = [{"days_before": 3, "refund_percent": 50, "until": "18:00"}]


@pytest.fixture
def at(desk, live_server, takes_cards, booking):
    """The form of a new booking, at a house that has sold one rate."""
    type(booking).objects.update(rate_name="Flexible", cancellation_policy=POLICY)
    desk.goto(f"{live_server.url}/bookings/")
    desk.get_by_role("link", name="New booking").click()
    desk.wait_for_url("**/bookings/new/")
    expect(desk.get_by_role("heading", name="New booking")).to_be_visible()
    expect(desk.get_by_label("Guest name")).to_be_focused()
    return desk


def filled(page, paying, amount=""):
    day = timezone.localdate() + timedelta(days=5)
    page.get_by_label("Guest name").fill("Ana Sousa")
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_label("Property").select_option("Harbour Hotels Downtown")
    page.get_by_label("Arrival").fill(f"{day}")
    page.get_by_label("Departure").fill(f"{day + timedelta(days=2)}")
    page.get_by_label("Room").fill("204")
    page.get_by_label("Rate").select_option("Flexible")
    expect(page.get_by_text("50 % of what was paid is returned")).to_be_visible()
    page.get_by_label("Total").fill("300")
    page.get_by_role("radio", name=paying).check()
    page.get_by_label("Amount").fill(amount)
    return page.get_by_role("button", name="Book", exact=True)


def book(page, paying, amount=""):
    filled(page, paying, amount).click()
    return booked(page)


def booked(page):
    expect(page.get_by_role("heading", name="Ana Sousa")).to_be_visible()
    return Reservation.objects.get(guest__name="Ana Sousa")


def said(page, words):
    dialog = page.get_by_role("dialog").last
    expect(dialog.get_by_role("status").get_by_text(words, exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("paying", "amount", "button", "words", "figure"),
    [
        ("Pay now", "", "Pay €300.00", "Paid", "paid_amount"),
        ("Deposit", "100", "Pay €100.00", "Paid", "paid_amount"),
        ("Hold", "200", "Hold €200.00", "On hold", "authorized_amount"),
    ],
)
def test_a_stay_is_booked_and_its_card_taken(paying, amount, button, words, figure, at):
    made = book(at, paying, amount)
    typed(at)
    at.get_by_role("button", name=button).click()
    said(at, words)
    made.refresh_from_db()
    assert getattr(made, figure) == Payment.objects.get().amount
    at.get_by_role("button", name="Close").click()
    at.reload()
    expect(at.get_by_role("dialog")).to_have_count(0)
    assert at.complaints == []


def test_a_booking_whose_payment_failed_is_kept_and_paid_by_another_card(at):
    made = book(at, "Deposit", "100")
    typed(at, DECLINED)
    at.get_by_role("button", name="Pay €100.00").click()
    alert = at.get_by_role("dialog").get_by_role("alert")
    expect(alert).to_contain_text("too little money on the card")
    typed(at, ASKS)
    at.get_by_role("button", name="Pay €100.00").click()
    answered(at, "Complete")
    said(at, "Paid")
    made.refresh_from_db()
    assert (made.paid_amount, Payment.objects.count()) == (10_000, 1)


def test_a_booking_is_there_whether_it_is_paid_or_not(at):
    made = book(at, "Pay now")
    at.get_by_role("button", name="Cancel").click()
    expect(at.get_by_text(f"{made.code} is booked.")).to_be_visible()
    at.get_by_role("button", name="Take a payment").click()
    typed(at, GOOD)
    at.get_by_role("button", name="Pay €300.00").click()
    said(at, "Paid")


@pytest.mark.parametrize(("paying", "links"), [("Send a pay link", 1), ("Later", 0)])
def test_no_card_is_asked_for(paying, links, at):
    made = book(at, paying)
    expect(at.get_by_role("status").get_by_text(f"{made.code} is booked.")).to_be_visible()
    assert PayLink.objects.count() == links
    assert at.get_by_role("dialog").count() == 0


def test_a_double_click_books_once(at):
    filled(at, "Later").dblclick()
    made = booked(at)
    expect(at.get_by_text(f"{made.code} is booked.")).to_have_count(1)
    assert at.complaints == []


def test_who_is_logged_out_finds_what_they_typed_after_the_login(at, comes_back):
    button = filled(at, "Deposit", "100")
    at.get_by_label("accepted these terms").check()
    at.context.clear_cookies(name="sessionid")
    button.click()
    comes_back()
    expect(at.get_by_role("status")).to_contain_text("What you typed is here again")
    expect(at.get_by_label("Guest name")).to_have_value("Ana Sousa")
    expect(at.get_by_role("radio", name="Deposit")).to_be_checked()
    expect(at.get_by_label("accepted these terms")).to_be_checked()
    assert not Reservation.objects.filter(guest__name="Ana Sousa").exists()
    button.click()
    made = booked(at)
    assert (made.room, made.total, made.rate_name) == ("204", 30_000, "Flexible")
    assert made.policy_accepted_at
    expect(at.get_by_role("dialog").get_by_label("Amount")).to_have_value("100.00")
    assert at.complaints == []


def test_a_lost_network_loses_nothing_and_books_once(at):
    button = filled(at, "Send a pay link")
    at.context.set_offline(True)
    button.click()
    lost = at.get_by_role("alert").get_by_text("could not be reached")
    expect(lost).to_be_in_viewport()
    expect(at.get_by_label("Guest name")).to_have_value("Ana Sousa")
    at.context.set_offline(False)
    at.route("**/bookings/new/", lambda route: (route.fetch(), route.abort()))
    button.click()  # it is booked, and nobody hears of it
    expect(lost).to_be_visible()
    assert Reservation.objects.filter(guest__name="Ana Sousa").exists()
    at.unroute("**/bookings/new/")
    button.click()
    made = booked(at)
    expect(at.get_by_text("A pay link for €300.00 is on its way").first).to_be_visible()
    assert PayLink.objects.get().reservation == made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_nobody_is_kept_out(scheme, width, at):
    at.context.new_cdp_session(at).send("Page.setBypassCSP", {"enabled": True})  # axe is inline
    at.emulate_media(color_scheme=scheme)
    at.set_viewport_size({"width": width, "height": 800})
    at.reload()
    at.get_by_label("Guest name").fill("Ana")
    at.get_by_label("Arrival").fill("2026-01-01")
    at.get_by_label("Departure").fill("2026-01-02")
    at.get_by_label("Total").fill("fifty")
    at.get_by_label("Rate").select_option("Flexible")
    at.locator("#policy p").wait_for()  # it moves the button down
    at.get_by_role("button", name="Book", exact=True).click()
    at.get_by_text("Write an amount like 50").wait_for()
    expect(at.get_by_label("Total")).to_have_value("fifty")
    assert at.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(at)
    assert found.violations_count == 0, found.generate_report()
