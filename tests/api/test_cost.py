"""
What an operation costs on PostgreSQL: statements, BEGIN and COMMIT apart.

One more in here is one more for every payment: say in docs/decisions why it is worth it.
"""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.operations.conftest import makes_intents, makes_refunds

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

BOUNDS = re.compile(r"(BEGIN|COMMIT|SAVEPOINT|RELEASE SAVEPOINT)\b")
WITH_A_KEY = 2  # its request is written down, and what was answered


@pytest.fixture
def said(stripe, booking, api):
    """Return a function that says how many statements a request needs, asked a second time."""

    def count(address, body, key):
        assert api.posts(address, body).status_code == 201  # imports, and fills caches
        with CaptureQueriesContext(connection) as asked:
            assert api.posts(address, body, key=key).status_code == 201
        return len([each for each in asked if not BOUNDS.match(each["sql"])])

    return count


@pytest.mark.parametrize(("key", "more"), [("", 0), ("once", WITH_A_KEY)])
def test_taking_a_payment(said, wire, key, more):
    wire.answers = makes_intents
    body = {"amount": 10_000, "purpose": "deposit"}
    assert said("reservations/HB-2481/payments/", body, key) == 16 + more


@pytest.mark.parametrize(("key", "more"), [("", 0), ("once", WITH_A_KEY)])
def test_a_refund(said, wire, paid, key, more):
    paid(50_000)
    wire.answers = makes_refunds()
    assert said("reservations/HB-2481/refunds/", {"amount": 10_000}, key) == 20 + more
