"""The sandbox's pages without a browser: who may ask for them, and what is written there."""

import time
import urllib.error
import urllib.request
from html import unescape
from urllib.parse import urlencode

import pytest

from sandbox.server.routes.onboarding import plain, question
from tests.sandbox.conftest import client_of

HOTEL = "acct_1HarbourHotels00"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        """Let the test see where it would go."""


def ask(server, path, data=None, **headers):
    """Return status, headers and text of an answer, whatever it is."""
    body = None if data is None else urlencode(data).encode()
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(server.url + path, body, headers)  # noqa: S310
    try:
        with urllib.request.build_opener(NoRedirect).open(request) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read().decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://127.0.0.1:8000", "Sec_Fetch_Site": "same-site"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/_sandbox/reset", "/_sandbox/onboarding/x"])
def test_another_sites_page_may_change_nothing(path, headers, sandbox):
    status, _, text = ask(sandbox, path, {"do": "advance"}, **headers)

    assert status == 403
    assert "Another site" in text


def test_its_own_pages_and_programs_may(sandbox):
    own = {"Origin": sandbox.url, "Sec_Fetch_Site": "same-origin"}
    for headers in (own, {}):
        status, answered, _ = ask(
            sandbox, "/", {"do": "advance", "give[seconds]": 3_600}, **headers
        )
        assert (status, answered["Location"]) == (303, "/?done=advance")
    assert sandbox.world.ahead == 7_200


def test_any_page_may_ask_the_api_and_none_the_rest(sandbox):
    for path, shared in [
        ("/v1/balance", "*"),
        ("/", None),
        ("/_sandbox/accounts", None),
        ("/_sandbox/elements/payment", None),
    ]:
        assert ask(sandbox, path)[1]["Access-Control-Allow-Origin"] == shared, path


def test_pages_say_who_may_frame_them_and_run_nothing_inline(sandbox):
    for path, framed in [
        ("/", "'none'"),
        ("/_sandbox/elements/payment", "*"),
        ("/_sandbox/onboarding/x", "'none'"),
    ]:
        _, headers, text = ask(sandbox, path)
        policy = headers["Content-Security-Policy"]
        assert policy.endswith(f"frame-ancestors {framed}"), path
        assert "unsafe" not in policy
        for inline in ("style=", "<style", " onclick", "<script>"):
            assert inline not in text, path


def test_whatever_stands_in_an_object_is_escaped(sandbox):
    calls = client_of(sandbox).v1
    evil = "<script>alert(1)</script>\"'"
    account = {"stripe_account": HOTEL}
    calls.customers.create({"name": evil, "email": "x@<b>"}, account)
    calls.payment_intents.create(
        {
            "amount": 5_000,
            "currency": "eur",
            "description": evil,
            "metadata": {"reservationCode": evil, "type": evil},
        },
        account,
    )
    calls.accounts.update(HOTEL, {"business_profile": {"name": evil}})

    _, _, text = ask(sandbox, f"/?account={HOTEL}&find=script")
    assert evil in unescape(text)
    assert "<script>alert" not in text
    assert "<b>" not in text


def test_a_page_of_every_account_is_there_and_a_button_that_is_none_does_nothing(sandbox):
    for account in ["platform", *sandbox.world.accounts, "acct_unknown", "<>"]:
        assert ask(sandbox, f"/?{urlencode({'account': account})}")[0] == 200
    assert "acct_unknown" not in sandbox.world.accounts

    for name in ("reset", "load", "3ds", "../v1/customers", f"accounts/{HOTEL}/nothing", ""):
        assert ask(sandbox, "/", {"do": name})[0] in (400, 404), name


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [("50", "eur", 5_000), ("1,234.50", "eur", 123_450), ("500", "jpy", 500)],
)
def test_amounts_are_typed_as_people_write_them(typed, currency, minor, sandbox):
    calls = client_of(sandbox).v1
    account = {"stripe_account": HOTEL}
    guest = calls.customers.create({"name": "Ana"}, account)
    give = {"customer": guest.id, "currency": currency, "amount": typed}
    asked = {"do": "transfer"} | {f"give[{name}]": value for name, value in give.items()}

    assert ask(sandbox, "/", asked)[0] == 303
    held = calls.customers.cash_balance.retrieve(guest.id, None, account)
    assert held.available[currency] == minor
    for wrong in ("5.001", "five", "nan", "-5", "1e99", "0"):
        status, _, text = ask(sandbox, "/", asked | {"give[amount]": wrong})
        assert status == 400, wrong
        assert 'role="alert"' in text


def test_it_says_what_became_of_each_event(told, endpoint):
    calls = client_of(told).v1
    account = {"stripe_account": HOTEL}

    def shown(words):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if words in ask(told, f"/?account={HOTEL}")[2]:
                return True
            time.sleep(0.05)
        return False

    calls.customers.create({"name": "Ana"}, account)
    assert shown("delivered (200)")
    endpoint.answer = 500
    calls.customers.create({"name": "Eva"}, account)
    assert shown("refused (500)")
    ask(told, "/_sandbox/delivery", {"drop": 1})
    calls.customers.create({"name": "Zoe"}, account)
    assert shown(">dropped<")


def test_what_stripe_asks_for_is_said_in_plain_words():
    assert question("company.verification.document").words.startswith("A document that shows")
    assert question("person_1A.verification.document").kind == "file"
    assert plain("person_1A.dob.day") == "Dob day"
    assert plain("company.tax_id") == "Company tax id"
