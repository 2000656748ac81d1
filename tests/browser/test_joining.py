"""A hotel joins in a real browser: from our page to Stripe's, half-way, back again, and done."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from organizations.models import Organization, Role
from payments.models import ConnectedAccount, OutgoingRequest, WebhookEvent
from pms.csp import strict_policy
from sandbox.server.web import Sandbox
from tests.factories import MembershipFactory, OrganizationFactory, PropertyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stand_in(settings):
    """Stripe's stand-in, and pages that may send a browser there."""
    with Sandbox(port=0, seed="joining") as server:
        server.start()
        settings.STRIPE_SECRET_KEY = "sk_test_of_the_tests"
        settings.STRIPE_API_BASE = server.url
        settings.CONTENT_SECURITY_POLICY = {
            "DIRECTIVES": strict_policy(
                stripe_js_url=f"{server.url}/stripe.js", stripe_api_base=server.url
            )
        }
        yield server


@pytest.fixture
def group():
    """A hotel group that has no account yet."""
    return OrganizationFactory(slug="newcomer", name="Newcomer Inns")


@pytest.fixture
def screen(page, context, live_server, group):
    """Return a function that lets somebody of the group look, and what their console says."""

    def look(role=Role.OWNER):
        client = Client()
        client.force_login(MembershipFactory(role=role, organization=group).user)
        cookie = client.cookies["sessionid"]
        context.clear_cookies()
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return page

    page.complaints = []
    page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
    return look


def test_an_organization_joins_half_way_and_then_whole(
    stand_in, screen, live_server, group, browser
):
    page, here = screen(), f"{live_server.url}/accounts/newcomer/"
    page.goto(here)
    page.get_by_role("button", name="Connect with Stripe").click()
    page.get_by_label("Website").fill("https://newcomer.example")
    first = page.url
    page.get_by_role("button", name="Save and come back later").click()
    page.wait_for_url(here)
    assert page.get_by_role("heading", name="Newcomer Inns").is_visible()
    assert page.get_by_role("heading", name="What Stripe still wants").is_visible()

    page.get_by_role("button", name="Continue").click()
    assert page.url != first
    page.get_by_role("button", name="Fill in test data").click()
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url(here)
    assert page.get_by_text("Takes cards").first.is_visible()
    assert page.get_by_role("button", name="Continue").count() == 0
    assert page.get_by_role("link", name="Open Stripe dashboard").is_visible()

    assert page.complaints == []

    secret = urlsplit(first).path.rsplit("/", 1)[-1]
    for model in (ConnectedAccount, OutgoingRequest, WebhookEvent):
        assert not any(secret in str(row) for row in model.objects.values())


def test_a_house_joins_on_its_own(stand_in, screen, live_server, group):
    Organization.objects.filter(pk=group.pk).update(stripe_architecture="per_property")
    PropertyFactory(organization=group, slug="lake", name="Newcomer Lake")
    page = screen()
    page.goto(f"{live_server.url}/accounts/newcomer/")
    page.get_by_role("link", name="Newcomer Lake").click()
    page.get_by_role("button", name="Connect with Stripe").click()
    page.get_by_role("button", name="Fill in test data").click()
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url(f"{live_server.url}/accounts/newcomer/lake/")
    assert page.get_by_text("Takes cards").first.is_visible()


def test_somebody_without_the_right_sees_the_state_and_no_button(
    stand_in, screen, live_server, group
):
    page = screen(Role.FINANCE)
    page.goto(f"{live_server.url}/accounts/newcomer/")
    assert page.get_by_role("heading", name="Newcomer Inns").is_visible()
    assert page.get_by_role("button", name="Connect with Stripe").count() == 0


def test_letting_go_is_asked_once_more(stand_in, screen, live_server, group):
    page, here = screen(), f"{live_server.url}/accounts/newcomer/"
    page.goto(here)
    page.get_by_role("button", name="Connect with Stripe").click()
    page.get_by_role("button", name="Fill in test data").click()
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url(here)
    page.get_by_role("button", name="Disconnect").click()
    dialog = page.get_by_role("dialog", name="Disconnect")
    dialog.get_by_role("button", name="Cancel").click()
    assert not dialog.is_visible()
    page.get_by_role("button", name="Disconnect").click()
    dialog.get_by_role("button", name="Disconnect").click()
    assert page.get_by_text("is disconnected").is_visible()
    assert page.get_by_role("button", name="Connect with Stripe").is_visible()
    assert page.complaints == []


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_keeps_nobody_out(stand_in, screen, live_server, group, width, scheme):
    page = screen()
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live_server.url}/accounts/newcomer/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    page.reload()
    assert Axe().run(page).response["violations"] == []
