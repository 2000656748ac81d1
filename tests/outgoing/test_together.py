"""Several calls under way at once: what they bring is noted together, and no culprit takes all."""

import threading
import time

import pytest

from payments.models import OutgoingRequest, Payment
from payments.outgoing import keeping

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

AT_ONCE = 4


@pytest.fixture
def at_once(wire, settings, promised, intent):
    """Return a function that lets Stripe answer four promises at the same moment."""
    settings.PAYMENTS_CALLS_AT_ONCE = AT_ONCE
    rows = {}
    for _ in range(AT_ONCE):
        payment, request = promised()
        OutgoingRequest.objects.filter(pk=request.pk).update(attempts=0)
        rows[str(payment.pk)] = payment
    gate = threading.Barrier(AT_ONCE)

    def keep(spoil=None):
        def answer(asked):
            payment = rows[asked.key]
            gate.wait(timeout=10)
            made = intent(payment)
            if spoil == payment.pk:
                made["amount"] = "much"
            return 200, made

        wire.answers = answer
        return keeping.keep_due(early=True)

    return keep


def test_all_that_was_answered_is_noted(at_once, booking):
    assert at_once() == {"kept": AT_ONCE}

    for request in OutgoingRequest.objects.all():
        payment = Payment.objects.get(pk=request.about)
        assert (request.state, request.params, request.error) == ("kept", {}, "")
        assert request.settled_at is not None
        assert (request.stripe_id, payment.seen) == (payment.stripe_id, True)
        assert payment.reservation == booking


def test_an_answer_that_makes_no_sense_leaves_the_others_noted(at_once):
    culprit = Payment.objects.order_by("pk").first().pk

    assert at_once(spoil=culprit) == {"kept": AT_ONCE - 1, "promised": 1}

    left = OutgoingRequest.objects.get(state="promised")
    assert left.about == culprit
    assert "Malformed" in left.error
    assert set(Payment.objects.filter(stripe_id="").values_list("pk", flat=True)) == {culprit}


def test_no_account_waits_for_the_threads_that_another_holds(promised, wire, settings):
    settings.PAYMENTS_CALLS_AT_ONCE, settings.PAYMENTS_CALLS_PER_SECOND = AT_ONCE, 20
    for account, number in (("acct_harbour", 40), ("acct_asagiri", 2)):
        for _ in range(number):
            promised(account=account)
    moments = []

    def answers(asked):
        moments.append((asked.account, time.monotonic()))
        return 404, {"error": {"type": "invalid_request_error", "code": "resource_missing"}}

    wire.answers = answers

    assert keeping.keep_due(early=True) == {"refused": 42}

    begun = moments[0][1]
    assert max(at - begun for account, at in moments if account == "acct_asagiri") < 1.0
    assert moments[-1][1] - begun > 39 / 20 * 0.8  # the first may have been slow to come
