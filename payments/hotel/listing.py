"""Hotel groups and bookings as somebody who works there lists them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from payments.hotel.access import visible_reservations
from payments.hotel.tables import organizations, properties


@dataclass(frozen=True, slots=True)
class Workplace:
    """
    A hotel group as one person sees it.

    :param role: what they do there; empty for who only looks after the system.
    :param properties: the slugs of the houses that they may see.
    """

    id: UUID
    slug: str
    name: str
    currency: str
    timezone: str
    stripe_architecture: str
    role: str = ""
    properties: list[str] = field(default_factory=list)


_WORKPLACE = ("id", "slug", "name", "currency", "timezone", "stripe_architecture")


def visible_organizations(user: Any) -> QuerySet[Any]:
    """Return the hotel groups that this person may see, as `workplaces` reads them."""
    found: QuerySet[Any] = organizations().visible_to(user).values(*_WORKPLACE)
    return found


def workplaces(user: Any, rows: Iterable[dict[str, Any]]) -> list[Workplace]:
    """Return these hotel groups with what this person does there, and at which houses."""
    ids = [row["id"] for row in rows]
    mine = organizations().filter(pk__in=ids, memberships__user=user.pk).order_by()
    roles = dict(mine.values_list("pk", "memberships__role"))
    houses = defaultdict(list)
    seen = properties().visible_to(user).filter(organization__in=ids).order_by("slug")
    for organization, slug in seen.values_list("organization_id", "slug"):
        houses[organization].append(slug)
    return [
        Workplace(**row, role=roles.get(row["id"], ""), properties=houses[row["id"]])
        for row in rows
    ]


_STAY = (
    "id", "code", "status", "arrival", "departure", "room", "rate_name", "cancellation_policy",
    "policy_accepted_at", "checked_in_at", "checked_out_at", "currency", "total",
    "paid_elsewhere", "payment_status",
)  # fmt: skip
_OF_OTHERS = {
    "organization_slug": "organization__slug",
    "property_slug": "property__slug",
    "guest_name": "guest__name",
    "guest_email": "guest__email",
}


def stays(user: Any, organization_id: UUID) -> QuerySet[Any]:
    """Return the bookings of a hotel group that this person may see, a dictionary each."""
    rows = visible_reservations(user).filter(organization=organization_id)
    found: QuerySet[Any] = rows.values(
        *_STAY, **{name: F(path) for name, path in _OF_OTHERS.items()}
    )
    return found


def reservation_with_code(user: Any, organization_id: UUID, code: str) -> Any:
    """Return the booking of a hotel group with exactly this code, if this person may see it."""
    return visible_reservations(user).filter(organization=organization_id, code=code).first()


def with_this_code(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    """Narrow bookings to the one with this code."""
    return rows.filter(code=code)


def code_of(row: Any) -> str:
    """Return the code of the booking that a record belongs to; empty where it has none."""
    return str(row.reservation.code) if row.reservation_id else ""


def house_of(row: Any) -> str:
    """Return the slug of the house that a record belongs to; empty where it is of none."""
    return str(row.property.slug) if row.property_id else ""


def of_booking(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    """Narrow records to those of the booking with this code."""
    return rows.filter(reservation__code=code)
