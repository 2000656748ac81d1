"""One account for the organization, or one for each house; and moving from one to the other."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from payments import hotel
from payments.errors import Refused
from payments.models import ConnectedAccount
from payments.operations.connect import accounts as connecting
from payments.records import accounts

logger = structlog.get_logger(__name__)


class UnknownOrganization(Refused):
    """Nobody has that slug."""


@dataclass(frozen=True)
class Move:
    """What a move does: whose account takes new money afterwards."""

    organization: str
    before: str
    after: str
    accounts: dict[str, str | None]  # by the organization's or a house's slug; None: no account


def move(*, organization: str, to: str, dry_run: bool = False) -> Move:
    """
    Let the organization's own account take new money, or its houses' accounts.

    Old money stays where it was taken: refunds and evidence go to the account of the payment.

    :param organization: its slug.
    :param to: `centralized` or `per_property`.
    :raises UnknownOrganization: there is none with that slug.
    """
    with transaction.atomic():
        found = _held(organization)
        if found is None:
            raise UnknownOrganization(f"There is no organization {organization}.")
        before = found.stripe_architecture
        houses: dict[str, UUID | None] = {organization: None}
        if to == hotel.PER_PROPERTY:
            houses = {**hotel.houses_of(found.pk)}
        places = {slug: (found.pk, house) for slug, house in houses.items()}
        taking = accounts.taking([found.pk])
        if not dry_run:
            hotel.set_architecture(found.pk, to)
            accounts.write_columns_of(places.values())
            logger.info("architecture.moved", organization=organization, before=before, after=to)
    return Move(
        organization=organization,
        before=before,
        after=to,
        accounts={slug: _connected(taking.get(place)) for slug, place in places.items()},
    )


def _held(slug: str) -> Any:
    """
    Return the organization with this slug; None where there is none.

    Held with all of its accounts, so that no worker writes one of them meanwhile: it would ask
    which of them takes new money, and be told how that was before. The accounts come first, as for
    a worker; where one has joined before the organization was held, all are let go and held again.
    """
    while True:
        with transaction.atomic():
            known = connecting.of_organizations([slug])
            connecting.hold(known)
            found = hotel.organization_with_slug(slug)
            if connecting.of_organizations([slug]) <= known:
                return found
            transaction.set_rollback(True)


def _connected(account: ConnectedAccount | None) -> str | None:
    return account.stripe_id if account and account.is_connected else None
