"""Stripe adds statuses: such an object is neither done nor failed, and somebody is told."""

import pytest
from django.test import Client

from payments.models import State, WebhookEvent
from sandbox import objects


def counted():
    """Return how many objects of unknown status there are, by kind."""
    lines = Client().get("/metrics").content.decode().splitlines()
    name = "payments_unknown_status{kind="
    told = (line.removeprefix(name).split("} ") for line in lines if line.startswith(name))
    return {kind.strip('"'): float(count) for kind, count in told}


@pytest.mark.parametrize(
    ("type", "object", "kind"),
    [
        ("payment_intent.processing", objects.payment_intent(status="frozen"), "transaction"),
        ("refund.updated", objects.refund(status="frozen"), "transaction"),
        ("charge.updated", objects.charge(status="frozen"), "charge"),
        ("charge.dispute.updated", objects.dispute(status="frozen"), "dispute"),
    ],
)
def test_a_status_that_nobody_knows_is_counted(type, object, kind, stripe, booking):
    object["metadata"] = {"reservationId": str(booking.pk)}
    before = dict.fromkeys(("transaction", "charge", "dispute"), 0)
    assert counted() == before

    stripe.tells(type, object)

    assert WebhookEvent.objects.get().state == State.APPLIED
    assert counted() == before | {kind: 1}
    booking.refresh_from_db()
    assert booking.payment_status == "unpaid"


@pytest.mark.parametrize("told", ["requires_payment_method", "canceled"])
def test_what_everybody_knows_is_not(told, stripe):
    stripe.tells("payment_intent.created", objects.payment_intent(status=told))

    assert counted()["transaction"] == 0
