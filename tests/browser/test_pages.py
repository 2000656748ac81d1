"""The pages in a real browser: nothing blocked, nothing broken, all of it within reach."""

from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe

from reservations.models import Reservation

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, DESKTOP = {"width": 375, "height": 812}, {"width": 1440, "height": 900}

BEYOND_THE_EDGE = """() => [...document.querySelectorAll("main *, header *")]
  .filter(each => each.getBoundingClientRect().right > innerWidth)
  .map(each => each.outerHTML.slice(0, 90))"""


@pytest.fixture
def addresses(live_server, hotel):
    """Every page that there is, by what it shows."""
    pages = {
        "list": "/bookings/",
        "nobody": "/bookings/?q=nobody",
        "unmatched": "/bookings/unmatched/",
        "missing": "/bookings/00000000-0000-0000-0000-000000000000/",
    }
    pages |= {name: f"/bookings/{booking.pk}/" for name, booking in hotel.items()}
    return {name: live_server.url + path for name, path in pages.items()}


def test_no_page_is_blocked_or_complains(desk, addresses):
    del addresses["missing"]  # a browser complains about any 404

    for name, address in addresses.items():
        desk.goto(address)
        desk.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        assert desk.complaints == [], name


@pytest.mark.parametrize(
    ("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"]
)
def test_no_page_keeps_anybody_out(size, scheme, desk, addresses):
    desk.context.new_cdp_session(desk).send("Page.setBypassCSP", {"enabled": True})  # axe is inline
    desk.set_viewport_size(size)
    desk.emulate_media(color_scheme=scheme)

    for name, address in addresses.items():
        desk.goto(address)
        found = Axe().run(desk)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"


def test_no_page_is_wider_than_a_phone(desk, addresses):
    desk.set_viewport_size(PHONE)

    for name, address in addresses.items():
        desk.goto(address)
        desk.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        assert desk.evaluate("document.documentElement.scrollWidth") <= 375, name


def test_on_a_phone_the_menu_is_one_row_and_every_place_in_it_is_reached(desk, live_server, hotel):
    desk.set_viewport_size({"width": 320, "height": 640})
    desk.goto(f"{live_server.url}/analytics/")
    menu = desk.get_by_role("navigation", name="Main")
    assert menu.bounding_box()["height"] < 50
    here = menu.get_by_role("link", name="Analytics").bounding_box()
    assert 0 <= here["x"] <= here["x"] + here["width"] <= 320  # where somebody is, they see
    menu.get_by_role("link", name="Bookings").focus()
    assert menu.get_by_role("link", name="Bookings").bounding_box()["x"] >= 0


def test_a_sum_stays_on_one_line_of_a_phone(desk, live_server, hotel):
    desk.set_viewport_size(PHONE)
    desk.goto(f"{live_server.url}/bookings/{hotel['two_partial_refunds'].pk}/")
    line = "each => parseFloat(getComputedStyle(each).lineHeight)"
    sum = desk.locator(".summary .sum")
    assert sum.bounding_box()["height"] < 1.5 * sum.evaluate(line)


def test_a_part_of_the_day_is_headed_over_its_whole_table(desk, addresses):
    desk.goto(addresses["list"])
    heading = desk.get_by_role("rowheader").first.bounding_box()
    assert heading["width"] > 0.99 * desk.get_by_role("table").bounding_box()["width"]


def test_the_fields_of_a_stay_stand_apart(desk, live_server, hotel):
    desk.goto(f"{live_server.url}/bookings/{hotel['two_partial_refunds'].pk}/?tab=stay")
    fields = [each.bounding_box() for each in desk.locator(".correct .field").all()]
    rows = sorted({(each["y"], each["y"] + each["height"]) for each in fields})
    between = [below[0] - above[1] for above, below in pairwise(rows) if below[0] > above[0]]
    assert len(fields) == 7
    assert min(between) >= 12


def test_paper_shows_the_booking_and_nothing_to_press(desk, live_server, hotel):
    desk.goto(f"{live_server.url}/bookings/{hotel['hold'].pk}/")
    desk.emulate_media(media="print", color_scheme="dark")
    assert [each.inner_text() for each in desk.locator("button").all() if each.is_visible()] == []
    assert not desk.get_by_role("tab", name="Stay").is_visible()
    assert desk.get_by_text("Payment history").is_visible()
    paper = "document.body.computedStyleMap().get('background-color').toString()"
    assert desk.evaluate(paper) == "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize("of", [".top nav a", '[role="tab"]'])
def test_where_somebody_is_shows_without_our_colours(of, desk, live_server, hotel):
    desk.goto(f"{live_server.url}/bookings/{hotel['hold'].pk}/")
    desk.emulate_media(forced_colors="active")
    colour = "all => all.map(each => getComputedStyle(each).backgroundColor)"
    here, *others = desk.locator(of).evaluate_all(colour)
    others += desk.locator("body").evaluate_all(colour)
    assert here not in others


def test_twice_the_text_fits_on_the_smallest_phone(desk, addresses, hotel, live_server):
    disputed = f"/bookings/{hotel['dispute_won_in_part'].pk}/"
    others = ["/bookings/new/", "/alerts/", "/analytics/", "/accounts/", "/desks/disputes/"]
    others += ["/desks/warnings/", "/desks/holds/", "/bookings/?stay=all&payment=owing"]
    others += [f"{disputed}?tab={tab}" for tab in ("stay", "dispute", "activity")]
    desk.set_viewport_size({"width": 320, "height": 640})
    wider = {}

    for address in [*addresses.values(), *(live_server.url + path for path in others)]:
        desk.goto(address)
        desk.evaluate("document.documentElement.style.fontSize = '200%'")
        desk.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        if desk.evaluate("document.documentElement.scrollWidth") > 320:
            wider[address] = desk.evaluate(BEYOND_THE_EDGE)
    assert not wider, "\n".join(f"{at}:\n  " + "\n  ".join(parts) for at, parts in wider.items())


def test_somebody_logs_in_and_out(page, live_server, django_user_model):
    django_user_model.objects.create_user("ana", password="harbour-demo")
    page.goto(f"{live_server.url}/bookings/")

    page.get_by_label("Username").fill("ana")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("main").get_by_role("button").click()
    assert page.get_by_role("alert").is_visible()
    page.get_by_label("Password").fill("harbour-demo")
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/bookings/")

    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login/")


def test_the_list_follows_what_is_typed(desk, live_server, hotel):
    desk.goto(f"{live_server.url}/bookings/")

    desk.get_by_label("Guest or code").press_sequentially("søren", delay=20)

    desk.get_by_role("link", name="Siobhán").wait_for(state="detached")
    assert desk.get_by_role("link", name="Søren Østergaard").is_visible()
    assert "q=s" in desk.url
    assert desk.complaints == []


def test_the_list_works_without_a_script(browser, live_server, hotel, log_in):
    context = browser.new_context(java_script_enabled=False)
    log_in(context)
    page = context.new_page()
    page.goto(f"{live_server.url}/bookings/")

    page.get_by_label("Guest or code").fill("Siobhán")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Siobhán O'Dwyer").click()

    assert page.get_by_role("heading", name="Siobhán O'Dwyer").is_visible()
    context.close()


def test_money_is_attached_and_taken_back_by_hand(desk, live_server, hotel):
    desk.goto(f"{live_server.url}/bookings/unmatched/")

    desk.get_by_role("button", name="Attach").first.click()
    desk.get_by_role("button", name="Undo").wait_for()
    assert Reservation.objects.filter(payment_status="paid", paid_amount=120_000).count() > 1
    desk.get_by_role("button", name="Undo").click()

    desk.get_by_text("Taken back.").wait_for()
    assert desk.get_by_text("Owes exactly this").first.is_visible()
    assert desk.complaints == []


def test_the_first_tab_skips_the_menu(desk, live_server, hotel):
    desk.goto(f"{live_server.url}/bookings/")

    desk.keyboard.press("Tab")
    assert desk.get_by_role("link", name="Skip to the page").is_visible()
    desk.keyboard.press("Enter")

    assert desk.evaluate("document.activeElement.id") == "main"


def test_the_keyboard_goes_from_the_search_to_a_booking(desk, live_server, hotel):
    desk.goto(f"{live_server.url}/bookings/")

    desk.keyboard.press("/")
    desk.keyboard.type("siob")
    desk.get_by_role("link", name="Søren").wait_for(state="detached")
    for key in ("ArrowDown", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown", "Enter"):
        desk.keyboard.press(key)

    desk.get_by_role("heading", name="Siobhán O'Dwyer").wait_for()
    assert desk.complaints == []
