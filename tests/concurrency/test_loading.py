"""A document is loaded, an organization moved, while workers settle what Stripe says of them."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection, transaction

from organizations.models import Organization, Property
from payments.models import ConnectedAccount
from payments.operations.connect import architecture
from payments.webhooks import worker
from pms import documents
from reservations.models import Reservation
from sandbox import events, objects
from tests.concurrency.test_workers import until
from tests.factories import AccountFactory, PropertyFactory
from tests.support.stripe import Stripe

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


def moves_to(to):
    try:
        return architecture.move(organization="harbour", to=to)
    finally:
        connection.close()


def test_an_organization_is_moved_while_a_worker_files_something_new_under_it():
    house = PropertyFactory()
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():  # as a worker does: what a house reads, then what is new
            Property.objects.update(stripe_charges_enabled=True)
            moving = thread.submit(moves_to, "per_property")
            until(somebody_waits)
            AccountFactory(organization=house.organization, property=house, stripe_id="acct_house")

        assert moving.result(30).before == "centralized"


def tell(account):
    """Let Stripe say that an account takes cards now."""
    shown = objects.account(id=account, charges_enabled=True, details_submitted=True)
    Stripe().delivers(events.event("account.updated", shown, account=account))


def settle():
    try:
        return worker.drain()
    finally:
        connection.close()


@pytest.fixture
def moves(request, transactional_db):
    """Return a move, and the row whose columns tell of the account afterwards."""
    house = PropertyFactory()
    AccountFactory(organization=house.organization)
    AccountFactory(organization=house.organization, property=house, stripe_id="acct_house")
    if request.param == "centralized":
        architecture.move(organization="harbour", to="per_property")
        return request.param, "acct_harbour", house.organization
    return request.param, "acct_house", house


both_ways = pytest.mark.parametrize("moves", ["per_property", "centralized"], indirect=True)


@both_ways
def test_what_stripe_says_during_a_move_stands_where_it_moved_to(moves):
    to, account, place = moves
    tell(account)
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            architecture.move(organization="harbour", to=to)
            settling = thread.submit(settle)
            until(somebody_waits)

        assert settling.result(30) == {"applied": 1}
    place.refresh_from_db()
    assert place.stripe_account_id == account
    assert place.stripe_charges_enabled


@both_ways
def test_a_move_waits_for_what_a_worker_writes(moves):
    to, account, place = moves
    tell(account)
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            assert worker.drain() == {"applied": 1}
            moving = thread.submit(moves_to, to)
            until(somebody_waits)

        assert moving.result(30).after == to
    place.refresh_from_db()
    assert place.stripe_account_id == account
    assert place.stripe_charges_enabled


def test_a_document_that_moves_an_organization_waits_for_nobody_who_waits_for_it(moves_document):
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():  # as a worker does: an account that the document leaves out
            ConnectedAccount.objects.select_for_update().get(stripe_id="acct_house")
            loading = thread.submit(load, moves_document)
            until(somebody_waits)
            Organization.objects.update(stripe_charges_enabled=True)

        assert loading.result(30)["organizations"] == 1
    assert Organization.objects.get().stripe_architecture == "per_property"


@pytest.fixture
def moves_document(transactional_db):
    house = PropertyFactory()
    AccountFactory(organization=house.organization, property=house, stripe_id="acct_house")
    return {"organizations": [{"slug": "harbour", "stripe_architecture": "per_property"}]}
