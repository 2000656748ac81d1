"""Many programs that ask for the same money at the same moment, before a Stripe that counts."""

from collections import Counter

import pytest

from payments.models import OutgoingRequest, Refund
from payments.outgoing import keeping
from sandbox.server.web import Sandbox
from tests.operations.conftest import HARBOUR, far, finance  # noqa: F401
from tests.support.threads import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

REFUND = "reservations/HB-2481/refunds/"


@pytest.fixture
def charged(far, booking):  # noqa: F811
    """One charge of €600.00."""
    far.pays(booking, "pm_card_visa", "charge.succeeded", "payment_intent.succeeded")
    return far


def gone_back(far):  # noqa: F811
    """Return what Stripe has given back of each charge's money."""
    refunds = far.client.v1.refunds.list({"limit": 100}, {"stripe_account": HARBOUR}).data
    return sorted(each.amount for each in refunds)


def states():
    return Counter(OutgoingRequest.objects.values_list("state", flat=True))


def test_twenty_refunds_at_once_never_give_back_more_than_was_taken(charged, api):
    answers = at_once(20, lambda _: api.posts(REFUND, {"amount": 7_000}))

    assert Counter(each.status_code for each in answers) == {201: 8, 409: 12}
    refused = [each.json()["code"] for each in answers if each.status_code == 409]
    assert set(refused) == {"amount_too_large"}
    assert gone_back(charged) == [7_000] * 8
    assert states() == {"kept": 8}  # Stripe was never asked for what it would have refused


def test_twenty_refunds_at_once_of_every_size_share_what_is_there(charged, api):
    sizes = [1_000 * (number + 1) for number in range(20)]

    answers = at_once(20, lambda number: api.posts(REFUND, {"amount": sizes[number]}))

    done = [size for size, each in zip(sizes, answers, strict=True) if each.status_code == 201]
    left = 60_000 - sum(done)
    assert gone_back(charged) == sorted(done)
    assert 0 <= left < min(size for size in sizes if size not in done)
    assert states() == {"kept": len(done)}


def test_twenty_at_once_with_one_key_are_one_refund(charged, api):
    answers = at_once(20, lambda _: api.posts(REFUND, {"amount": 7_000}, key="one"))
    answers.append(api.posts(REFUND, {"amount": 7_000}, key="one"))

    assert {each.status_code for each in answers} <= {201, 409}
    assert {each.json()["code"] for each in answers if each.status_code == 409} <= {"in_progress"}
    done = [each for each in answers if each.status_code == 201]
    assert len({each.content for each in done}) == 1
    assert sum("Idempotent-Replayed" not in each.headers for each in done) == 1
    assert gone_back(charged) == [7_000]
    assert Refund.objects.count() == 1


def test_twenty_at_once_before_a_stripe_that_is_away_promise_one_refund(charged, api, settings):
    with Sandbox(port=0) as nobody:
        away = nobody.url
    settings.STRIPE_API_BASE = away

    answers = at_once(20, lambda _: api.posts(REFUND, {"amount": 7_000}, key="one"))

    assert {each.status_code for each in answers} <= {202, 409}
    assert states() == {"promised": 1}
    settings.STRIPE_API_BASE = charged.server.url
    OutgoingRequest.objects.update(next_attempt_at="2020-01-01T00:00Z")
    told = at_once(20, lambda _: keeping.keep_due()["kept"])
    assert sum(told) == 1
    assert gone_back(charged) == [7_000]
    last = api.posts(REFUND, {"amount": 7_000}, key="one")
    assert (last.status_code, last.json()["refunds"][0]["status"]) == (201, "succeeded")
