"""People of a hotel, each with a program of their own that asks the API."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from knox.models import AuthToken

from organizations.models import Role
from payments.models import Customer, PaymentMethod
from sandbox import objects
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    OrganizationFactory,
    PropertyFactory,
    ReservationFactory,
)
from tests.operations.conftest import paid

__all__ = ["paid"]

ORG = "/api/organizations/harbour/"


def away(asked: Any) -> None:
    """Break every connection: what `wire.answers` is while Stripe is away."""


class Program:
    """Asks the API as one person, with a token of theirs."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.token = AuthToken.objects.create(user=user)[1]
        self.client = Client()

    def asks(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        """Ask for an address, in the hotel group where it does not begin with a slash."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic(
            method,
            address if address.startswith("/") else ORG + address,
            b"" if body is None else raw,
            content_type="application/json" if body is not None else "application/octet-stream",
            headers={"Authorization": f"Token {self.token}"} | headers,
        )

    def gets(self, address: str, **headers: str) -> Any:
        return self.asks("GET", address, **headers)

    def posts(self, address: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        return self.asks(
            "POST", address, body, **({"Idempotency-Key": key} if key else {}), **headers
        )


def program(role: str = Role.MANAGER, *, houses: Any = (), **membership: Any) -> Program:
    """Return the program of somebody with this role at Harbour Hotels."""
    member = MembershipFactory(role=role, **membership)
    member.properties.set(houses)
    return Program(member.user)


@pytest.fixture(autouse=True)
def fresh_counters():
    """Let no test be throttled for what another asked."""
    cache.clear()


@pytest.fixture
def api(db):
    """The program of a manager of the whole organization."""
    return program()


@pytest.fixture
def rival(db):
    """Another hotel with a booking, an account, and somebody who works there."""
    organization = OrganizationFactory(slug="rival")
    house = PropertyFactory(organization=organization, slug="uptown")
    AccountFactory(stripe_id="acct_rival", organization=organization)
    return ReservationFactory(property=house, code="RV-1")


def confirmed_hold(booking):
    """Return what Stripe has of a booking's hold of €300.00 that was confirmed."""
    return objects.payment_intent(
        id="pi_hold",
        amount=30_000,
        amount_capturable=30_000,
        capture_method="manual",
        metadata={"reservationId": str(booking.pk), "type": "hold"},
        status="requires_capture",
    )


def leaves_a_card(stripe, booking, **fields):
    """Let the booking's guest leave a card; return its row."""
    customer = Customer.objects.create(
        account="acct_harbour",
        stripe_id="cus_guest",
        organization=booking.organization,
        guest_id=booking.guest_id,
        seen=True,
    )
    card = objects.payment_method(id="pm_guest", customer=customer.stripe_id, **fields)
    stripe.tells("payment_method.attached", card)
    return PaymentMethod.objects.get(stripe_id="pm_guest")


@pytest.fixture
def full(stripe, booking):
    """A hotel with one thing of every kind."""
    for name in (
        "two_partial_refunds",
        "dispute_lost",
        "fraud_warning_before_arrival",
        "review_open",
        "dashboard_payment",
    ):
        stripe.sends(SCENARIOS[name].events(stay_of(booking)))
    leaves_a_card(stripe, booking)
    return booking
