"""A property manager connects a hotel with Stripe, in a real browser and a stand-in for Stripe."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import stripe as sdk
from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from django.core import mail
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from organizations.models import Role
from payments.models import ConnectedAccount
from payments.webhooks import worker
from tests.factories import (
    MembershipFactory,
    OrganizationFactory,
    PropertyFactory,
    ReservationFactory,
)
from tests.sandbox.test_sandbox_delivery import control
from tests.support.stripe import Stripe

pytestmark = pytest.mark.django_db(transaction=True)

SMALLEST, PHONE, DESKTOP = (
    {"width": 320, "height": 640},
    {"width": 375, "height": 812},
    {"width": 1440, "height": 900},
)


@pytest.fixture
def inns(far, live_server):
    """A hotel group with one house and a guest who comes soon; nobody connected it yet."""
    organization = OrganizationFactory(slug="newcomer", name="Newcomer Inns")
    house = PropertyFactory(organization=organization, slug="lake", name="Newcomer Lake")
    soon = timezone.now().date() + timedelta(days=3)
    ReservationFactory(property=house, arrival=soon, departure=soon + timedelta(days=2))
    return organization


@pytest.fixture
def of(context, page, live_server):
    """Return a function that gives the browser to somebody with a role; it returns the page."""

    def be(organization, role=Role.OWNER, houses=()):
        membership = MembershipFactory(role=role, organization=organization)
        membership.properties.set(houses)
        client = Client()
        client.force_login(membership.user)
        cookie = client.cookies["sessionid"]
        context.clear_cookies()
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return page

    def note(asked):
        page.visited.append(asked)

    page.complaints, page.visited = [], []
    page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", note)
    return be


@pytest.fixture
def accounts(live_server):
    """Return the address of a page of accounts."""
    return lambda *names: "/".join([live_server.url, "accounts", *names, ""])


def connect(page, address, button="Connect with Stripe"):
    """Press a place's button, and be at Stripe."""
    page.goto(address)
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/_sandbox/onboarding/**")


def give(page, button="Submit"):
    """Tell Stripe all that it asks for."""
    page.get_by_role("button", name="Fill in test data").click()
    page.get_by_role("button", name=button).click()


def only_account():
    account = ConnectedAccount.objects.get()
    assert account.stripe_id.startswith("acct_")
    return account


def seen_at_stripe(page, far):
    """Return the paths of every page at Stripe that the browser asked for."""
    asked = {urlsplit(each.url).path for each in page.visited if each.url.startswith(far.url)}
    return {path for path in asked if path.startswith("/_sandbox/onboarding/")}


def test_an_organization_joins_stops_half_way_and_finishes(far, inns, of, accounts):
    page, here = of(inns), accounts("newcomer")
    page.goto(accounts())
    page.get_by_role("link", name="Newcomer Inns").click()
    expect(page.get_by_role("heading", name="Newcomer Inns", exact=True)).to_be_visible()
    expect(page.get_by_text("Not connected")).to_be_visible()

    connect(page, here)
    page.get_by_label("Website").fill("https://newcomer.example")
    page.get_by_role("button", name="Save and come back later").click()
    page.wait_for_url(here)
    expect(page.get_by_text("Not ready")).to_be_visible()
    expect(page.get_by_role("heading", name="What Stripe still wants")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="A bank account for")).to_be_visible()
    expect(page.get_by_text("web address")).to_have_count(0)

    connect(page, here, "Continue")
    expect(page.get_by_label("Website")).to_have_count(0)  # what was given is not asked again
    give(page)
    page.wait_for_url(here)
    expect(page.get_by_text("Takes cards").first).to_be_visible()
    for button in ("Continue", "Connect with Stripe"):
        expect(page.get_by_role("button", name=button)).to_have_count(0)
    expect(page.get_by_role("link", name="Open Stripe dashboard")).to_be_visible()
    assert only_account().charges_enabled
    assert page.complaints == []


def test_a_house_joins_on_its_own(far, inns, of, accounts):
    type(inns).objects.update(stripe_architecture="per_property")
    PropertyFactory(organization=inns, slug="hill", name="Newcomer Hill")
    page = of(inns)
    page.goto(accounts("newcomer"))
    expect(page.get_by_role("button", name="Connect with Stripe")).to_have_count(0)
    page.get_by_role("link", name="Newcomer Lake").click()
    expect(page.get_by_role("heading", name="Newcomer Lake", exact=True)).to_be_visible()

    connect(page, accounts("newcomer", "lake"))
    give(page)
    page.wait_for_url(accounts("newcomer", "lake"))
    expect(page.get_by_text("Takes cards").first).to_be_visible()

    page.goto(accounts("newcomer", "hill"))
    expect(page.get_by_text("Not connected")).to_be_visible()
    assert only_account().property.slug == "lake"
    assert page.complaints == []


def test_a_document_is_asked_for_and_given(far, inns, of, accounts, tmp_path):
    page, here = of(inns), accounts("newcomer")
    connect(page, here)
    give(page)
    page.wait_for_url(here)
    id = only_account().stripe_id
    control(far, f"accounts/{id}/demand")
    page.goto(f"{here}?from=stripe")
    wanted = page.get_by_role("region", name="What Stripe still wants")
    expect(wanted.get_by_text("A document of the company")).to_be_visible()
    expect(wanted.get_by_text("By ")).to_be_visible()

    connect(page, here, "Continue")
    paper = tmp_path / "company.pdf"
    paper.write_bytes(b"%PDF-1.7")
    page.get_by_label("A document that shows that the company exists").set_input_files(paper)
    page.get_by_role("button", name="Submit").click()

    page.wait_for_url(here)
    expect(wanted).to_have_count(0)
    assert only_account().wanted == []
    assert page.complaints == []


def test_what_may_be_lost_is_said(far, inns, of, accounts):
    page, here = of(inns), accounts("newcomer")
    connect(page, here)
    give(page)
    page.wait_for_url(here)
    control(far, f"accounts/{only_account().stripe_id}/restrict")
    page.goto(f"{here}?from=stripe")
    expect(page.get_by_text("Cards stopped")).to_be_visible()
    expect(page.get_by_role("heading", name="1 guest arrives")).to_be_visible()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()


@pytest.mark.parametrize("role", [Role.FINANCE, Role.MANAGER])
def test_somebody_without_the_right_sees_the_state_and_no_button(far, inns, of, accounts, role):
    owner, here = of(inns), accounts("newcomer")
    connect(owner, here)
    house = inns.properties.get()
    page = of(inns, role, [house] if role == Role.MANAGER else [])
    page.goto(here)
    expect(page.get_by_role("heading", name="Newcomer Inns", exact=True)).to_be_visible()
    expect(page.get_by_text("Owners and managers of the whole organization")).to_be_visible()
    main = page.get_by_role("main")
    assert main.get_by_role("button").count() == 0
    assert main.get_by_role("link", name="Open Stripe dashboard").count() == 0

    asked = len(seen_at_stripe(page, far))
    page.goto(f"{here}?again=1")  # where Stripe sends whoever comes with a used link
    assert urlsplit(page.url).path == "/accounts/newcomer/"
    assert len(seen_at_stripe(page, far)) == asked


def test_used_expired_and_foreign_links_do_nothing(far, inns, of, accounts):
    page, here = of(inns), accounts("newcomer")
    connect(page, here)
    (used,) = [path for path in seen_at_stripe(page, far) if "acct_" in path]
    (inside,) = [path for path in seen_at_stripe(page, far) if "acct_" not in path]
    told = only_account().stripe_id

    nobody = page.context.browser.new_context()
    stranger = nobody.new_page()
    stranger.goto(far.url + used)  # Stripe sends them here, and we ask who they are
    assert urlsplit(stranger.url).path == "/login/"
    foreign = far.url + used.replace(told, "acct_1HarbourHotels00")
    assert stranger.goto(foreign).status == 404
    nobody.close()

    elsewhere = of(OrganizationFactory(slug="other"))
    answer = elsewhere.goto(far.url + used)
    assert (urlsplit(elsewhere.url).path, answer.status) == ("/accounts/newcomer/", 404)

    far.world.advance(4_000)
    page = of(inns)
    page.goto(far.url + inside)  # too old: whoever may manage the account is given a fresh one
    page.wait_for_url("**/_sandbox/onboarding/**")
    assert urlsplit(page.url).path != inside
    assert page.get_by_role("button", name="Submit").is_visible()
    account = only_account()
    account.refresh_from_db()
    assert not account.details_submitted


def test_an_account_is_let_go_once_it_was_asked_twice(far, inns, of, accounts):
    page, here = of(inns), accounts("newcomer")
    connect(page, here)
    give(page)
    page.wait_for_url(here)
    page.get_by_role("button", name="Disconnect").click()
    dialog = page.get_by_role("dialog", name="Disconnect")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert only_account().is_connected
    page.get_by_role("button", name="Disconnect").click()
    dialog.get_by_role("button", name="Disconnect").click()

    expect(page.get_by_text("Newcomer Inns is disconnected.")).to_be_visible()
    expect(page.get_by_role("button", name="Connect with Stripe")).to_be_visible()
    old = only_account()
    assert not old.is_connected

    connect(page, here)
    give(page)
    page.wait_for_url(here)
    earlier = page.get_by_role("region", name="Earlier accounts")
    expect(earlier.get_by_text(old.stripe_id)).to_be_visible()
    assert page.complaints == []


def test_the_secret_of_a_link_is_nowhere_afterwards(
    far, inns, of, accounts, caplog, capfd, live_server
):
    page, here = of(inns), accounts("newcomer")
    connect(page, here)
    give(page, "Save and come back later")
    page.wait_for_url(here)
    shown = page.content()
    client = sdk.StripeClient(
        "sk_test_any", base_addresses=dict.fromkeys(("api", "files", "connect"), far.url)
    )
    id = only_account().stripe_id
    found = client.v1.events.list({"limit": 100}, {"stripe_account": id}).data
    Stripe().delivers(*[{**each.to_dict(), "account": id} for each in found])
    worker.drain()

    secrets = {path.rpartition("/")[2] for path in seen_at_stripe(page, far)}
    assert len(secrets) == 2
    assert min(map(len, secrets)) >= 32
    said = capfd.readouterr()
    ours = [each for each in page.visited if each.url.startswith(live_server.url)]
    places = {
        "database": everything_kept(),
        "logs": caplog.text + said.out + said.err,
        "mails": "".join(str(each.message()) for each in mail.outbox),
        "page": shown,
        "addresses": "".join(each.url for each in ours),
        "what browsers tell us": "".join(str(each.all_headers()) for each in ours),
    }
    assert "account_link.made" in places["logs"]
    assert id in places["database"]
    assert {
        (name, secret) for name, text in places.items() for secret in secrets if secret in text
    } == set()


def everything_kept():
    """Return every value of every row of the database."""
    return "\n".join(
        f"{bytes(value) if isinstance(value, memoryview) else value}"
        for model in apps.get_models()
        for row in model._base_manager.values()
        for value in row.values()
    )


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark"), (SMALLEST, "light")],
    ids=["desktop-light", "desktop-dark", "phone-light", "phone-dark", "smallest"],
)
def test_the_pages_keep_nobody_out(far, inns, of, accounts, size, scheme):
    page, here = of(inns), accounts("newcomer")
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)

    def look(*addresses):
        for address in addresses:
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address
            found = Axe().run(page)
            assert found.violations_count == 0, f"{address}: {found.generate_report()}"

    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})  # axe is inline
    look(accounts(), here)
    connect(page, here)
    give(page)
    page.wait_for_url(here)
    look(here)
    control(far, f"accounts/{only_account().stripe_id}/restrict")
    page.goto(f"{here}?from=stripe")
    look(accounts(), here)
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("dialog", name="Disconnect")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
