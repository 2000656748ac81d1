"""Stripe's pages that a hotel joins by, as the sandbox has them, in a real browser."""

from tests.browser.conftest import LOOKS, without_violations


def begun(calls):
    """Return an account that nobody has told Stripe about yet."""
    controller = {
        "fees": {"payer": "account"},
        "losses": {"payments": "stripe"},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": "full"},
    }
    given = {"country": "PT", "controller": controller, "email": "owner@<b>hotel</b>.example"}
    return calls.accounts.create(given)


def link_to(calls, account, elsewhere):
    return calls.account_links.create(
        {
            "account": account,
            "type": "account_onboarding",
            "refresh_url": f"{elsewhere}/refresh?house=1",
            "return_url": f"{elsewhere}/return?house=1",
        }
    ).url


def test_a_hotel_tells_stripe_everything_and_comes_back(screen, calls, elsewhere, stand_in):
    account = begun(calls)

    screen.goto(link_to(calls, account.id, elsewhere))
    screen.get_by_label("What kind of business is it?").select_option("A company")
    screen.get_by_label("What does it do?").select_option("Hotels and other lodging")
    screen.get_by_label("Website").fill("https://harbour.example")
    screen.get_by_label("First name").fill("Ana")
    screen.get_by_label("Last name").fill("O'Dwyer <i>")
    screen.get_by_label("IBAN or account number").fill("PT50 0002 0123 1234 5678 9015 4")
    screen.get_by_label("I accept").check()
    screen.get_by_role("button", name="Submit").click()

    screen.wait_for_url(f"{elsewhere}/return?house=1")
    told = calls.accounts.retrieve(account.id)
    assert told.charges_enabled
    assert told.payouts_enabled
    assert told.details_submitted
    assert told.requirements.currently_due == []
    assert told.business_profile.url == "https://harbour.example"
    assert told.external_accounts.data[0].last4 == "0154"
    events = calls.events.list({"type": "account.updated"}, {"stripe_account": account.id})
    assert events.data[0].data.object.charges_enabled


def test_it_is_left_half_way_and_continued(screen, calls, elsewhere):
    account = begun(calls)
    screen.goto(link_to(calls, account.id, elsewhere))
    screen.get_by_label("Website").fill("https://harbour.example")
    screen.get_by_label("First name").fill("Ana")
    screen.get_by_role("button", name="Save and come back later").click()
    screen.wait_for_url(f"{elsewhere}/return?house=1")

    half = calls.accounts.retrieve(account.id)
    assert not half.charges_enabled
    assert not half.details_submitted
    assert "business_profile.url" not in half.requirements.currently_due
    assert "representative.first_name" not in half.requirements.past_due
    assert "representative.last_name" in half.requirements.currently_due
    assert half.requirements.disabled_reason == "requirements.past_due"

    screen.goto(link_to(calls, account.id, elsewhere))
    assert screen.get_by_label("Website").count() == 0
    assert screen.get_by_label("First name").count() == 0
    screen.get_by_role("button", name="Fill in test data").click()
    screen.get_by_role("button", name="Submit").click()
    screen.wait_for_url(f"{elsewhere}/return?house=1")
    assert calls.accounts.retrieve(account.id).charges_enabled


def test_what_is_missing_or_wrong_is_said_beside_it(page, calls, elsewhere):
    account = begun(calls)
    page.goto(link_to(calls, account.id, elsewhere))
    page.get_by_label("Website").fill("javascript:alert(1)")
    page.get_by_label("Last name").fill("\"><b>O'Dwyer")
    page.get_by_role("button", name="Submit").click()

    assert "6 answers are missing or wrong." in page.get_by_role("alert").inner_text()
    assert page.get_by_text("An address begins with https://").is_visible()
    assert page.get_by_label("Website").input_value() == "javascript:alert(1)"
    assert page.get_by_label("Last name").input_value() == "\"><b>O'Dwyer"
    assert len(calls.accounts.retrieve(account.id).requirements.currently_due) == 8


def test_a_document_is_handed_in(screen, calls, elsewhere, stand_in, tmp_path):
    account = begun(calls)
    stand_in.world.books(account.id)
    screen.goto(link_to(calls, account.id, elsewhere))
    screen.get_by_role("button", name="Fill in test data").click()
    screen.get_by_role("button", name="Submit").click()
    screen.wait_for_url(f"{elsewhere}/return?house=1")
    screen.request.post(f"{stand_in.url}/_sandbox/accounts/{account.id}/demand")
    assert calls.accounts.retrieve(account.id).requirements.currently_due
    paper = tmp_path / "company.pdf"
    paper.write_bytes(b"%PDF-1.7")

    screen.goto(link_to(calls, account.id, elsewhere))
    screen.get_by_label("A document that shows that the company exists").set_input_files(paper)
    screen.get_by_role("button", name="Submit").click()

    screen.wait_for_url(f"{elsewhere}/return?house=1")
    assert calls.accounts.retrieve(account.id).requirements.currently_due == []


def test_a_link_is_for_one_use_and_minutes(screen, calls, elsewhere, stand_in):
    account = begun(calls)
    used = link_to(calls, account.id, elsewhere)
    screen.goto(used)
    inside = screen.url
    screen.reload()
    assert screen.get_by_role("button", name="Submit").is_visible()

    screen.goto(used)
    assert screen.url == f"{elsewhere}/refresh?house=1"
    late = link_to(calls, account.id, elsewhere)
    stand_in.world.advance(400)
    screen.goto(late)
    assert screen.url == f"{elsewhere}/refresh?house=1"
    stand_in.world.advance(4_000)
    screen.goto(inside)
    assert screen.url == f"{elsewhere}/refresh?house=1"


def test_what_leads_nowhere_is_not_there(page, calls, elsewhere, stand_in):
    mine, other = begun(calls), begun(calls)
    link = link_to(calls, mine.id, elsewhere)

    for address in [
        f"{stand_in.url}/_sandbox/onboarding/{mine.id}/nothing",
        link.replace(mine.id, other.id),
        f"{stand_in.url}/_sandbox/onboarding/nothing",
        f"{stand_in.url}/_sandbox/3ds/{mine.id}/pi_nothing?s=",
        f"{stand_in.url}/_sandbox/assets/nothing.js",
    ]:
        assert page.goto(address).status == 404, address
        assert page.get_by_role("heading", name="There is nothing here").is_visible()
    assert page.goto(link).status == 200


def test_nothing_brings_a_rejected_account_back(screen, calls, elsewhere, stand_in):
    account = begun(calls)
    screen.request.post(f"{stand_in.url}/_sandbox/accounts/{account.id}/reject")

    screen.goto(link_to(calls, account.id, elsewhere))

    assert screen.get_by_role("heading", name="Stripe does not work with").is_visible()
    assert screen.get_by_role("button", name="Submit").count() == 0


@LOOKS
def test_onboarding_keeps_nobody_out(size, scheme, page, calls, elsewhere):
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.goto(link_to(calls, begun(calls).id, elsewhere))
    without_violations(page)
    page.get_by_role("button", name="Submit").click()
    without_violations(page)
