"""The sandbox's control page, in a real browser."""

import pytest
import stripe
from playwright.sync_api import expect

from tests.browser.conftest import HARBOUR, LOOKS, without_violations


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


def test_another_sites_page_may_change_nothing(page, stand_in, elsewhere, pay):
    payment = pay()
    asked = f"do=dispute&give[charge]={payment.latest_charge}"
    page.goto(elsewhere)

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
