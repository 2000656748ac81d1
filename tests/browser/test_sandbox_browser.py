"""What people see of the sandbox, in a real browser: onboarding, and the control page."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from sandbox.server.web import Sandbox

pytestmark = pytest.mark.browser

PHONE, DESKTOP = {"width": 375, "height": 812}, {"width": 1440, "height": 900}
LOOKS = pytest.mark.parametrize(
    ("size", "scheme"),
    [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")],
    ids=["desktop-light", "desktop-dark", "phone-light", "phone-dark"],
)


@pytest.fixture
def stand_in():
    with Sandbox(port=0, seed="tests") as server:
        server.start()
        yield server


@pytest.fixture
def calls(stand_in):
    """The hotel's server, as it asks the sandbox."""
    bases = dict.fromkeys(("api", "files", "connect"), stand_in.url)
    client = stripe.StripeClient("sk_test_any", base_addresses=bases, max_network_retries=0)
    return client.v1


@pytest.fixture
def screen(page):
    """A browser's page, and all that it complains about."""
    page.complaints = []
    page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    assert page.complaints == []


@pytest.fixture
def hotel():
    """The hotel's own pages, where Stripe's lead back to."""

    class Hotel(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>hotel</title><link rel=icon href=data:,>")

        def log_message(self, *args):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Hotel) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


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


def link_to(calls, account, hotel):
    return calls.account_links.create(
        {
            "account": account,
            "type": "account_onboarding",
            "refresh_url": f"{hotel}/refresh?house=1",
            "return_url": f"{hotel}/return?house=1",
        }
    ).url


def without_violations(screen):
    screen.wait_for_load_state()  # a page without its styles is wider than a phone
    assert screen.evaluate("document.documentElement.scrollWidth") <= screen.viewport_size["width"]
    found = Axe().run(screen)
    assert found.violations_count == 0, found.generate_report()


# Onboarding ----------------------------------------------------------------


def test_a_hotel_tells_stripe_everything_and_comes_back(screen, calls, hotel, stand_in):
    account = begun(calls)

    screen.goto(link_to(calls, account.id, hotel))
    screen.get_by_label("What kind of business is it?").select_option("A company")
    screen.get_by_label("What does it do?").select_option("Hotels and other lodging")
    screen.get_by_label("Website").fill("https://harbour.example")
    screen.get_by_label("First name").fill("Ana")
    screen.get_by_label("Last name").fill("O'Dwyer <i>")
    screen.get_by_label("IBAN or account number").fill("PT50 0002 0123 1234 5678 9015 4")
    screen.get_by_label("I accept").check()
    screen.get_by_role("button", name="Submit").click()

    screen.wait_for_url(f"{hotel}/return?house=1")
    told = calls.accounts.retrieve(account.id)
    assert told.charges_enabled
    assert told.payouts_enabled
    assert told.details_submitted
    assert told.requirements.currently_due == []
    assert told.business_profile.url == "https://harbour.example"
    assert told.external_accounts.data[0].last4 == "0154"
    events = calls.events.list({"type": "account.updated"}, {"stripe_account": account.id})
    assert events.data[0].data.object.charges_enabled


def test_it_is_left_half_way_and_continued(screen, calls, hotel):
    account = begun(calls)
    screen.goto(link_to(calls, account.id, hotel))
    screen.get_by_label("Website").fill("https://harbour.example")
    screen.get_by_label("First name").fill("Ana")
    screen.get_by_role("button", name="Save and come back later").click()
    screen.wait_for_url(f"{hotel}/return?house=1")

    half = calls.accounts.retrieve(account.id)
    assert not half.charges_enabled
    assert not half.details_submitted
    assert "business_profile.url" not in half.requirements.currently_due
    assert "representative.first_name" not in half.requirements.past_due
    assert "representative.last_name" in half.requirements.currently_due
    assert half.requirements.disabled_reason == "requirements.past_due"

    screen.goto(link_to(calls, account.id, hotel))
    assert screen.get_by_label("Website").count() == 0
    assert screen.get_by_label("First name").count() == 0
    screen.get_by_role("button", name="Fill in test data").click()
    screen.get_by_role("button", name="Submit").click()
    screen.wait_for_url(f"{hotel}/return?house=1")
    assert calls.accounts.retrieve(account.id).charges_enabled


def test_what_is_missing_or_wrong_is_said_beside_it(page, calls, hotel):
    account = begun(calls)
    page.goto(link_to(calls, account.id, hotel))
    page.get_by_label("Website").fill("javascript:alert(1)")
    page.get_by_label("Last name").fill("\"><b>O'Dwyer")
    page.get_by_role("button", name="Submit").click()

    assert "6 answers are missing or wrong." in page.get_by_role("alert").inner_text()
    assert page.get_by_text("An address begins with https://").is_visible()
    assert page.get_by_label("Website").input_value() == "javascript:alert(1)"
    assert page.get_by_label("Last name").input_value() == "\"><b>O'Dwyer"
    assert len(calls.accounts.retrieve(account.id).requirements.currently_due) == 8


def test_a_document_is_handed_in(screen, calls, hotel, stand_in, tmp_path):
    account = begun(calls)
    stand_in.world.books(account.id)
    screen.goto(link_to(calls, account.id, hotel))
    screen.get_by_role("button", name="Fill in test data").click()
    screen.get_by_role("button", name="Submit").click()
    screen.wait_for_url(f"{hotel}/return?house=1")
    screen.request.post(f"{stand_in.url}/_sandbox/accounts/{account.id}/demand")
    assert calls.accounts.retrieve(account.id).requirements.currently_due
    paper = tmp_path / "company.pdf"
    paper.write_bytes(b"%PDF-1.7")

    screen.goto(link_to(calls, account.id, hotel))
    screen.get_by_label("A document that shows that the company exists").set_input_files(paper)
    screen.get_by_role("button", name="Submit").click()

    screen.wait_for_url(f"{hotel}/return?house=1")
    assert calls.accounts.retrieve(account.id).requirements.currently_due == []


def test_a_link_is_for_one_use_and_minutes(screen, calls, hotel, stand_in):
    account = begun(calls)
    used = link_to(calls, account.id, hotel)
    screen.goto(used)
    inside = screen.url
    screen.reload()
    assert screen.get_by_role("button", name="Submit").is_visible()

    screen.goto(used)
    assert screen.url == f"{hotel}/refresh?house=1"
    late = link_to(calls, account.id, hotel)
    stand_in.world.advance(400)
    screen.goto(late)
    assert screen.url == f"{hotel}/refresh?house=1"
    stand_in.world.advance(4_000)
    screen.goto(inside)
    assert screen.url == f"{hotel}/refresh?house=1"


def test_what_leads_nowhere_is_not_there(page, calls, hotel, stand_in):
    mine, other = begun(calls), begun(calls)
    link = link_to(calls, mine.id, hotel)

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


def test_nothing_brings_a_rejected_account_back(screen, calls, hotel, stand_in):
    account = begun(calls)
    screen.request.post(f"{stand_in.url}/_sandbox/accounts/{account.id}/reject")

    screen.goto(link_to(calls, account.id, hotel))

    assert screen.get_by_role("heading", name="Stripe does not work with").is_visible()
    assert screen.get_by_role("button", name="Submit").count() == 0


@LOOKS
def test_onboarding_keeps_nobody_out(size, scheme, page, calls, hotel):
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.goto(link_to(calls, begun(calls).id, hotel))
    without_violations(page)
    page.get_by_role("button", name="Submit").click()
    without_violations(page)


# The control page ----------------------------------------------------------

HARBOUR = "acct_1HarbourHotels00"


@pytest.fixture
def pay(calls):
    """Have a guest pay; return the payment."""

    def pay(card="pm_card_visa", **more):
        given = {
            "amount": 102_480,
            "currency": "eur",
            "confirm": True,
            "metadata": {"reservationCode": "HB-2481"},
            "payment_method": card,
            **more,
        }
        return calls.payment_intents.create(given, {"stripe_account": HARBOUR})

    return pay


@pytest.fixture
def found(calls):
    """Return how an object is now."""

    def found(family, id):
        return getattr(calls, family).retrieve(id, None, {"stripe_account": HARBOUR})

    return found


def row(screen, id):
    return screen.locator(f"[id='{id}']")


def press(screen, id, button):
    """Press a button of an object, and wait until the page has said what came of it."""
    screen.get_by_role("status").get_by_role("paragraph").evaluate_all(
        "all => all.map(each => each.remove())"
    )
    row(screen, id).get_by_role("button", name=button).first.click()
    screen.get_by_role("status").get_by_role("paragraph").wait_for()


def only(things):
    (thing,) = things
    return thing


def test_a_bank_disputes_asks_and_decides(screen, calls, stand_in, pay):
    account = {"stripe_account": HARBOUR}
    for button, verdict, before, after in [
        ("Dispute this charge", "Win this dispute", "needs_response", "won"),
        ("Dispute this charge", "Lose this dispute", "needs_response", "lost"),
        ("Dispute as inquiry", "Close the inquiry", "warning_needs_response", "warning_closed"),
        ("Dispute as inquiry", "Make it a chargeback", "warning_needs_response", "needs_response"),
    ]:
        payment = pay()
        screen.goto(f"{stand_in.url}/?account={HARBOUR}")
        press(screen, payment.id, button)
        dispute = only(calls.disputes.list({"payment_intent": payment.id}, account))
        assert dispute.status == before
        press(screen, dispute.id, verdict)
        assert calls.disputes.retrieve(dispute.id, None, account).status == after


def test_what_else_befalls_a_charge(screen, calls, stand_in, pay, found):
    account = {"stripe_account": HARBOUR}
    payment = pay()
    screen.goto(f"{stand_in.url}/?account={HARBOUR}")

    press(screen, payment.id, "Warn of fraud")
    press(screen, payment.id, "Open a review")

    assert only(calls.radar.early_fraud_warnings.list({}, account)).charge == payment.latest_charge
    assert found("payment_intents", payment.id).review
    assert row(screen, payment.id).get_by_role("button", name="Open a review").count() == 0


def test_a_refund_arrives_and_fails(screen, calls, stand_in, pay, found):
    payment = pay("pm_card_pendingRefund")
    refund = calls.refunds.create({"payment_intent": payment.id}, {"stripe_account": HARBOUR})
    screen.goto(f"{stand_in.url}/?account={HARBOUR}")

    press(screen, refund.id, "Let it arrive")
    assert found("refunds", refund.id).status == "succeeded"
    press(screen, refund.id, "Fail this refund")
    assert found("refunds", refund.id).status == "failed"


def test_a_hold_expires_and_a_bank_asks(screen, stand_in, pay, found):
    hold = pay(capture_method="manual")
    asked = [pay("pm_card_authenticationRequired", use_stripe_sdk=True) for _ in range(2)]
    screen.goto(f"{stand_in.url}/?account={HARBOUR}")

    press(screen, hold.id, "Let the hold expire")
    press(screen, asked[0].id, "Complete 3-D Secure")
    press(screen, asked[1].id, "Fail 3-D Secure")

    assert found("payment_intents", hold.id).status == "canceled"
    assert found("payment_intents", asked[0].id).status == "succeeded"
    assert found("payment_intents", asked[1].id).status == "requires_payment_method"


def test_a_bank_transfer_comes_in_parts(screen, calls, stand_in, pay, found):
    guest = calls.customers.create({"name": "Søren"}, {"stripe_account": HARBOUR})
    transfer = {"type": "eu_bank_transfer", "eu_bank_transfer": {"country": "DE"}}
    options = {"funding_type": "bank_transfer", "bank_transfer": transfer}
    payment = pay(
        None,
        customer=guest.id,
        payment_method_types=["customer_balance"],
        payment_method_data={"type": "customer_balance"},
        payment_method_options={"customer_balance": options},
    )
    screen.goto(f"{stand_in.url}/?account={HARBOUR}")

    amount = row(screen, payment.id).get_by_label("Amount in EUR")
    assert amount.input_value() == "1,024.80"
    amount.fill("24.80")
    press(screen, payment.id, "Send the bank transfer")
    assert found("payment_intents", payment.id).status == "requires_action"
    assert row(screen, payment.id).get_by_label("Amount in EUR").input_value() == "1,000.00"
    press(screen, payment.id, "Send the bank transfer")
    assert found("payment_intents", payment.id).status == "succeeded"

    row(screen, guest.id).get_by_label("Amount in EUR").fill("12.50")
    press(screen, guest.id, "Send a bank transfer")
    held = calls.customers.cash_balance.retrieve(guest.id, None, {"stripe_account": HARBOUR})
    assert held.available["eur"] == 1_250


def test_what_stripe_does_to_an_account(screen, calls, stand_in):
    screen.goto(f"{stand_in.url}/?account={HARBOUR}")

    def pressed(button):
        press(screen, "main", button)
        return calls.accounts.retrieve(HARBOUR)

    asked = pressed("Ask for a document")
    assert asked.requirements.currently_due == ["company.verification.document"]
    assert asked.charges_enabled
    assert not pressed("Restrict").charges_enabled
    assert pressed("Set everything right").charges_enabled
    assert pressed("Reject").requirements.disabled_reason == "rejected.fraud"
    press(screen, "main", "Deauthorise")
    with pytest.raises(stripe.PermissionError):
        calls.payment_intents.list(None, {"stripe_account": HARBOUR})
    press(screen, "main", "Authorise again")
    assert list(calls.payment_intents.list(None, {"stripe_account": HARBOUR})) == []


def test_the_clock_and_what_goes_wrong_are_set(screen, stand_in, pay, found):
    hold = pay(capture_method="manual")
    screen.goto(f"{stand_in.url}/?account={HARBOUR}")
    screen.get_by_role("button", name="Advance 7 days").click()
    screen.get_by_text("Time has passed").wait_for()
    assert found("payment_intents", hold.id).status == "canceled"

    screen.get_by_label("Dropped, 0 to 1").fill("0.25")
    screen.get_by_label("Out of order").check()
    screen.get_by_role("button", name="Set delivery").click()
    screen.get_by_text("Events are delivered as you say.").wait_for()
    assert (stand_in.answering.delivery.drop, stand_in.answering.delivery.shuffle) == (0.25, True)
    screen.get_by_role("button", name="Deliver well").click()
    expect(screen.get_by_label("Dropped, 0 to 1")).to_have_value("0.0")
    assert not stand_in.answering.delivery.shuffle

    for kind in ("409", "reset", "timeout_before", "timeout_after", "500_before", "500_after"):
        screen.get_by_label(kind).uncheck()
    screen.get_by_label("Failing, 0 to 1").fill("1")
    screen.get_by_role("button", name="Set faults").click()
    screen.get_by_text("Calls go wrong as you say.").wait_for()
    with pytest.raises(stripe.RateLimitError):
        pay()
    screen.get_by_role("button", name="Have none").click()
    expect(screen.get_by_label("Failing, 0 to 1")).to_have_value("0.0")
    assert pay().status == "succeeded"


def test_what_is_refused_is_said(page, stand_in, pay):
    page.goto(f"{stand_in.url}/?account={HARBOUR}")
    page.get_by_label("Dropped, 0 to 1").fill("7")
    page.get_by_role("button", name="Set delivery").click()

    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text() == "Invalid drop: from 0 to 1"


def test_what_happens_by_itself_shows_up(screen, stand_in, pay):
    screen.goto(f"{stand_in.url}/?account={HARBOUR}")

    payment = pay("pm_card_createDispute")

    row(screen, payment.id).get_by_role("button", name="Win this dispute").wait_for()
    assert screen.get_by_text("charge.dispute.created").is_visible()


def test_it_works_without_a_script(browser, stand_in, pay, calls):
    payment = pay()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(stand_in.url)
    row(page, payment.id).get_by_role("button", name="Dispute this charge").click()

    assert page.get_by_text("The guest’s bank disputes the charge.").is_visible()
    assert only(calls.disputes.list({}, {"stripe_account": HARBOUR})).payment_intent == payment.id
    context.close()


def test_an_account_and_a_booking_are_found(screen, calls, stand_in, pay):
    mine, other = pay(), pay(metadata={"reservationCode": "HB-9<i>"}, amount=7_700)
    screen.goto(stand_in.url)
    screen.get_by_role("link", name="Fjellheim Lake").click()
    assert screen.get_by_role("heading", name="Fjellheim Lake").is_visible()
    assert row(screen, mine.id).count() == 0
    screen.get_by_role("link", name="Harbour Hotels").click()

    for words, id in [("HB-9<i>", other.id), ("77.00", other.id), (mine.id[-8:], mine.id)]:
        screen.get_by_role("searchbox").fill(words)
        screen.get_by_role("button", name="Find").click()
        row(screen, id).wait_for()
        assert screen.locator("#main .rows > li[id^=pi_]").count() == 1, words


def test_another_sites_page_may_change_nothing(page, stand_in, hotel, pay):
    payment = pay()
    asked = f"do=dispute&give[charge]={payment.latest_charge}"
    page.goto(hotel)

    for path, body in [("/", asked), ("/_sandbox/dispute", f"charge={payment.latest_charge}")]:
        page.evaluate(
            "([url, body]) => fetch(url, {method: 'POST', mode: 'no-cors',"
            "  headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body})",
            [stand_in.url + path, body],
        )
    refused = page.evaluate(
        "(url) => fetch(url).then(() => 'seen', () => 'hidden')", f"{stand_in.url}/"
    )

    assert refused == "hidden"
    assert not stand_in.world.books(HARBOUR).kept.get("dispute")


@LOOKS
def test_the_control_page_keeps_nobody_out(size, scheme, page, calls, stand_in, pay):
    pay()
    pay(capture_method="manual")
    pay("pm_card_createDispute")
    refunded = pay("pm_card_pendingRefund")
    calls.refunds.create({"payment_intent": refunded.id}, {"stripe_account": HARBOUR})
    guest = calls.customers.create({"name": "W" * 90}, {"stripe_account": HARBOUR})
    calls.payment_methods.attach(
        "pm_card_visa", {"customer": guest.id}, {"stripe_account": HARBOUR}
    )
    stand_in.world.advance(2)
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{stand_in.url}/?account={HARBOUR}")
    without_violations(page)
