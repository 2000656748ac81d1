"""One account for the organization, or one for each house; and moving from one to the other."""

from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import transaction

from payments import hotel
from payments.errors import Refused
from payments.models import ConnectedAccount
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

    @property
    def without_account(self) -> list[str]:
        """Who takes no cards until an account is connected."""
        return sorted(slug for slug, account in self.accounts.items() if account is None)


def move(*, organization: str, to: str, dry_run: bool = False) -> Move:
    """
    Let the organization's own account take new money, or its houses' accounts.

    Old money stays where it was taken: refunds and evidence go to the account of the payment.

    :param organization: its slug.
    :param to: `centralized` or `per_property`.
    :raises UnknownOrganization: there is none with that slug.
    """
    with transaction.atomic():
        found = hotel.organization_with_slug(organization)
        if found is None:
            raise UnknownOrganization(f"There is no organization {organization}.")
        before = found.stripe_architecture
        places: dict[str, UUID | None] = {organization: None}
        if to == hotel.PER_PROPERTY:
            places = {**hotel.houses_of(found.pk)}
        current = {slug: _current(found.pk, house) for slug, house in places.items()}
        if not dry_run:
            hotel.set_architecture(found.pk, to)
            for account in current.values():
                if account is not None:
                    accounts.write_columns(account, replaces=True)
            logger.info("architecture.moved", organization=organization, before=before, after=to)
    return Move(
        organization=organization,
        before=before,
        after=to,
        accounts={slug: a.stripe_id if a else None for slug, a in current.items()},
    )


def _current(organization_id: UUID, house: UUID | None) -> ConnectedAccount | None:
    """Return the account of an organization or a house that is connected, a live one first."""
    rows = ConnectedAccount.objects.filter(organization=organization_id, property=house)
    connected = [row for row in rows.order_by("-livemode", "-id") if row.is_connected]
    return connected[0] if connected else None
