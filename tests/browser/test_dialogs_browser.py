"""The dialogs of a booking in a browser: chosen payments, photos, and pages that grow old."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from organizations.models import Membership, Role
from payments import hotel
from payments.models import Attachment, Customer, Refund
from payments.operations.payments import pay_links
from sandbox.scenarios import SCENARIOS
from tests.browser.conftest import stays_within_the_screen, with_twice_the_text
from tests.conftest import stay_of
from tests.operations.conftest import makes_refunds, paid  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def at(desk, live_server, stripe, booking, paid, wire):  # noqa: F811
    """The page of a booking that was paid in two parts."""
    wire.answers = makes_refunds()
    paid(80_000)
    paid(40_000)
    desk.goto(f"{live_server.url}/bookings/{booking.pk}/")
    return desk


def opened(page, verb="Refund"):
    page.wait_for_load_state()
    page.get_by_role("button", name=verb).click()
    dialog = page.get_by_role("dialog", name=verb)
    dialog.wait_for()
    return dialog


def test_a_refund_by_keyboard_alone(at):
    button = at.get_by_role("button", name="Refund")
    button.focus()
    at.keyboard.press("Enter")
    dialog = at.get_by_role("dialog", name="Refund")
    dialog.wait_for()
    assert dialog.get_by_label("Amount").input_value() == "1,200.00"
    dialog.get_by_label("Amount").focus()
    at.keyboard.press("Control+a")
    at.keyboard.type("50")
    dialog.get_by_role("button", name="Refund €50.00").wait_for()
    at.keyboard.press("Tab")
    at.keyboard.press("Space")  # the newer payment gives nothing
    assert [each.is_checked() for each in dialog.get_by_role("checkbox").all()[:2]] == [False, True]
    at.keyboard.press("Enter")

    at.get_by_role("status").get_by_text("€50.00 refunded.").wait_for()
    assert Refund.objects.get().payment.amount == 80_000
    assert at.complaints == []


def test_what_a_dialog_does_is_in_reach_without_scrolling(at):
    at.set_viewport_size({"width": 390, "height": 480})
    button = opened(at).get_by_role("button", name="Refund €1,200.00")
    assert button.bounding_box()["y"] + button.bounding_box()["height"] <= 480


def test_a_double_click_gives_back_once(at):
    dialog = opened(at)
    dialog.get_by_label("Amount").fill("50")
    dialog.get_by_role("button", name="Refund €50.00").dblclick()
    at.get_by_role("status").get_by_text("€50.00 refunded.").wait_for()
    assert Refund.objects.get().amount == 5_000
    assert at.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_dialog_keeps_anybody_out(size, scheme, at):
    at.context.new_cdp_session(at).send("Page.setBypassCSP", {"enabled": True})  # axe is inline
    at.set_viewport_size(size)
    at.emulate_media(color_scheme=scheme)
    at.reload()
    for verb in ("Refund", "Send pay link", "Charge card on file"):
        dialog = opened(at, verb)
        found = Axe().run(at)
        assert found.violations_count == 0, f"{verb}: {found.generate_report()}"
        at.keyboard.press("Escape")
        dialog.wait_for(state="hidden")


def test_twice_the_text_on_the_smallest_phone_stays_within_its_dialog(card, at):
    with_twice_the_text(at)
    for verb in ("Take a payment", "Hold", "Send pay link", "Charge card on file", "Refund"):
        at.get_by_role("button", name=verb, exact=True).first.click()
        stays_within_the_screen(at, at.get_by_role("dialog", name=verb))


def test_twice_the_text_on_the_smallest_phone_stays_within_what_is_asked_of_cards(
    card, at, booking
):
    Customer.objects.update(default_payment_method="")  # or it is charged first already
    (stay,) = hotel.bookings([booking.pk]).values()
    pay_links.make(booking=stay, amount=5_000, purpose="deposit", by=None)
    at.reload()
    with_twice_the_text(at)
    for verb in ("Charge first", "Take off file", "Send again"):
        at.get_by_role("button", name=verb).first.click()
        stays_within_the_screen(at, at.get_by_role("dialog", name=verb))


@pytest.fixture
def card(stripe, booking):
    """A card that the guest left."""
    stripe.sends(SCENARIOS["card_on_file"].events(stay_of(booking)))


def test_without_a_card_the_guest_is_asked_to_pay(at):
    dialog = opened(at, "Charge card on file")
    assert dialog.get_by_label("Amount").count() == 0
    dialog.get_by_role("button", name="Send pay link").click()
    at.get_by_role("dialog", name="Send pay link").get_by_label("Amount").wait_for()
    assert at.complaints == []


def test_a_photo_is_kept_when_the_rest_is_wrong(card, at, tmp_path):
    Image.new("RGB", (9, 9), "red").save(tmp_path / "lamp.png")
    dialog = opened(at, "Charge card on file")
    dialog.get_by_label("Amount").fill("nine")
    dialog.get_by_label("Photos").set_input_files(tmp_path / "lamp.png")
    dialog.locator("#do").click()
    dialog.get_by_role("checkbox", name="lamp.png").wait_for()
    assert dialog.get_by_label("Amount").input_value() == "nine"
    assert Attachment.objects.get().name == "lamp.png"


def test_a_session_that_ended_leads_to_the_login_and_back(at, comes_back):
    dialog = opened(at)
    at.context.clear_cookies(name="sessionid")
    dialog.locator("#do").click()

    comes_back()
    at.wait_for_url("**/bookings/*-*/**")
    assert at.get_by_role("button", name="Refund").is_visible()
    assert not Refund.objects.exists()


def test_who_may_no_longer_reads_it_in_the_dialog(at):
    dialog = opened(at)
    dialog.get_by_label("Note").fill("Broken shower")
    Membership.objects.update(role=Role.READ_ONLY)
    dialog.locator("#do").click()
    dialog.get_by_role("alert").get_by_text("Your role does not let you").wait_for()
    assert dialog.get_by_label("Note").input_value() == "Broken shower"


def test_with_debug_too_the_dialog_says_it_and_stays(settings, at):
    settings.DEBUG = True  # django-htmx would show Django's page of the error instead of this one
    at.reload()
    dialog = opened(at)
    dialog.get_by_label("Note").fill("Broken shower")
    Membership.objects.update(role=Role.READ_ONLY)
    dialog.locator("#do").click()
    dialog.get_by_role("alert").get_by_text("Your role does not let you").wait_for()
    assert dialog.get_by_label("Note").input_value() == "Broken shower"


def test_who_cannot_reach_us_reads_it_in_the_dialog(at):
    dialog = opened(at)
    at.context.set_offline(True)
    dialog.locator("#do").click()
    dialog.get_by_role("alert").get_by_text("could not be reached").wait_for()
    at.context.set_offline(False)
    dialog.locator("#do").click()
    at.get_by_role("status").get_by_text("€1,200.00 refunded.").wait_for()
    assert Refund.objects.count() == 2  # one of each payment, once


def test_a_search_that_cannot_reach_us_says_so_until_one_does(at, live_server):
    at.goto(f"{live_server.url}/bookings/")
    at.context.set_offline(True)
    at.get_by_label("Guest or code").fill("HB")
    at.get_by_role("alert").get_by_text("could not be reached. Try again.").wait_for()
    at.context.set_offline(False)
    at.get_by_role("button", name="Find").click()
    at.get_by_role("alert").wait_for(state="hidden")
