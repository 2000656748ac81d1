"""Back buttons, second tabs, sessions and networks that end: nothing is paid or refunded twice."""

import pytest
from playwright.sync_api import expect

from organizations.models import Membership, Role
from payments.models import Payment, Refund
from reservations.models import Reservation
from tests.browser.conftest import complaining
from tests.browser.test_booking_browser import book
from tests.operations.conftest import makes_refunds, paid  # noqa: F401
from tests.support.cards import typed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at(desk, live_server, takes_cards, booking):
    """The page of a booking of €1,200.00 that owes everything, reached from the list."""
    desk.goto(f"{live_server.url}/bookings/?stay=all")
    desk.get_by_role("link", name=booking.guest.name).click()
    desk.wait_for_url("**/bookings/*-*/")  # and for what its buttons do
    return desk


@pytest.fixture
def settled(desk, live_server, stripe, booking, paid, wire):  # noqa: F811
    """The page of a booking of €1,200.00 that is paid, reached from the list."""
    wire.answers = makes_refunds()
    paid(120_000)
    desk.goto(f"{live_server.url}/bookings/?stay=all")
    desk.get_by_role("link", name=booking.guest.name).click()
    desk.wait_for_url("**/bookings/*-*/")  # and for what its buttons do
    return desk


def opened(page, verb):
    page.wait_for_load_state()
    page.get_by_role("button", name=verb, exact=True).click()
    return page.get_by_role("dialog", name=verb)


def said(page, words):
    expect(page.get_by_role("dialog").get_by_role("status").get_by_text(words)).to_be_visible()


def pays(page, amount):
    dialog = opened(page, "Take a payment")
    dialog.get_by_label("Amount").fill(amount)
    typed(page)
    dialog.get_by_role("button", name=f"Pay €{amount}").click()
    said(page, "Paid")


def test_back_after_a_payment_shows_no_form_of_it(at):
    pays(at, "50.00")
    at.go_back()
    expect(at.get_by_role("heading", name="Bookings")).to_be_visible()
    expect(at.get_by_text("€1,150.00").first).to_be_visible()
    at.go_forward()
    expect(at.get_by_text("€1,150.00").first).to_be_visible()
    expect(at.get_by_role("dialog")).to_have_count(0)
    assert Payment.objects.count() == 1


def test_back_from_a_tab_shows_what_is_true_by_now(at):
    at.get_by_role("tab", name="Activity").click()
    expect(at.get_by_role("tab", name="Activity", selected=True)).to_be_visible()
    pays(at, "50.00")
    at.get_by_role("button", name="Close").click()
    at.go_back()
    expect(at.get_by_role("tab", name="Payments", selected=True)).to_be_visible()
    expect(at.get_by_text("€1,150.00").first).to_be_visible()
    assert at.evaluate("sessionStorage.getItem('htmx-history-cache')") is None  # of guests
    assert at.complaints == []


def test_back_after_a_refund_shows_what_is_left(settled):
    dialog = opened(settled, "Refund")
    dialog.get_by_label("Amount").fill("50")
    dialog.get_by_role("button", name="Refund €50.00").click()
    settled.get_by_role("status").get_by_text("€50.00 refunded.").wait_for()
    settled.go_back()
    expect(settled.get_by_role("heading", name="Bookings")).to_be_visible()
    settled.go_forward()
    expect(settled.get_by_role("dialog")).to_have_count(0)
    dialog = opened(settled, "Refund")
    expect(dialog.get_by_label("Amount")).to_have_value("1,150.00")
    assert Refund.objects.count() == 1


def test_back_from_an_open_dialog_leaves_it_behind(at):
    dialog = opened(at, "Take a payment")
    dialog.get_by_label("Amount").fill("50")
    typed(at)
    at.go_back()
    expect(at.get_by_role("heading", name="Bookings")).to_be_visible()
    at.go_forward()
    expect(at.get_by_role("button", name="Take a payment")).to_be_visible()
    expect(at.get_by_role("dialog")).to_have_count(0)


def test_back_after_booking_books_nobody_twice(desk, live_server, takes_cards, booking):
    type(booking).objects.update(
        rate_name="Flexible", cancellation_policy=[{"days_before": 3, "refund_percent": 50}]
    )
    desk.goto(f"{live_server.url}/bookings/new/")
    book(desk, "Later")
    desk.go_back()
    expect(desk.get_by_role("heading", name="New booking")).to_be_visible()
    desk.get_by_role("button", name="Book", exact=True).click()
    assert Reservation.objects.filter(guest__name="Ana Sousa").count() == 1


def test_back_after_logging_out_shows_nobody(at, booking):
    at.get_by_role("button", name="Log out").click()
    expect(at.get_by_role("button", name="Log in")).to_be_visible()
    at.go_back()
    expect(at.get_by_role("button", name="Log in")).to_be_visible()
    expect(at.get_by_text(booking.guest.name)).to_have_count(0)


def test_a_second_tab_that_was_paid_meanwhile_says_so_and_asks_again(at, context):
    stale = opened(at, "Take a payment")
    typed(at)
    other = complaining(context.new_page())
    other.goto(at.url)
    pays(other, "200.00")
    stale.get_by_role("button", name="Pay €1,200.00").click()
    alert = stale.get_by_role("alert").get_by_text("Paid was €0.00 and is €200.00 now")
    expect(alert).to_be_visible()
    expect(stale.get_by_text("€1,000.00 is due.")).to_be_visible()
    assert Payment.objects.count() == 1
    stale.get_by_label("Amount").fill("1,000")
    stale.get_by_role("button", name="Pay €1,000.00").click()
    said(at, "Paid")
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [20_000, 100_000]
    assert other.complaints == []


def test_a_second_tab_that_was_refunded_meanwhile_says_so_and_asks_again(settled, context):
    stale = opened(settled, "Refund")
    other = context.new_page()
    other.goto(settled.url)
    dialog = opened(other, "Refund")
    dialog.get_by_label("Amount").fill("50")
    dialog.get_by_role("button", name="Refund €50.00").click()
    other.get_by_role("status").get_by_text("€50.00 refunded.").wait_for()
    stale.get_by_label("Amount").fill("100")
    stale.get_by_role("button", name="Refund €100.00").click()
    alert = stale.get_by_role("alert").get_by_text("Refunded was €0.00 and is €50.00 now")
    expect(alert).to_be_visible()
    assert Refund.objects.count() == 1
    stale.get_by_role("button", name="Refund €100.00").click()
    settled.get_by_role("status").get_by_text("€100.00 refunded.").wait_for()
    assert sorted(Refund.objects.values_list("amount", flat=True)) == [5_000, 10_000]


def test_a_network_that_is_lost_while_stripe_decides_goes_on_when_it_is_back(at, context):
    dialog = opened(at, "Take a payment")
    typed(at)
    at.route("**/paying/**", lambda route: (context.set_offline(True), route.abort()))
    dialog.get_by_role("button", name="Pay €1,200.00").click()
    said(at, "The connection is lost. This goes on when it is back.")
    at.unroute("**/paying/**")
    context.set_offline(False)
    said(at, "Paid")
    assert Payment.objects.count() == 1


def test_a_session_that_ends_while_stripe_decides_says_where_the_payment_is(at, context):
    dialog = opened(at, "Take a payment")
    typed(at)
    at.route("**/paying/**", lambda route: (context.clear_cookies(), route.continue_()))
    dialog.get_by_role("button", name="Pay €1,200.00").click()
    alert = dialog.get_by_role("alert")
    expect(alert).to_contain_text("You were logged out meanwhile. What became of the payment")
    dialog.get_by_role("button", name="Try again").click()
    expect(at.get_by_role("button", name="Log in")).to_be_visible()


def test_whoever_may_no_longer_take_payments_reads_it(at):
    dialog = opened(at, "Take a payment")
    typed(at)
    Membership.objects.update(role=Role.READ_ONLY)
    dialog.get_by_role("button", name="Pay €1,200.00").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Nothing was taken.")
    expect(dialog.get_by_role("alert")).not_to_contain_text("logged out")
    assert not Payment.objects.exists()
