"""Chromium, as the machine has it, at the door of a hotel with a day's bookings."""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Lock, Thread

import pytest
import stripe as sdk
from axe_playwright_python.sync_playwright import Axe
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client

from payments.models import ConnectedAccount
from pms.csp import strict_policy
from sandbox.scenarios import SCENARIOS
from sandbox.server.web import Sandbox
from tests.conftest import stay_of
from tests.factories import GuestFactory, MembershipFactory, ReservationFactory
from tests.support.needs import chromium

# Playwright keeps a loop running in this thread; the tests ask the database all the same.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

STORIES = {
    "two_partial_refunds": "Søren Østergaard",
    "hold": "Siobhán O'Dwyer",
    "declined": "محمد العلي",
    "damage_charge": "W" * 200,
    "bank_transfer_in_parts": "<script>alert(1)</script>",
    "dispute_won_in_part": "Anneliese Hohenzollern-Sigmaringen",
}

PHONE, DESKTOP = {"width": 375, "height": 812}, {"width": 1440, "height": 900}
LOOKS = pytest.mark.parametrize(
    ("size", "scheme"),
    [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")],
    ids=["desktop-light", "desktop-dark", "phone-light", "phone-dark"],
)


def pytest_itemcollected(item):
    """Mark what is in this folder: each of its tests needs a browser."""
    item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": chromium(), "args": ["--no-sandbox"]}


@pytest.fixture(autouse=True)
def one_at_a_time(monkeypatch):
    """On SQLite in memory all threads share a connection: a page's requests wait for each other."""
    if connection.vendor != "sqlite":
        return
    turn, answer = Lock(), WSGIHandler.__call__

    def in_turn(self, *args):
        with turn:
            return answer(self, *args)

    monkeypatch.setattr(WSGIHandler, "__call__", in_turn)


HARBOUR = "acct_1HarbourHotels00"  # the stand-in knows it


@pytest.fixture
def far(settings):
    """The stand-in for Stripe, which the hotel's server asks and its pages may lead to."""
    with Sandbox(port=0, seed="tests") as server:
        server.start()
        settings.STRIPE_SECRET_KEY = "sk_test_of_the_tests"
        settings.STRIPE_PUBLISHABLE_KEY = "pk_test_of_the_tests"
        settings.STRIPE_API_BASE = server.url
        settings.STRIPE_CLIENT_ID = "ca_of_the_tests"
        settings.STRIPE_JS_URL = f"{server.url}/stripe.js"
        settings.CONTENT_SECURITY_POLICY = {
            "DIRECTIVES": strict_policy(
                stripe_js_url=settings.STRIPE_JS_URL, stripe_api_base=server.url
            )
        }
        yield server


@pytest.fixture
def stand_in():
    """The stand-in for Stripe alone, without a hotel."""
    with Sandbox(port=0, seed="tests") as server:
        server.start()
        yield server


@pytest.fixture
def calls(stand_in):
    """A hotel's server, as it asks the stand-in."""
    bases = dict.fromkeys(("api", "files", "connect"), stand_in.url)
    client = sdk.StripeClient("sk_test_any", base_addresses=bases, max_network_retries=0)
    return client.v1


@pytest.fixture
def screen(page):
    """A browser's page, which complains about nothing."""
    yield complaining(page)
    assert page.complaints == []


@pytest.fixture
def elsewhere():
    """A page of another site, such as the hotel's own, where Stripe's lead back to."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>hotel</title><link rel=icon href=data:,>")

        def log_message(self, *args):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def takes_cards(far, stripe):
    """The hotel's account is one that the stand-in knows, and the stand-in for Stripe itself."""
    ConnectedAccount.objects.update(stripe_id=HARBOUR, account=HARBOUR)
    return far


@pytest.fixture
def hotel(stripe):
    """Bookings with a story each, and one payment that nobody can place; returns them by story."""
    bookings = {}
    for name, guest in STORIES.items():
        bookings[name] = ReservationFactory(guest=GuestFactory(name=guest))
        stripe.sends(SCENARIOS[name].events(stay_of(bookings[name])))
    stripe.sends(SCENARIOS["dashboard_payment"].events(stay_of(ReservationFactory())))
    return bookings


@pytest.fixture
def comes_back(desk, django_user_model):
    """Return a function that has whoever is at the desk log in, once their session is over."""

    def log_in():
        user = django_user_model.objects.get()
        user.set_password("harbour-demo")
        user.save()
        desk.get_by_label("Username").fill(user.username)
        desk.get_by_label("Password").fill("harbour-demo")
        desk.get_by_role("button", name="Log in").click()

    return log_in


@pytest.fixture
def log_in(live_server):
    """Let somebody in: give a browser's context the cookie of a session."""

    def log_in(context):
        client = Client()
        client.force_login(MembershipFactory().user)
        cookie = client.cookies["sessionid"]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return log_in


@pytest.fixture
def desk(context, page, log_in):
    """A page at the front desk, and all that its console complains about."""
    log_in(context)
    return complaining(page)


def complaining(page):
    """Have a page keep all that its console complains about; return it."""
    page.complaints = []
    page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


def without_violations(screen):
    """See that a page keeps nobody out, and fits its window."""
    screen.wait_for_load_state()  # a page without its styles is wider than a phone
    assert screen.evaluate("document.documentElement.scrollWidth") <= screen.viewport_size["width"]
    found = Axe().run(screen)
    assert found.violations_count == 0, found.generate_report()


def with_twice_the_text(page):
    """Show a page on the smallest phone to somebody who reads text twice as large."""
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate("document.documentElement.style.fontSize = '200%'")


def stays_within_the_screen(page, dialog):
    """See that nothing of a dialog is beside the screen, and that its last button is reached."""
    scroll, client = dialog.evaluate("each => [each.scrollWidth, each.clientWidth]")
    assert scroll <= client
    last = dialog.get_by_role("button", name="Cancel")
    last.scroll_into_view_if_needed()
    box = last.bounding_box()
    assert 0 <= box["x"] <= box["x"] + box["width"] <= page.viewport_size["width"]
    last.click()
    dialog.wait_for(state="hidden")
