"""The desks, alerts and figures in a browser: decided by keyboard, on a phone, in the dark."""

import csv

import pytest
from axe_playwright_python.sync_playwright import Axe

from payments.models import Alert, Refund, Review
from sandbox.scenarios import SCENARIOS
from tests.browser.conftest import stays_within_the_screen, with_twice_the_text
from tests.conftest import stay_of
from tests.factories import GuestFactory, ReservationFactory
from tests.operations.conftest import makes_refunds

pytestmark = pytest.mark.django_db(transaction=True)

STORIES = {
    "dispute_due_tomorrow": "Rūta Kazlauskaitė",
    "fraud_warning_before_arrival": "<script>alert(1)</script>",
    "review_open": "W" * 200,
    "hold": "محمد العلي",
    "declined": "Björn Åkesson",
    "two_partial_refunds": "Søren Østergaard",
}
DESKS = {
    "alerts": "/alerts/",
    "disputes": "/desks/disputes/",
    "warnings": "/desks/warnings/",
    "warnings that are over": "/desks/warnings/?standing=over",
    "holds": "/desks/holds/",
    "figures": "/analytics/",
    "figures by property": "/analytics/?by=property",
    "figures refused": "/analytics/?from=2020-01-01",
}
SIZES = {"desktop": (1280, 900), "phone": (390, 844), "small": (320, 640)}


@pytest.fixture
def waiting(stripe):
    """Something that waits at each desk."""
    for name, guest in STORIES.items():
        booking = ReservationFactory(guest=GuestFactory(name=guest))
        stripe.sends(SCENARIOS[name].events(stay_of(booking)))


@pytest.fixture
def at(desk, live_server, waiting):
    """Return a function that opens a desk."""

    def open(name):
        desk.goto(live_server.url + DESKS[name])
        return desk

    return open


def test_no_desk_is_blocked_or_wider_than_a_small_phone(at):
    for size in SIZES.values():
        for name in DESKS:
            page = at(name)
            page.set_viewport_size({"width": size[0], "height": size[1]})
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], name
            assert page.complaints == [], name


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_no_desk_keeps_anybody_out(size, scheme, at, desk):
    desk.context.new_cdp_session(desk).send("Page.setBypassCSP", {"enabled": True})  # axe is inline
    desk.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    desk.emulate_media(color_scheme=scheme)

    for name in DESKS:
        found = Axe().run(at(name))
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"


def test_twice_the_text_on_the_smallest_phone_stays_within_its_dialog(at):
    desks = {"holds": ("Capture", "Release"), "warnings": ("Refund guest", "Approve", "Refuse")}
    for desk, verbs in desks.items():
        page = at(desk)
        with_twice_the_text(page)
        for verb in verbs:
            page.get_by_role("button", name=verb, exact=True).first.click()
            stays_within_the_screen(page, page.get_by_role("dialog", name=verb))


def test_a_decision_is_asked_once_more_and_made_by_keyboard(at, wire):
    wire.answers = makes_refunds()
    page = at("warnings")
    button = page.get_by_role("button", name="Refund guest")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Refund guest")
    dialog.wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert button.evaluate("each => each === document.activeElement")
    assert not Refund.objects.filter(reason="fraudulent").exists()

    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Refund guest €").press("Enter")

    page.get_by_role("status").get_by_text("The guest was refunded.").wait_for()
    assert page.url.endswith("/desks/warnings/")
    assert Refund.objects.filter(reason="fraudulent").count() == 1
    assert page.complaints == []


@pytest.mark.parametrize("verb", ["Approve", "Refuse"])
def test_a_review_is_asked_about_once_more(verb, at):
    page = at("warnings")
    page.get_by_role("button", name=verb).click()
    dialog = page.get_by_role("dialog", name=verb)
    dialog.get_by_role("button", name=verb).wait_for()
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="hidden")
    assert not Review.objects.get().closed
    assert page.complaints == []


def test_a_decision_works_without_a_script(browser, live_server, waiting, log_in, wire):
    wire.answers = makes_refunds("pending")
    context = browser.new_context(java_script_enabled=False)
    log_in(context)
    page = context.new_page()
    page.goto(live_server.url + DESKS["warnings"])

    page.get_by_role("button", name="Refund guest").click()
    page.get_by_role("button", name="Refund guest €").click()

    page.get_by_text("The refund is on its way.").wait_for()
    assert page.url.endswith("/desks/warnings/")
    context.close()


def test_a_hold_is_let_go_from_its_desk(at, wire):
    wire.answers = lambda asked: (500, {"error": {"type": "api_error", "message": "Later."}})
    page = at("holds")

    page.get_by_role("button", name="Release").click()
    dialog = page.get_by_role("dialog", name="Release")
    dialog.get_by_role("button", name="Release").click()

    page.get_by_role("status").get_by_text("is on its way").wait_for()
    assert page.url.endswith("/desks/holds/")
    assert page.complaints == []


def test_somebody_looks_after_an_alert(at):
    page = at("alerts")
    before = page.get_by_role("button", name="I look after it").count()

    page.get_by_role("button", name="I look after it").first.click()

    page.get_by_role("status").get_by_text("you look after it").wait_for()
    assert page.get_by_role("button", name="I look after it").count() == before - 1
    assert Alert.objects.filter(acknowledged_at__isnull=False).count() == 1
    assert page.complaints == []


def test_figures_are_chosen_and_taken_along(at):
    page = at("figures")
    page.get_by_label("Group by").select_option("Property")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("columnheader", name="Property").first.wait_for()

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()

    with open(download.value.path(), newline="") as file:  # noqa: PTH123
        rows = list(csv.reader(file))
    assert rows[0][:3] == ["Property", "Currency", "Gross"]
    assert len(rows) > 1
    assert page.complaints == []


def test_the_menu_leads_to_every_desk_by_keyboard(at):
    page = at("alerts")
    menu = page.get_by_role("navigation", name="Main")
    for name in ("Disputes", "Fraud warnings", "Holds", "Unmatched money", "Analytics"):
        menu.get_by_role("link", name=name).press("Enter")
        page.get_by_role("heading", name=name, level=1).wait_for()
        assert menu.get_by_role("link", name=name).get_attribute("aria-current") == "page"
    assert page.complaints == []


def test_a_question_that_makes_no_sense_keeps_its_fields_in_one_row(desk, live_server):
    desk.set_viewport_size({"width": 1280, "height": 800})
    desk.goto(f"{live_server.url}/analytics/?from=2026-12-01&to=2026-11-01")
    desk.get_by_role("alert").wait_for()
    fields = [desk.get_by_label(label) for label in ("From", "To", "Property", "Group by")]
    shown = [*fields, desk.get_by_role("button", name="Show"), desk.get_by_role("link", name="CSV")]
    assert len({round(each.bounding_box()["y"]) for each in shown}) == 1
