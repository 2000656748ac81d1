"""Stripe as operations ask it: what it makes of each request, and the hotel's own clock."""

import itertools
import time

import pytest
import stripe as sdk

from organizations.models import Role
from payments import hotel
from payments.models import ConnectedAccount, Payment
from sandbox import objects
from sandbox.server.web import Sandbox
from tests.factories import MembershipFactory

_numbers = itertools.count(1)


@pytest.fixture
def desk(db, booking):
    """Somebody at the front desk of the booking's hotel."""
    return MembershipFactory(role=Role.FRONT_DESK, organization=booking.organization).user


@pytest.fixture
def stay(booking):
    """The booking as operations know it."""
    return lambda: hotel.bookings([booking.pk])[booking.pk]


def metadata_of(asked):
    return {
        name[len("metadata[") : -1]: value
        for name, value in asked.form.items()
        if name.startswith("metadata[")
    }


def makes_intents(asked):
    """Answer a request for a PaymentIntent with one, as Stripe would before it is confirmed."""
    id = f"pi_{next(_numbers)}"
    intent = objects.payment_intent(
        id=id,
        amount=int(asked.form["amount"]),
        currency=asked.form["currency"],
        capture_method=asked.form["capture_method"],
        created=int(time.time()),
        metadata=metadata_of(asked),
    )
    return 200, intent | {"client_secret": f"{id}_secret_of_the_guest"}


def makes_refunds(status="succeeded"):
    """Answer a request for a refund with one in this state."""

    def answer(asked):
        return 200, objects.refund(
            id=f"re_{next(_numbers)}",
            amount=int(asked.form["amount"]),
            charge=asked.form["charge"],
            created=int(time.time()),
            currency="eur",
            metadata=metadata_of(asked),
            payment_intent=f"pi_of_{asked.form['charge']}",
            reason=asked.form.get("reason"),
            status=status,
        )

    return answer


@pytest.fixture
def paid(stripe, booking):
    """Return a function that lets a guest pay an amount with a card; it returns the payment."""

    def pay(amount, *, at=None, **fields):
        number = next(_numbers)
        charge_id = f"ch_{number}"
        created = at or 1_800_000_000 + number
        names = {"reservationId": str(booking.pk), "orgId": str(booking.organization_id)}
        intent = objects.payment_intent(
            id=f"pi_of_{charge_id}",
            amount=amount,
            amount_received=amount,
            created=created,
            currency="eur",
            latest_charge=charge_id,
            metadata=names,
            status="succeeded",
            **fields,
        )
        charge = objects.charge(
            id=charge_id,
            amount=amount,
            created=created,
            currency="eur",
            metadata=names,
            payment_intent=intent["id"],
        )
        stripe.tells("charge.succeeded", charge, created=created)
        stripe.tells("payment_intent.succeeded", intent, created=created)
        return Payment.objects.get(stripe_id=intent["id"])

    return pay


HARBOUR = "acct_1HarbourHotels00"


@pytest.fixture
def far(stripe, settings):
    """A sandbox that our operations ask, and that is asked what happened by a test."""
    ConnectedAccount.objects.update(stripe_id=HARBOUR, account=HARBOUR)
    with Sandbox(port=0, seed="tests") as server:
        server.start()
        settings.STRIPE_SECRET_KEY = "sk_test_of_the_tests"
        settings.STRIPE_API_BASE = server.url
        yield Far(server, stripe)


class Far:
    """The sandbox with the guest's side of it, and its events brought to us in order."""

    def __init__(self, server, ours):
        self.server, self.ours, self.seen = server, ours, set()
        bases = dict.fromkeys(("api", "files", "connect"), server.url)
        self.client = sdk.StripeClient("sk_test_guest", base_addresses=bases, max_network_retries=8)
        self.guest = sdk.StripeClient("pk_test_guest", base_addresses=bases)

    def tell(self, *wanted):
        """Bring us every event that we have not had, once those of these types are there."""
        end = time.monotonic() + 5
        while True:
            found = self.client.v1.events.list({"limit": 100}, {"stripe_account": HARBOUR}).data
            new = [each for each in reversed(found) if each.id not in self.seen]
            if {*wanted} <= {each.type for each in new}:
                break
            assert time.monotonic() < end, f"{wanted} did not come"
            time.sleep(0.02)
        self.seen |= {each.id for each in new}
        self.ours.sends([{**each.to_dict(), "account": HARBOUR} for each in new])

    def pays(self, booking, card, *then, **fields):
        """Let a guest pay €600.00 of a booking with one of Stripe's test cards."""
        intent = self.client.v1.payment_intents.create(
            {
                "amount": 60_000,
                "currency": "eur",
                "payment_method": card,
                "confirm": True,
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "metadata": {
                    "reservationId": str(booking.pk),
                    "orgId": str(booking.organization_id),
                },
                **fields,
            },
            {"stripe_account": HARBOUR},
        )
        self.tell(*then)
        return intent


@pytest.fixture
def finance(booking):
    """Somebody in finance of the booking's hotel."""
    return MembershipFactory(role=Role.FINANCE, organization=booking.organization).user
