"""A document is loaded while workers settle what Stripe says of its accounts."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from organizations.models import Organization
from payments.models import ConnectedAccount
from pms import documents
from tests.concurrency.test_workers import until

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

HOTEL = {
    "organizations": [
        {"slug": slug, "stripe_account": f"acct_{slug}"} for slug in ("harbour", "riverside")
    ]
}


def load():
    try:
        return documents.load(HOTEL)
    finally:
        connection.close()


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() is not None


@pytest.mark.parametrize("account", ["acct_harbour", "acct_riverside"])
def test_neither_waits_for_what_the_other_holds(account):
    documents.load(HOTEL)
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():  # as a worker does: the account first, then whose it is
            ConnectedAccount.objects.select_for_update().get(stripe_id=account)
            loading = thread.submit(load)
            until(somebody_waits)
            Organization.objects.update(stripe_charges_enabled=True)

        assert loading.result(30)["organizations"] == 2
    told = dict(Organization.objects.values_list("slug", "stripe_charges_enabled"))
    assert told == {"harbour": False, "riverside": False}  # as the accounts have it
