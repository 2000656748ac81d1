"""Several workers read again on PostgreSQL: each row once, whoever takes it."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from payments.models import Dispute, OwedRead
from payments.outgoing import rereads
from sandbox import events, objects
from tests.factories import AccountFactory
from tests.support.stripe import Stripe

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

MANY = 20


def reads(_):
    try:
        return rereads.keep_due()
    finally:
        connection.close()


def test_two_workers_read_each_row_once(transactional_db, wire):
    AccountFactory()
    stripe = Stripe()
    told = {
        f"dp_{each}": objects.dispute(id=f"dp_{each}", charge=f"ch_{each}") for each in range(MANY)
    }
    for dispute in told.values():
        stripe.tells("charge.dispute.created", dispute)
    wire.answers = lambda asked: (200, told[asked.path.rpartition("/")[2]] | {"status": "won"})

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(reads, range(2)))

    assert sum(done) == MANY
    assert len({asked.path for asked in wire.asked}) == len(wire.asked) == MANY
    assert not OwedRead.objects.exists()
    assert {(row.status, row.provisional) for row in Dispute.objects.all()} == {("won", False)}


def test_several_calls_at_once_keep_to_each_accounts_budget(transactional_db, wire, settings):
    settings.PAYMENTS_CALLS_AT_ONCE, settings.PAYMENTS_CALLS_PER_SECOND = 8, 20
    AccountFactory()
    AccountFactory(stripe_id="acct_asagiri", organization__slug="asagiri")
    stripe = Stripe()
    for account, number in (("acct_harbour", MANY), ("acct_asagiri", 2)):
        opened = [objects.dispute(id=f"dp_{each}", charge=f"ch_{each}") for each in range(number)]
        stripe.sends(
            events.event("charge.dispute.created", dispute, account=account) for dispute in opened
        )
    moments = []

    def answers(asked):
        moments.append((asked.account, time.monotonic()))
        return 200, objects.dispute(id=asked.path.rpartition("/")[2], charge="ch_1")

    wire.answers = answers

    assert rereads.keep_due() == MANY + 2

    times = [at for account, at in moments if account == "acct_harbour"]
    assert times[-1] - times[0] > (MANY - 1) / 20 * 0.8  # the first may have been slow to come
    assert max(at for account, at in moments if account == "acct_asagiri") < times[-1]
