"""Chromium, as the machine has it, at the door of a hotel with a day's bookings."""

import os

import pytest
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


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": chromium(), "args": ["--no-sandbox"]}


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
