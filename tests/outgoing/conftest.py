"""A payment that was promised, what Stripe would make of it, and when each account is asked."""

import pytest

from payments.models import Payment
from payments.models.base import time_ordered_id
from payments.models.outgoing import written_on
from payments.outgoing import budget, promises
from sandbox import objects
from tests.operations.conftest import far, finance  # noqa: F401 - fixtures


@pytest.fixture
def promised(stripe, booking):
    """Return a function that promises a payment of the booking, and returns its row and request."""

    def promise(amount=30_000, account="acct_harbour", **fields):
        id = time_ordered_id()
        hints = {"reservationId": booking.pk, "orgId": booking.organization_id}
        payment = Payment.objects.create(
            id=id,
            type="payment",
            account=account,
            organization=booking.organization,
            property=booking.property,
            reservation=booking,
            amount=amount,
            currency="eur",
            status="promised",
            purpose="deposit",
            bound_by=Payment.BoundBy.PROMISE,
            metadata=written_on(id, hints | {"type": "deposit"}),
            **fields,
        )
        params = {"amount": amount, "currency": "eur", "metadata": payment.metadata}
        return payment, promises.promise(
            "payment", about=payment, account=account, livemode=False, params=params
        )

    return promise


@pytest.fixture
def intent():
    """Return a function that makes the PaymentIntent that Stripe would make of a promise."""

    def make(payment, **fields):
        return objects.payment_intent(
            id=f"pi_of_{payment.pk.hex[-8:]}",
            amount=payment.amount,
            currency=payment.currency,
            created=1_800_000_000,
            metadata=dict(payment.metadata),
            **fields,
        )

    return make


class Clock:
    """Time that passes while somebody sleeps, and never else."""

    now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def asked_at(wire, settings, monkeypatch):
    """When each account was asked, with a budget of ten calls a second: a list that grows."""
    settings.PAYMENTS_CALLS_PER_SECOND = 10
    clock, moments = Clock(), []
    monkeypatch.setattr(budget, "time", clock)
    monkeypatch.setattr(budget, "_next", {})

    def answers(asked):
        moments.append((asked.account, clock.now))
        return 404, {"error": {"type": "invalid_request_error", "code": "resource_missing"}}

    wire.answers = answers
    return moments
