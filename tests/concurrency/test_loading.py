"""A document is loaded, an organization moved, while workers settle what Stripe says of them."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection, transaction

from organizations.models import Organization, Property
from payments.models import ConnectedAccount
from payments.operations.connect import architecture
from pms import documents
from reservations.models import Reservation
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


def test_nor_does_either_wait_for_bookings_that_the_other_holds():
    stay = {"property": "downtown", "arrival": "2026-12-05", "departure": "2026-12-09", "total": 0}
    booked = [
        {"id": str(UUID(int=2)), "code": "HB-2", "guest": {"name": "Ada"}, **stay},
        {"code": "HB-1", "guest": {"name": "Grace"}, **stay},
    ]
    house = {"slug": "downtown"}
    hotel = {"organizations": [{"slug": "harbour", "properties": [house], "reservations": booked}]}
    first = {**booked[1], "id": str(UUID(int=1))}
    documents.load({"organizations": [{**hotel["organizations"][0], "reservations": [first]}]})
    documents.load(hotel)
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():  # as a worker does: bookings by their keys, then whose they are
            locked = Reservation.objects.select_for_update()
            locked.get(pk=UUID(int=1))
            loading = thread.submit(load, hotel)
            until(somebody_waits)
            locked.get(pk=UUID(int=2))
            Organization.objects.update(stripe_charges_enabled=True)

        assert loading.result(30)["reservations"] == 2


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
