"""A dispute is answered, or accepted, in a real browser and against a stand-in for Stripe."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from organizations.models import Membership, Role
from payments.models import Activity, Dispute, EvidenceFile, EvidencePack
from tests.browser.conftest import complaining, stays_within_the_screen, with_twice_the_text
from tests.factories import MembershipFactory
from tests.operations.conftest import Far

pytestmark = pytest.mark.django_db(transaction=True)

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SMALLEST, PHONE, DESKTOP = (
    {"width": 320, "height": 640},
    {"width": 390, "height": 844},
    {"width": 1280, "height": 900},
)


@pytest.fixture
def bank(takes_cards, stripe, booking, live_server):
    """A guest disputes what they paid; `tell` brings what the bank says."""
    far = Far(takes_cards, stripe)
    far.pays(booking, "pm_card_createDispute", "charge.dispute.created")
    return far


@pytest.fixture
def tab(bank, live_server, booking):
    return f"{live_server.url}/bookings/{booking.pk}/?tab=dispute"


@pytest.fixture
def at(desk, tab):
    """The booking's page with the dispute."""
    desk.goto(tab)
    return desk


def handed_in(page):
    page.get_by_role("button", name="Submit evidence").click()
    dialog = page.get_by_role("dialog", name="Submit evidence")
    dialog.get_by_role("button", name="Submit evidence").click()
    page.get_by_role("status").get_by_text("The evidence is handed in.").wait_for()


def test_a_dispute_is_answered_and_won(at, bank):
    at.get_by_label("Anything else").fill("winning_evidence")
    at.get_by_role("button", name="Save").click()
    at.get_by_role("status").get_by_text("Saved.").wait_for()
    at.get_by_label("What it shows").select_option("The registration they signed")
    signed = {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": PDF}
    at.get_by_label("File", exact=True).set_input_files(signed)
    at.get_by_role("button", name="Add file").click()
    at.get_by_role("link", name="signed.pdf").wait_for()
    handed_in(at)
    expect(at.get_by_role("button", name="Save")).to_have_count(0)

    bank.tell("charge.dispute.closed")
    at.reload()

    assert at.get_by_role("heading", name="What was handed in").is_visible()
    assert at.get_by_text("You won").first.is_visible()
    assert Dispute.objects.get().status == "won"
    assert EvidenceFile.objects.get().stripe_file_id.startswith("file_")
    assert at.complaints == []


def test_what_is_typed_goes_to_the_bank_though_nobody_saved_it(at, bank):
    at.get_by_label("Anything else").fill("losing_evidence")
    at.get_by_role("button", name="Submit evidence").click()
    dialog = at.get_by_role("dialog", name="Submit evidence")
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="hidden")
    at.get_by_label("Anything else").fill("winning_evidence")
    at.get_by_role("button", name="Submit evidence").click()
    dialog.get_by_role("button", name="Submit evidence").click()
    at.get_by_role("status").get_by_text("The evidence is handed in.").wait_for()

    bank.tell("charge.dispute.closed")

    assert Dispute.objects.get().status == "won"
    assert at.complaints == []


def test_the_alert_says_what_its_panel_does_not(at):
    alert = at.get_by_role("region", name="A dispute waits for your evidence")
    repeated = alert.get_by_text("€600.00 is disputed")
    expect(alert).to_contain_text("After that the bank decides without you")
    expect(repeated).to_be_hidden()
    at.get_by_role("tab", name="Payments").click()
    expect(at.get_by_role("tab", name="Payments", selected=True)).to_be_visible()
    expect(repeated).to_be_hidden()
    at.get_by_role("tab", name="Stay").click()
    expect(repeated).to_be_visible()
    assert at.complaints == []


def test_a_dispute_is_accepted(at, bank):
    at.get_by_role("button", name="Accept dispute").click()
    dialog = at.get_by_role("dialog", name="Accept dispute")
    dialog.get_by_text("The guest keeps €600.00").wait_for()
    dialog.get_by_role("button", name="Accept dispute").click()
    at.get_by_role("status").get_by_text("The dispute is accepted").wait_for()

    assert Dispute.objects.get().status == "lost"
    assert at.complaints == []


def test_what_is_wrong_stands_beside_its_field_and_gets_the_focus(at):
    at.get_by_label("Anything else").fill("Kept.")
    at.get_by_label("Guest's name").fill("x" * 501)
    at.get_by_role("button", name="Submit evidence").click()
    at.get_by_role("alert").get_by_text("at most 500 characters").wait_for()

    expect(at.get_by_label("Guest's name")).to_be_focused()
    assert at.get_by_label("Guest's name").input_value() == "x" * 501
    assert at.get_by_label("Anything else").input_value() == "Kept."
    assert not EvidencePack.objects.exists()
    assert at.complaints == []


def test_who_is_logged_out_finds_what_they_typed_after_the_login(at, comes_back):
    at.get_by_label("Anything else").fill("winning_evidence")
    at.context.clear_cookies(name="sessionid")
    at.get_by_role("button", name="Submit evidence").click()
    comes_back()
    told = at.get_by_role("status").get_by_text("What you typed is here again")
    expect(told).to_contain_text("You were logged out, and nothing was sent.")
    assert at.get_by_label("Anything else").input_value() == "winning_evidence"
    assert not EvidencePack.objects.exists()
    handed_in(at)
    assert EvidencePack.objects.get().draft["uncategorized_text"] == "winning_evidence"
    at.reload()
    expect(at.get_by_text("What you typed is here again")).to_have_count(0)
    assert at.complaints == []


def test_a_page_that_was_open_too_long_finds_it_when_it_is_loaded_again(at):
    at.get_by_label("Anything else").fill("Kept.")
    at.context.clear_cookies(name="csrftoken")  # as after another login in another tab
    at.get_by_role("button", name="Save").click()
    at.get_by_role("alert").get_by_text("load the page again").wait_for()
    at.reload()
    told = at.get_by_role("status").get_by_text("What you typed is here again")
    expect(told).to_contain_text("This page was open too long")
    assert at.get_by_label("Anything else").input_value() == "Kept."


def test_what_a_role_does_not_allow_is_not_filled_over_what_a_colleague_saved(at, tab):
    other = complaining(at.context.new_page())
    other.goto(tab)
    at.get_by_label("Anything else").fill("Mine.")
    Membership.objects.update(role=Role.READ_ONLY)
    at.get_by_role("button", name="Save").click()
    at.get_by_role("alert").get_by_text("Your role does not").wait_for()
    Membership.objects.update(role=Role.MANAGER)
    other.get_by_label("Anything else").fill("Theirs.")
    other.get_by_role("button", name="Save").click()
    other.get_by_role("status").get_by_text("Saved.").wait_for()
    at.reload()
    expect(at.get_by_label("Anything else")).to_have_value("Theirs.")
    expect(at.get_by_text("What you typed is here again")).to_have_count(0)


def test_what_is_kept_is_not_shown_to_another_person_of_the_same_name(at, django_user_model):
    ana = {"first_name": "Ana", "last_name": "Sousa"}
    django_user_model.objects.update(**ana)
    at.reload()
    MembershipFactory(user=django_user_model.objects.create_user("ana2", password="pw", **ana))
    at.get_by_label("Anything else").fill("Mine.")
    at.context.clear_cookies(name="sessionid")
    at.get_by_role("button", name="Save").click()
    at.get_by_label("Username").fill("ana2")
    at.get_by_label("Password").fill("pw")
    at.get_by_role("button", name="Log in").click()
    expect(at.locator(".who")).to_have_text("Ana Sousa")
    expect(at.get_by_label("Anything else")).not_to_have_value("Mine.")
    expect(at.get_by_text("What you typed is here again")).to_have_count(0)


def test_a_lost_network_loses_nothing_and_hands_in_once(at):
    at.get_by_label("Anything else").fill("winning_evidence")
    at.context.set_offline(True)
    at.get_by_role("button", name="Save").click()
    lost = at.get_by_role("alert").get_by_text("could not be reached")
    expect(lost).to_be_in_viewport()
    at.context.set_offline(False)
    at.get_by_role("button", name="Save").click()
    at.get_by_role("status").get_by_text("Saved.").wait_for()
    expect(lost).to_have_count(0)
    at.get_by_role("button", name="Submit evidence").click()
    dialog = at.get_by_role("dialog", name="Submit evidence")
    dialog.wait_for()
    at.context.set_offline(True)
    dialog.get_by_role("button", name="Submit evidence").click()
    expect(dialog.get_by_role("alert").get_by_text("could not be reached")).to_be_visible()
    assert not EvidencePack.objects.get().submitted_at
    at.context.set_offline(False)
    dialog.get_by_role("button", name="Submit evidence").click()
    at.get_by_role("status").get_by_text("The evidence is handed in.").wait_for()
    assert Activity.objects.filter(kind="evidence_submitted").count() == 1


def test_a_second_tab_that_wrote_and_handed_in_meanwhile_is_not_written_over(at, tab):
    other = complaining(at.context.new_page())
    other.goto(tab)
    at.get_by_label("Anything else").fill("Mine.")
    other.get_by_label("Anything else").fill("Theirs.")
    other.get_by_role("button", name="Save").click()
    other.get_by_role("status").get_by_text("Saved.").wait_for()
    at.get_by_role("button", name="Submit evidence").click()
    at.get_by_role("alert").get_by_text("This was changed since you opened it.").wait_for()
    assert at.get_by_label("Anything else").input_value() == "Mine."
    expect(at.get_by_text("Theirs.")).to_be_visible()
    at.get_by_role("button", name="Submit evidence").click()  # they have seen both
    dialog = at.get_by_role("dialog", name="Submit evidence")
    dialog.wait_for()
    other.reload()
    handed_in(other)
    dialog.get_by_role("button", name="Submit evidence").click()
    expect(
        dialog.get_by_role("alert").get_by_text("The evidence has been handed in.")
    ).to_be_visible()
    assert at.complaints == other.complaints == []


def test_characters_are_counted_as_they_are_typed(at):
    field, count = at.get_by_label("Anything else"), at.locator("#characters output")
    field.fill("")
    before = int(count.inner_text().replace(",", ""))
    field.fill("Zoë 🛏 " + "x" * 2_000)
    assert int(count.inner_text().replace(",", "")) == before + 2_006
    at.get_by_role("button", name="Save").click()
    at.get_by_role("status").get_by_text("Saved.").wait_for()
    assert int(count.inner_text().replace(",", "")) == before + 2_006


def test_the_keyboard_saves_asks_and_comes_back(at):
    at.get_by_label("Guest's name").fill("Ana Sousa")
    at.keyboard.press("Enter")
    at.get_by_role("status").get_by_text("Saved.").wait_for()
    expect(at.get_by_label("Guest's name")).to_be_focused()
    for name in ("Submit evidence", "Accept dispute"):
        button = at.locator("form").get_by_role("button", name=name)
        button.focus()
        at.keyboard.press("Enter")
        dialog = at.get_by_role("dialog", name=name)
        dialog.wait_for()
        at.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        expect(at.locator("#answer").get_by_role("button", name=name)).to_be_focused()
    assert at.complaints == []


def test_it_works_without_a_script(browser, bank, tab, log_in):
    context = browser.new_context(java_script_enabled=False)
    log_in(context)
    page = context.new_page()
    page.goto(tab)
    page.get_by_label("Anything else").fill("winning_evidence")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").get_by_text("Saved.").wait_for()
    handed_in(page)
    context.close()


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")],
    ids=["desktop-light", "desktop-dark", "phone-light", "phone-dark"],
)
def test_it_keeps_nobody_out(size, scheme, desk, tab):
    desk.context.new_cdp_session(desk).send("Page.setBypassCSP", {"enabled": True})  # axe is inline
    desk.set_viewport_size(size)
    desk.emulate_media(color_scheme=scheme)
    desk.goto(tab)
    desk.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    desk.get_by_label("Guest's name").fill("x" * 501)
    desk.get_by_role("button", name="Save").click()
    desk.get_by_role("alert").get_by_text("at most 500 characters").wait_for()
    found = Axe().run(desk)
    assert found.violations_count == 0, found.generate_report()


def test_it_fits_a_small_phone(at):
    at.set_viewport_size(SMALLEST)
    at.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    at.get_by_label("Anything else").fill("W" * 900)
    assert at.evaluate("document.documentElement.scrollWidth") <= 320
    for name in ("Submit evidence", "Accept dispute"):
        at.locator("#answer").get_by_role("button", name=name).click()
        dialog = at.get_by_role("dialog", name=name)
        dialog.wait_for()
        assert at.evaluate("document.documentElement.scrollWidth") <= 320
        with_twice_the_text(at)
        stays_within_the_screen(at, dialog)
    assert at.complaints == []
