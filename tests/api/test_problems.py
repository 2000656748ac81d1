"""However wrong the request: a clear answer, problem details, and never a 500."""

import json

import pytest
from django.test import Client, override_settings

from tests.api.conftest import Program, program
from tests.factories import UserFactory

PAY = "reservations/HB-2481/payments/"
REFUND = "reservations/HB-2481/refunds/"
PART = {"payment": "01a21d40-467c-7941-9003-abb12bcfc5a0", "amount": 5}
GOOD = {"amount": 12_600, "purpose": "deposit"}
RIGHT = {PAY: GOOD, REFUND: {"amount": 12_600}}


def wrong(answer, status=400):
    """Return a problem's body, once it is seen to be one."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "code", "errors"} <= set(body)
    assert body["status"] == status
    assert body["detail"].strip()
    return body


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nothing",
        b'{"amount": NaN, "purpose": "deposit"}',
        b'{"amount": Infinity, "purpose": "deposit"}',
        b'{"amount": 1e999, "purpose": "deposit"}',
        b'{"amount": %s, "purpose": "deposit"}' % (b"9" * 5000),
        b'{"amount": 12600, "purpose": "deposit", "note": "\\ud800"}',
        b'{"amount": 12600, "purpose": "deposit\\u0000"}',
        b'{"amount": 12600, "purpose": "deposit", "\\u0000": 1}',
        b'{"amount": 12600, "purpose": "deposit", "x": ' + b"[" * 500 + b'"\\u0000"' + b"]" * 501,
        b'{"a":' * 100_000,
        b"[" * 100_000,
        b"[]",
        b"1",
        b'"x"',
        b"null",
        b"\xff\xfe{}",
        '{"amount": 12600}'.encode("utf-16"),
    ],
    ids=range(19),
)
def test_what_is_no_json_object_is_said_so(raw, booking, api):
    wrong(api.posts(PAY, raw))


@pytest.mark.parametrize(
    "amount",
    [0, -1, 2**63, 10**40, 1.5, 1e10, 126.0, "12600", "", None, True, [], {}, [12600], -(2**63)],
    ids=str,
)
@pytest.mark.parametrize("address", [PAY, REFUND])
def test_an_amount_is_a_whole_number_above_zero(amount, address, booking, api):
    body = wrong(api.posts(address, RIGHT[address] | {"amount": amount}))

    assert list(body["errors"]) == ["amount"]
    assert body["code"] == "invalid"


@pytest.mark.parametrize(
    ("address", "optional"),
    [
        (PAY, ["currency", "capture_method", "setup_future_usage"]),
        (REFUND, ["currency", "reason", "payments", "lower_total"]),
    ],
)
def test_what_may_be_left_out_may_be_null(address, optional, booking, api):
    left_out = api.posts(address, RIGHT[address])
    null = api.posts(address, RIGHT[address] | dict.fromkeys(optional))
    assert null.status_code == left_out.status_code != 400


@pytest.mark.parametrize(
    ("address", "field", "value"),
    [
        (PAY, "purpose", "gift"),
        (PAY, "purpose", 1),
        (PAY, "purpose", ["deposit"]),
        (PAY, "purpose", {}),
        (PAY, "purpose", None),
        (PAY, "capture_method", "later"),
        (PAY, "setup_future_usage", True),
        (PAY, "currency", 978),
        (REFUND, "reason", "because"),
        (REFUND, "lower_total", "true"),
        (REFUND, "lower_total", 1),
        (REFUND, "payments", []),
        (REFUND, "payments", {}),
        (REFUND, "payments", "all"),
    ],
)
def test_what_is_wrong_is_said_by_field(address, field, value, booking, api):
    body = wrong(api.posts(address, RIGHT[address] | {field: value}))

    assert list(body["errors"]) == [field]
    assert body["detail"].startswith(f"{field}: ")


def test_what_is_wrong_deep_inside_is_named_by_its_path(booking, api):
    body = wrong(api.posts(REFUND, {"amount": 5, "payments": [{"payment": 7, "amount": "5"}]}))

    assert set(body["errors"]) == {"payments.0.payment", "payments.0.amount"}


@pytest.mark.parametrize(
    ("address", "body", "field"),
    [
        (PAY, GOOD | {"captur_method": "manual"}, "captur_method"),
        (REFUND, {"amount": 5, "payment": None}, "payment"),
        (REFUND, {"amount": 5, "payments": [PART | {"all": 1}]}, "payments.0.all"),
        ("reservations/HB-2481/payment_methods/setup/", {"usage": "on_session"}, "usage"),
    ],
)
def test_what_nothing_would_come_of_is_not_passed_by(address, body, field, wire, booking, api):
    found = wrong(api.posts(address, body))

    assert list(found["errors"]) == [field]
    assert not wire.asked


def test_what_is_missing_is_named(booking, api):
    assert set(wrong(api.posts(PAY, {"sum": 5}))["errors"]) == {"amount", "purpose", "sum"}
    assert set(wrong(api.posts(PAY))["errors"]) == {"amount", "purpose"}


def test_an_amount_in_another_currency_is_refused(booking, api):
    body = wrong(api.posts(PAY, GOOD | {"currency": "usd"}), 409)

    assert body["code"] == "currency_differs"
    assert body["errors"] is None


def test_without_a_key_for_stripe_nothing_is_promised(stripe, booking, api):
    body = wrong(api.posts(PAY, GOOD, key="k1"), 503)

    assert "STRIPE_SECRET_KEY" in body["detail"]
    assert api.gets("payments/").json()["results"] == []


@pytest.mark.parametrize(
    "type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x", ""]
)
def test_another_type_of_body_is_not_read(type, booking, api):
    answer = api.client.post(
        f"/api/organizations/harbour/{PAY}",
        data=json.dumps(GOOD),
        content_type=type,
        headers={"Authorization": f"Token {api.token}"},
    )

    assert wrong(answer, 415)["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    "address",
    [
        "/api/",
        "/api/nothing/",
        "/api/a%0ab/",
        "/api/organizations",
        "/api/organizations/harbour/",
        "/api/organizations/harbour/payments",
        "/api/organizations/%00/payments/",
        "/api/organizations/harbour/payments/1/",
        "/api/organizations/harbour/payments/%00/",
        "/api/organizations/harbour/reservations/%00/",
        "/api/organizations/harbour/reservations/%ed%a0%80/",
        "/api/organizations/harbour/reservations/" + "x" * 5000 + "/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_what_is_not_there_is_said_alike(address, method, booking, api):
    known = api.asks(method, "/api/nothing/")

    answer = api.asks(method, address)

    if answer.status_code == 405:  # an address of the table, but not with this method
        assert "reservations/" in address
        return
    assert wrong(answer, 404)["code"] == "not_found"
    assert answer.content == known.content


@pytest.mark.parametrize(
    "header",
    ["Token", "Token ", "Token x", "Token a b", f"Token {'0' * 64}", f"Token {'Z' * 64}",
     "Token \xff\xfe", "Token a\x00b", "Bearer x", "Basic eDp5"],
)  # fmt: skip
def test_what_is_no_token_lets_nobody_in(header, booking):
    answer = Client().get("/api/organizations/", headers={"Authorization": header})

    assert wrong(answer, 401)["code"] == "not_authenticated"
    assert answer.headers["WWW-Authenticate"] == "Token"


def test_a_session_needs_its_form_token_to_change_anything(stripe, booking, manager):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(manager)
    assert browser.get("/api/organizations/harbour/payments/").status_code == 200

    answer = browser.post(
        f"/api/organizations/harbour/{PAY}", json.dumps(GOOD), content_type="application/json"
    )

    assert "CSRF" in wrong(answer, 403)["detail"]
    browser.get("/login/")
    secret = browser.cookies["csrftoken"].value
    answer = browser.post(
        f"/api/organizations/harbour/{PAY}",
        json.dumps(GOOD),
        content_type="application/json",
        headers={"X-CSRFToken": secret},
    )
    assert answer.status_code == 503  # no key is set; but they were let in


def test_who_asks_too_much_is_told_when_to_come_back(booking, api):
    other = program()
    with override_settings(PAYMENTS_API_LIMIT=3, PAYMENTS_API_WINDOW=1000):
        answers = [api.gets("payments/") for _ in range(5)]
        assert other.gets("payments/").status_code == 200  # it is counted by person

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert wrong(answers[-1], 429)["code"] == "throttled"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 1000


def test_a_body_beyond_sense_is_not_read(booking, api):
    wrong(api.posts(PAY, b" " * 3_000_000), 413)


def test_a_role_is_decided_before_what_was_sent(stripe, booking):
    reader = program("read_only")

    for body in (None, b"{", {"amount": -1}, GOOD):
        assert wrong(reader.posts(PAY, body), 403)["code"] == "forbidden"


def test_somebody_of_no_hotel_sees_none(booking):
    nobody = Program(UserFactory())

    assert nobody.gets("/api/organizations/").json()["results"] == []
    wrong(nobody.gets("payments/"), 404)


def test_nothing_is_kept_by_whoever_stands_between(booking, api):
    for address in ("payments/", "reservations/HB-2481/", "nothing/"):
        assert api.gets(address).headers["Cache-Control"] == "no-store"
