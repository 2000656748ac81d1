"""
What an operation costs on PostgreSQL: statements, BEGIN and COMMIT apart.

Which they are, and why there are no fewer, is in docs/decisions.
"""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.operations.conftest import makes_intents, makes_refunds

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

BOUNDS = re.compile(r"(BEGIN|COMMIT|SAVEPOINT|RELEASE SAVEPOINT)\b")
FIRST, NEXT, REFUND = 10, 11, 14
WITH_A_KEY = 2  # its request is written down, and what was answered


@pytest.fixture
def said(stripe, booking, api):
    """Return a function that says how many statements a request needs."""

    def count(address, body, key=""):
        with CaptureQueriesContext(connection) as asked:
            assert api.posts(address, body, key=key).status_code == 201
        return len([each for each in asked if not BOUNDS.match(each["sql"])])

    return count


def test_taking_a_payment(said, wire):
    wire.answers = makes_intents
    body = {"amount": 10_000, "purpose": "deposit"}
    address = "reservations/HB-2481/payments/"
    assert said(address, body) == FIRST
    assert said(address, body) == NEXT  # what the booking has already is looked at
    assert said(address, body, "once") == NEXT + WITH_A_KEY


def test_a_refund(said, wire, paid):
    paid(50_000)
    wire.answers = makes_refunds()
    body = {"amount": 10_000}
    address = "reservations/HB-2481/refunds/"
    assert said(address, body) == REFUND
    assert said(address, body, "once") == REFUND + WITH_A_KEY
