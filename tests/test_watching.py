"""What watches over all tests does catch what it is there for."""

import logging
import threading
from contextlib import suppress

import pytest
import structlog

from payments.gateway import customers, errors, refunds
from tests.factories import GuestFactory
from tests.support import logs

TELLING = [
    "asked with sk_test_51Habcdef",
    "asked with rk_live_51Habcdef",
    "the secret is whsec_0a1b2c3d4e5f",
    "confirm with pi_1ABC_secret_xyz",
    "go to https://connect.stripe.com/setup/e/acct_1/abcDEF",
    "Token " + "0a1b2c3d" * 8,
    "mailed to grace@example.com",
    "card 4242424242424242 declined",
    "card 4000 0000 0000 0002 declined",
]
HARMLESS = [
    "event evt_1795539600 of acct_harbour",
    "stored as sha256:" + "0a1b2c3d" * 8,
    "charge ch_3P5fSmb4jYTBQfYvNRaikJwf of 4242",
    "4242424242424241 is no card",
    "request 01a21b6e-0204-7f58-b351-b241ef11fed3",
    "at 2026-11-27T05:15:24.266203Z",
]


def in_a_message(line):
    structlog.get_logger("payments.test").info(line)


def in_a_field(line):
    structlog.get_logger("payments.test").info("payment.taken", note={"of": [line]})


def in_an_error(line):
    try:
        raise ValueError([line])
    except ValueError:
        structlog.get_logger("payments.test").exception("payment.failed")


def from_django(line):
    logging.getLogger("django.request").error("Failed: %s", line)


def from_a_thread(line):
    thread = threading.Thread(target=in_a_message, args=[line])
    thread.start()
    thread.join()


@pytest.mark.parametrize("line", TELLING)
@pytest.mark.parametrize(
    "tells", [in_a_message, in_a_field, in_an_error, from_django, from_a_thread]
)
def test_a_test_whose_log_tells_too_much_fails(line, tells, logged):
    with pytest.raises(AssertionError, match="the log tells"), logs.watched():
        tells(line)
    logged.clear()


def test_a_guests_name_is_found(db, logged):
    GuestFactory(name="Someone known before")
    with pytest.raises(AssertionError, match="a guest's name"), logs.watched():
        in_a_field(GuestFactory(name="Grace Brewster Hopper").name)
    logged.clear()


@pytest.mark.parametrize("tells", [in_a_message, in_an_error, from_django])
def test_the_token_of_a_pay_link_is_taken_out_before_a_line_is_written(tells):
    with logs.watched() as lines:
        tells("GET /pay/AbCdEfGhIjKlMnOp")
    assert "/pay/…" in lines[0]


@pytest.mark.parametrize("address", ["/bookings/", "/admin/reservations/guest/", "/nowhere/"])
def test_what_somebody_searches_for_is_not_logged(address, admin_client, logged):
    admin_client.get(address, {"q": "grace@example.com"})
    assert any(f"GET {address}?…" in line for line in logged)


def test_a_card_that_somebody_typed_into_an_address_is_not_logged(admin_client, logged):
    admin_client.get("/api/organizations/4242424242424242/alerts/")
    assert any("GET /api/organizations/…/alerts/" in line for line in logged)


@pytest.mark.parametrize("line", HARMLESS)
def test_what_says_nothing_of_anybody_may_be_logged(line):
    with logs.watched():
        structlog.get_logger("payments.test").info(line)


def test_what_is_not_logged_at_all_is_not_written():
    with logs.watched() as lines:
        structlog.get_logger("payments.test").debug("sk_test_51Habcdef")
    assert lines == []


def a_refund_without(*, account="acct_harbour", key="one", **metadata):
    params = {"charge": "ch_1", "metadata": metadata}
    return lambda: refunds.create(account=account, params=params, key=key)


@pytest.mark.parametrize(
    ("asks", "why"),
    [
        (a_refund_without(account=""), "names no account"),
        (a_refund_without(key=""), "has no idempotency key"),
        (a_refund_without(guest="grace"), "writes guest as metadata"),
        (a_refund_without(type="Grace Hopper"), "writes 'Grace Hopper' as type"),
        (a_refund_without(reservationId="grace@example.com"), "as reservationId"),
        (lambda: refunds.retrieve("re_1", account=""), "/refunds/re_1 names no account"),
    ],
)
def test_a_test_that_asks_stripe_wrongly_fails(asks, why, wire, checked):
    """Even where nobody hears of it, as in a thread of ours."""
    with suppress(AssertionError):
        asks()
    assert [why in str(each) for each in checked] == [True]
    assert not wire.asked
    checked.clear()


def test_a_test_that_asks_as_it_should_does_not(wire):
    with pytest.raises(errors.GatewayError):
        customers.retrieve("cus_1", account="acct_harbour")
    assert wire.asked
