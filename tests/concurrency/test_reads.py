"""Several workers read again on PostgreSQL: each row once, whoever takes it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from payments.models import Dispute, OwedRead
from payments.outgoing import rereads
from sandbox import objects
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
