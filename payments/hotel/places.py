"""Hotel groups and houses, as lists and figures name them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from payments.hotel.tables import organizations, properties


@dataclass(frozen=True, slots=True)
class House:
    """A house, and whose Stripe account takes new money for it."""

    property_id: UUID
    organization_id: UUID
    slug: str
    name: str
    timezone: str
    architecture: str


def houses(user: Any, organization_ids: Collection[UUID]) -> list[House]:
    """Return the houses of these organizations that this person may see."""
    rows = properties().visible_to(user).filter(organization__in=organization_ids).order_by("name")
    columns = ("pk", "organization_id", "slug", "name", "timezone")
    found = rows.values_list(*columns, "organization__stripe_architecture")
    return [House(*row) for row in found]


@dataclass(frozen=True, slots=True)
class Group:
    """A hotel group, by whose clocks its days begin, and whose Stripe accounts take its money."""

    id: UUID
    slug: str
    name: str
    currency: str
    timezone: str
    architecture: str


GROUP = ("pk", "slug", "name", "currency", "timezone", "stripe_architecture")


def groups(user: Any, limit: int) -> list[Group]:
    """Return the hotel groups that this person may see."""
    rows = organizations().visible_to(user).order_by("name")
    return [Group(*row) for row in rows.values_list(*GROUP)[:limit]]


def place(row: Any) -> str:
    """Return the name of the house that a record belongs to; of no house, its organization's."""
    return str((getattr(row, "property", None) or row.organization).name)


def organization_name(row: Any) -> str:
    """Return the name of the organization that a record belongs to."""
    return str(row.organization.name)
