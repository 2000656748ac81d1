"""A document is loaded, an organization moved, while workers settle what Stripe says of them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from organizations.models import Organization, Property
from payments.models import ConnectedAccount
from payments.operations.connect import architecture
from pms import documents
from tests.concurrency.test_workers import until
from tests.factories import AccountFactory, PropertyFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

HOTEL = {
    "organizations": [
        {"slug": slug, "stripe_account": f"acct_{slug}"} for slug in ("harbour", "riverside")
    ]
}


def load(document=HOTEL):
    try:
        return documents.load(document)
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


def move():
    try:
        return architecture.move(organization="harbour", to="per_property")
    finally:
        connection.close()


def test_an_organization_is_moved_while_a_worker_files_something_new_under_it():
    house = PropertyFactory()
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():  # as a worker does: what a house reads, then what is new
            Property.objects.update(stripe_charges_enabled=True)
            moving = thread.submit(move)
            until(somebody_waits)
            AccountFactory(organization=house.organization, property=house, stripe_id="acct_house")

        assert moving.result(30).before == "centralized"
