"""A payment that was promised, and what Stripe would make of it."""

import pytest

from payments.models import Payment
from payments.models.base import time_ordered_id
from payments.models.outgoing import written_on
from payments.outgoing import promises
from sandbox import objects
from tests.operations.conftest import far, finance  # noqa: F401 - fixtures


@pytest.fixture
def promised(stripe, booking):
    """Return a function that promises a payment of the booking, and returns its row and request."""

    def promise(amount=30_000, **fields):
        id = time_ordered_id()
        hints = {"reservationId": booking.pk, "orgId": booking.organization_id}
        payment = Payment.objects.create(
            id=id,
            type="payment",
            account="acct_harbour",
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
            "payment", about=payment, account="acct_harbour", livemode=False, params=params
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
