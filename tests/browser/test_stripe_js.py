"""The stand-in of Stripe.js, on a page as strict as the hotel's, in a real browser."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from csp.utils import build_policy

from pms.csp import strict_policy

HOTEL = "acct_1HarbourHotels00"
PAGE = """<!doctype html><html lang="en"><title>Pay</title><h1>Pay</h1>
<script src="{}"></script><main id="card"></main><dialog aria-label="Take a payment"></dialog>"""
MOUNT = """([options, account]) => {
    window.hotel = Stripe("pk_test_any", {stripeAccount: account});
    window.fields = hotel.elements(options);
    window.heard = [];
    const element = fields.create("payment");
    element.on("change", (said) => heard.push(said));
    return new Promise((resolve) => { element.on("ready", resolve); element.mount("#card"); });
}"""
CONFIRM = """async ([secret, verb]) => {
    const wrong = await fields.submit();
    if (wrong.error) return wrong;
    return hotel[verb]({elements: fields, clientSecret: secret, redirect: "if_required",
                        confirmParams: {return_url: location.href}});
}"""


@pytest.fixture
def shop(stand_in, page):
    """A page of the hotel's, with its policy, and all that the browser complains about."""
    policy = build_policy(
        config=strict_policy(
            stripe_js_url=f"{stand_in.url}/stripe.js", stripe_api_base=stand_in.url
        ),
        nonce="n",
    )

    class Hotel(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(PAGE.format(f"{stand_in.url}/stripe.js").encode())

        def do_POST(self):
            """As a button that connects with Stripe does."""
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(303)
            self.send_header("Location", parse_qs(body)["to"][0])
            self.end_headers()

        def log_message(self, *args):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Hotel) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        page.complaints = []
        page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(f"http://127.0.0.1:{server.server_port}/pay/")
        yield page
        server.shutdown()
        thread.join()


def intent_of(calls, account=HOTEL, **more):
    given = {"amount": 5_000, "currency": "eur", **more}
    return calls.payment_intents.create(given, {"stripe_account": account})


def mounted(shop, account=HOTEL, **options):
    """Show the card fields; return their frame."""
    given = {"mode": "payment", "amount": 5_000, "currency": "eur", **options}
    shop.evaluate(MOUNT, [given, account])
    return shop.frame_locator("#card iframe")


def typed(fields, number="4242 4242 4242 4242", expiry="12 / 40", code="123"):
    fields.get_by_label("Card number").fill(number)
    fields.get_by_label("Expiration").fill(expiry)
    fields.get_by_label("Security code").fill(code)


def begun(shop, secret, verb="confirmPayment"):
    """Confirm, without waiting for what comes of it."""
    shop.evaluate(f"([...all]) => {{ window.outcome = ({CONFIRM})(all); }}", [secret, verb])


def outcome(shop):
    return shop.evaluate("() => outcome")


@pytest.mark.parametrize(
    ("capture", "status"), [("automatic", "succeeded"), ("manual", "requires_capture")]
)
def test_a_card_pays(capture, status, shop, calls):
    intent = intent_of(calls, capture_method=capture)
    typed(mounted(shop))

    done = shop.evaluate(CONFIRM, [intent.client_secret, "confirmPayment"])

    assert done["paymentIntent"]["status"] == status
    kept = calls.payment_intents.retrieve(
        intent.id, {"expand": ["payment_method"]}, {"stripe_account": HOTEL}
    )
    assert kept.status == status
    assert kept.payment_method.card.last4 == "4242"
    assert kept.payment_method.card.exp_year == 2040
    assert shop.complaints == []


@pytest.mark.parametrize(
    ("number", "code", "decline"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", None),
    ],
)
def test_a_decline_is_told_and_may_be_tried_again(number, code, decline, shop, calls):
    intent = intent_of(calls)
    fields = mounted(shop)
    typed(fields, number)

    error = shop.evaluate(CONFIRM, [intent.client_secret, "confirmPayment"])["error"]

    assert (error["type"], error["code"], error.get("decline_code")) == (
        "card_error",
        code,
        decline,
    )
    assert error["payment_intent"]["status"] == "requires_payment_method"
    typed(fields)
    done = shop.evaluate(CONFIRM, [intent.client_secret, "confirmPayment"])
    assert done["paymentIntent"]["status"] == "succeeded"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"number": "4242"}, "incomplete_number"),
        ({"number": "4242 4242 4242 4241"}, "invalid_number"),
        ({"number": "3782 822463 1000"}, "incomplete_number"),
        ({"expiry": "1"}, "incomplete_expiry"),
        ({"expiry": "13 / 40"}, "invalid_expiry_month"),
        ({"expiry": "12 / 20"}, "invalid_expiry_year_past"),
        ({"code": "12"}, "incomplete_cvc"),
        ({"number": "378282246310005", "code": "123"}, "incomplete_cvc"),
    ],
)
def test_what_is_incomplete_goes_nowhere(given, code, shop):
    fields = mounted(shop)
    typed(fields, **given)
    asked = []
    shop.on("request", lambda request: asked.append(request.url))

    error = shop.evaluate("() => fields.submit()")["error"]

    assert error["type"] == "validation_error"
    assert error["code"] == code
    assert fields.get_by_text(error["message"]).is_visible()
    assert shop.evaluate("() => heard.at(-1).complete") is False
    assert asked == []


def test_what_is_typed_is_written_as_on_the_card(shop):
    fields = mounted(shop)
    number, expiry = fields.get_by_label("Card number"), fields.get_by_label("Expiration")

    number.press_sequentially("378282246310005")
    assert number.input_value() == "3782 822463 10005"
    number.fill("")
    number.press_sequentially("424242424242424")
    number.press("Home")
    number.press_sequentially("9")
    number.press("Backspace")
    number.press("End")
    number.press_sequentially("2")
    assert number.input_value() == "4242 4242 4242 4242"
    assert fields.get_by_text("Visa").is_visible()
    expiry.press_sequentially("9/40")
    assert expiry.input_value() == "09 / 40"
    expiry.press("Backspace")
    expiry.press("Backspace")
    expiry.press("Backspace")
    assert expiry.input_value() == "0"
    expiry.press_sequentially("12040")
    assert expiry.input_value() == "01 / 20"
    fields.get_by_label("Security code").press_sequentially("1a2b3")
    assert fields.get_by_label("Security code").input_value() == "123"


def test_fields_that_move_or_leave(shop, calls):
    mounted(shop)
    shop.evaluate("""() => new Promise((resolve) => {
        fields.getElement("payment").once("ready", resolve);
        document.querySelector("dialog").append(document.querySelector("#card"));
        document.querySelector("dialog").showModal();
    })""")
    typed(shop.frame_locator("#card iframe"))
    done = shop.evaluate(CONFIRM, [intent_of(calls).client_secret, "confirmPayment"])
    assert done["paymentIntent"]["status"] == "succeeded"

    shop.evaluate("() => fields.getElement('payment').unmount()")
    said = shop.evaluate("() => fields.submit().catch((error) => error.message)")
    assert "still mounted" in said
    shop.evaluate("() => fields.getElement('payment').mount('#card')")
    typed(shop.frame_locator("#card iframe"))
    assert shop.evaluate("() => fields.submit()") == {"selectedPaymentMethod": "card"}


def test_the_page_learns_nothing_of_the_card(shop, calls):
    shop.evaluate("""() => {
        window.overheard = [];
        const post = MessagePort.prototype.postMessage;
        MessagePort.prototype.postMessage = function (...all) {
            this.addEventListener("message", ({data}) => overheard.push(JSON.stringify(data)));
            return post.apply(this, all);
        };
        window.addEventListener("message", ({data}) => overheard.push(JSON.stringify(data)));
    }""")
    typed(mounted(shop), code="987")
    shop.evaluate(CONFIRM, [intent_of(calls).client_secret, "confirmPayment"])

    overheard = " ".join(shop.evaluate("() => overheard"))
    assert "complete" in overheard
    assert "4242" not in overheard
    assert "987" not in overheard
    with pytest.raises(Exception, match=r"cross-origin|Blocked a frame"):
        shop.evaluate("() => document.querySelector('#card iframe').contentWindow.document.body")


@pytest.mark.parametrize(("button", "status"), [("Complete", "succeeded"), ("Fail", None)])
def test_the_guests_bank_asks_in_a_frame(button, status, shop, calls):
    intent = intent_of(calls)
    typed(mounted(shop), "4000 0027 6000 3184")
    shop.evaluate("() => document.querySelector('dialog').showModal()")  # the bank's is above it

    begun(shop, intent.client_secret)
    shop.frame_locator("iframe[name=__stripe3ds]").get_by_role("button", name=button).click()

    done = outcome(shop)
    if status:
        assert done["paymentIntent"]["status"] == status
    else:
        assert done["error"]["code"] == "payment_intent_authentication_failure"
        assert done["error"]["payment_intent"]["status"] == "requires_payment_method"
    assert shop.get_by_role("dialog", name="3-D Secure").count() == 0
    assert shop.complaints == []


def test_the_guests_bank_asks_at_an_address(shop, calls, page):
    intent = calls.payment_intents.create(
        {
            "amount": 5_000,
            "currency": "eur",
            "confirm": True,
            "payment_method": "pm_card_authenticationRequired",
            "return_url": f"{shop.url}?booking=HB-1",
        },
        {"stripe_account": HOTEL},
    )

    shop.evaluate(
        "(secret) => { hotel = Stripe('pk_test_x', {stripeAccount: 'acct_1HarbourHotels00'});"
        "hotel.handleNextAction({clientSecret: secret}); }",
        intent.client_secret,
    )
    page.get_by_role("button", name="Complete").click()

    page.wait_for_url("**/pay/?booking=HB-1&*redirect_status=succeeded")
    assert f"payment_intent={intent.id}" in page.url
    assert (
        calls.payment_intents.retrieve(intent.id, None, {"stripe_account": HOTEL}).status
        == "succeeded"
    )


def test_a_question_met_later_is_answered(shop, calls):
    intent = calls.payment_intents.create(
        {
            "amount": 5_000,
            "currency": "eur",
            "confirm": True,
            "payment_method": "pm_card_authenticationRequired",
            "use_stripe_sdk": True,
        },
        {"stripe_account": HOTEL},
    )
    mounted(shop)

    shop.evaluate(
        "(clientSecret) => { window.outcome = hotel.handleNextAction({clientSecret}); }",
        intent.client_secret,
    )
    shop.frame_locator("iframe[name=__stripe3ds]").get_by_role("button", name="Complete").click()

    assert outcome(shop)["paymentIntent"]["status"] == "succeeded"


@pytest.mark.parametrize("number", ["4242424242424242", "4000002500003155"])
def test_a_card_comes_on_file(number, shop, calls):
    account = {"stripe_account": HOTEL}
    customer = calls.customers.create({"email": "guest@example.com"}, account)
    intent = calls.setup_intents.create({"customer": customer.id}, account)
    typed(mounted(shop, mode="setup", amount=None), number)

    begun(shop, intent.client_secret, "confirmSetup")
    if number.endswith("3155"):
        shop.frame_locator("iframe[name=__stripe3ds]").get_by_role(
            "button", name="Complete"
        ).click()

    assert outcome(shop)["setupIntent"]["status"] == "succeeded"
    kept = calls.customers.payment_methods.list(customer.id, None, account)
    assert [each.card.last4 for each in kept] == [number[-4:]]
    assert shop.complaints == []


def test_fields_for_a_known_intent_need_no_submit(shop, calls):
    intent = intent_of(calls)
    shop.evaluate(MOUNT, [{"clientSecret": intent.client_secret}, HOTEL])
    typed(shop.frame_locator("#card iframe"))

    with shop.expect_navigation():
        shop.evaluate("""() => {
            const confirmParams = {return_url: location.href};
            hotel.confirmPayment({elements: fields, confirmParams});
        }""")

    assert "redirect_status=succeeded" in shop.url
    assert f"payment_intent_client_secret={intent.client_secret}" in shop.url


def test_it_refuses_what_stripe_refuses(shop, calls):
    mounted(shop)
    confirm = "hotel.confirmPayment({{elements: fields, clientSecret: '{}', {}}})".format
    wrong = {
        "Stripe('')": "publishable key",
        "Stripe('sk_test_x')": "secret key",
        "hotel.elements({mode: 'payment', currency: 'eur'})": "amount",
        "hotel.elements({})": "mode",
        "fields.create('payment')": "one Element",
        confirm("x", "redirect: 'if_required'"): "clientSecret",
        confirm("pi_x_secret_x", ""): "return_url",
        confirm("pi_x_secret_x", "redirect: 'if_required'"): "No such",
    }
    for call, why in wrong.items():
        said = shop.evaluate(f"""async () => {{
            try {{ return (await {call}).error.message; }} catch (error) {{ return error.message; }}
        }}""")
        assert why in said, call


def test_another_amount_than_was_shown_is_not_confirmed(shop, calls):
    intent = intent_of(calls, amount=6_000)
    typed(mounted(shop))

    error = shop.evaluate(CONFIRM, [intent.client_secret, "confirmPayment"])["error"]

    assert error["type"] == "invalid_request_error"
    assert (
        calls.payment_intents.retrieve(intent.id, None, {"stripe_account": HOTEL}).status
        == "requires_payment_method"
    )


def test_a_secret_opens_its_own_intent_alone(shop, calls):
    mine, other = intent_of(calls), intent_of(calls, account="acct_1AsagiriInn0000")
    mounted(shop)

    ask = "(secret) => hotel.retrievePaymentIntent(secret)"
    assert shop.evaluate(ask, mine.client_secret)["paymentIntent"]["id"] == mine.id
    assert shop.evaluate(ask, other.client_secret)["error"]["code"] == "resource_missing"
    forged = mine.id + "_secret_" + other.client_secret.rpartition("_")[2]
    assert "does not match" in shop.evaluate(ask, forged)["error"]["message"]


def test_a_button_leads_to_onboarding(shop, calls):
    pages = {"refresh_url": shop.url, "return_url": shop.url}
    link = calls.account_links.create({"account": HOTEL, "type": "account_onboarding", **pages})

    shop.evaluate(
        """(url) => {
            const form = document.createElement("form");
            form.method = "post";
            form.append(Object.assign(document.createElement("input"), {name: "to", value: url}));
            document.body.append(form);
            form.submit();
        }""",
        link.url,
    )

    shop.get_by_role("heading", name="Stripe knows all that it needs").wait_for()
    assert shop.complaints == []
    shop.get_by_role("link", name="Go back").click()
    shop.get_by_role("heading", name="Pay").wait_for()


@pytest.mark.parametrize("theme", ["stripe", "night"])
@pytest.mark.parametrize("width", [375, 1440])
def test_nobody_is_kept_out_of_the_fields(theme, width, shop):
    shop.context.new_cdp_session(shop).send("Page.setBypassCSP", {"enabled": True})  # axe is inline
    shop.emulate_media(color_scheme="dark" if theme == "night" else "light")
    shop.set_viewport_size({"width": width, "height": 812})
    shop.reload()
    typed(mounted(shop, appearance={"theme": theme}), "4242 4242 4242 4241")
    shop.evaluate("() => fields.submit()")
    frame = next(each for each in shop.frames if "/elements/" in each.url)

    assert frame.evaluate("document.documentElement.scrollWidth") <= width
    # What is around the frame shows through it, and axe does not see that.
    frame.evaluate("document.documentElement.style.background = 'Canvas'")
    found = Axe().run(frame, options={"rules": {"page-has-heading-one": {"enabled": False}}})

    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_of_the_banks_page(scheme, shop, calls):
    shop.context.new_cdp_session(shop).send("Page.setBypassCSP", {"enabled": True})
    shop.emulate_media(color_scheme=scheme)
    shop.reload()
    intent = intent_of(calls)
    typed(mounted(shop), "4000 0027 6000 3184")
    begun(shop, intent.client_secret)
    bank = shop.frame_locator("iframe[name=__stripe3ds]")
    bank.get_by_role("button", name="Complete").wait_for()

    assert bank.get_by_text("50.00 EUR").is_visible()
    frame = next(each for each in shop.frames if "/3ds/" in each.url)
    found = Axe().run(frame)

    assert found.violations_count == 0, found.generate_report()
