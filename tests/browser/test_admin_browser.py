"""The admin in a real browser: its looser policy blocks nothing, and nothing from outside runs."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin

from payments.models import Alert, Charge, Payment, Refund, WebhookEvent
from reservations.models import Reservation
from tests.support.admin import POISON, listed, page

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, DESKTOP = {"width": 375, "height": 812}, {"width": 1440, "height": 900}
# The theme has no landmark for its main part, and names two regions alike. All else must pass.
THEMES_OWN = ("landmark-one-main", "landmark-unique", "region")


@pytest.fixture
def addresses(live_server, stripe, hotel):
    """The first page, every list, a page of each kind, and the worst that came in."""
    for body in POISON.values():
        stripe.posts(body)
    stripe.sends([])
    rows = [
        *(model.objects.first() for model in (Payment, Refund, Charge, Alert)),
        hotel["two_partial_refunds"],
        hotel["damage_charge"],  # its guest's name is wider than a screen
        *{event.reason: event for event in WebhookEvent.objects.all()}.values(),
        *WebhookEvent.objects.filter(event_type__contains="<"),
    ]
    lists = [
        listed(model)
        for model in admin.site._registry
        if model._meta.app_label in ("payments", "organizations", "reservations")
    ]
    return [live_server.url + path for path in ["/admin/", *lists, *map(page, rows)]]


def test_no_page_of_the_admin_is_blocked_or_runs_what_came(desk, addresses):
    asked = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))

    for address in addresses:
        desk.goto(address)
        assert desk.complaints == [], address

    assert asked == []


def test_no_page_of_the_admin_is_wider_than_a_phone(desk, addresses):
    desk.set_viewport_size(PHONE)

    for address in addresses:
        desk.goto(address)
        wide = "document.documentElement.scrollWidth"
        assert desk.evaluate(wide) <= PHONE["width"], address


@pytest.mark.parametrize(
    ("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"]
)
def test_no_page_of_the_admin_keeps_anybody_out(size, scheme, desk, live_server, hotel):
    rows = [hotel["two_partial_refunds"], Refund.objects.first(), WebhookEvent.objects.first()]
    paths = ["/admin/", listed(WebhookEvent), *map(page, rows)]
    desk.context.new_cdp_session(desk).send("Page.setBypassCSP", {"enabled": True})  # axe is inline
    desk.set_viewport_size(size)
    desk.emulate_media(color_scheme=scheme)
    rules = {rule: {"enabled": False} for rule in THEMES_OWN}

    for path in paths:
        desk.goto(live_server.url + path)
        found = Axe().run(desk, options={"rules": rules})
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"


def test_an_event_is_replayed_with_a_click(desk, live_server, hotel):
    row = WebhookEvent.objects.filter(state="applied").first()

    desk.goto(live_server.url + page(row))
    desk.get_by_role("button", name="Replay this event").click()

    desk.get_by_text("Replayed: 1 applied.").wait_for()


def test_a_total_is_typed_and_the_money_follows(desk, live_server, hotel):
    booking = hotel["two_partial_refunds"]

    desk.goto(live_server.url + page(booking))
    desk.get_by_label("Total").fill("1500.50")
    desk.get_by_role("button", name="Save and continue editing").click()

    desk.get_by_text("€1,500.50", exact=True).wait_for()
    assert Reservation.objects.get(pk=booking.pk).total == 150_050
