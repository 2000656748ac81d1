"""Making a Stripe account known as a hotel's own."""

from collections.abc import Collection
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.utils import timezone

from payments import hotel
from payments.models import ConnectedAccount, Customer
from payments.models.base import given
from payments.operations.acting import AccountTaken
from payments.records import accounts
from payments.webhooks import inbox

logger = structlog.get_logger(__name__)


def connect(
    *,
    stripe_id: str,
    livemode: bool,
    organization_id: UUID,
    property_id: UUID | None = None,
) -> ConnectedAccount:
    """
    Make an account known as this organization's, or one of its houses'; twice changes nothing.

    From now on it takes the new money there. Events that came before it was known become due in
    the same transaction. A connection that Stripe said is closed stays closed.

    :raises AccountTaken: another organization has it.
    """
    with transaction.atomic():
        if any(row.organization_id != organization_id for row in hold([stripe_id])):
            raise AccountTaken(f"{stripe_id} belongs to another organization.")
        account, created = ConnectedAccount.objects.get_or_create(
            stripe_id=stripe_id,
            account=stripe_id,
            livemode=livemode,
            defaults={"organization_id": organization_id, "property_id": property_id},
        )
        _take_place(account, (organization_id, property_id))
        if created:
            recalled = inbox.recall([stripe_id])
            logger.info("account.connected", account=stripe_id, recalled=recalled)
    return account


def hold(stripe_ids: Collection[str]) -> list[ConnectedAccount]:
    """
    Let nobody else connect or change these accounts until the transaction ends; return them.

    An account is held before the organization that it is of, as a worker does it: so neither ever
    waits for what the other holds.
    """
    for stripe_id in sorted(stripe_ids):
        one_at_a_time(stripe_id)
    rows = ConnectedAccount.objects.select_for_update().filter(stripe_id__in=stripe_ids)
    return list(rows.order_by("stripe_id", "account", "livemode"))


def of_organizations(slugs: Collection[str]) -> set[str]:
    """Return the accounts that are known of the organizations with these slugs."""
    owners = hotel.organizations_named(slugs).values()
    rows = ConnectedAccount.objects.filter(given(), organization__in=owners)
    return set(rows.values_list("stripe_id", flat=True))


def _take_place(account: ConnectedAccount, place: accounts.Place) -> None:
    """Let an account take the new money of a place, unless its connection is closed."""
    before = (account.organization_id, account.property_id)
    there = ConnectedAccount.objects.filter(
        organization=place[0], property=place[1], livemode=account.livemode
    )
    if account.is_connected and there.order_by("connected_at", "pk").last() != account:
        account.connected_at = timezone.now()
    account.property_id = place[1]
    account.save(update_fields=["property", "connected_at"])
    accounts.write_columns_of({before, place})


def one_at_a_time(name: str) -> None:
    """Let nobody else connect the account, or at the place, of this name until we are done."""
    if connection.vendor == "postgresql":  # there may be no row to lock yet; SQLite has one lock
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def bill(*, customer: str, livemode: bool, organization_id: UUID) -> Customer:
    """
    Note whom a customer of the platform's own Stripe account stands for.

    :raises AccountTaken: the customer stands for another organization.
    """
    row, _ = Customer.objects.get_or_create(
        account="",
        livemode=livemode,
        stripe_id=customer,
        defaults={"organization_id": organization_id},
    )
    if row.organization_id != organization_id:
        raise AccountTaken(f"{customer} stands for another organization.")
    return row
