"""Stripe as operations ask it: what it makes of each request, and the hotel's own clock."""

import itertools
import time

import pytest

from organizations.models import Role
from payments import hotel
from payments.models import Payment
from sandbox import objects
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
