"""Who may see what."""

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from payments.hotel.tables import organizations, properties, reservations


def visible_to(user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
    """
    Narrow records of payments to what this person may see.

    Rows of a house are for those who may see that house; rows of none, for those whose membership
    names no houses. Everything of another organization is as good as not there.
    """
    if user.is_superuser:
        return rows
    if not user.is_authenticated:
        return rows.none()
    whole = organizations().filter(memberships__user=user, memberships__properties=None)
    return rows.filter(
        Q(property__in=properties().visible_to(user))
        | Q(property=None, organization__in=whole.order_by().values("pk"))
    )


def visible_as_a_whole(user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Narrow what belongs to no house to organizations all of whose houses this person may see."""
    if user.is_superuser:
        return rows
    whole = organizations().filter(memberships__user=user.pk, memberships__properties=None)
    return rows.filter(organization__in=whole.order_by().values("pk"))


class Membership(NamedTuple):
    """What somebody does at an organization, and whether for all of its houses."""

    organization: UUID
    role: str
    whole: bool


def memberships(user: Any) -> list[Membership]:
    """Return what this person does at each organization they work for."""
    rows = organizations().filter(memberships__user=user.pk).order_by()
    rows = rows.annotate(houses=Count("memberships__properties"))
    found = rows.values_list("pk", "memberships__role", "houses")
    return [Membership(pk, role, whole=not houses) for pk, role, houses in found]


def single_houses(user: Any) -> list[UUID]:
    """Return the houses that this person may see of organizations that they see in part."""
    rows = properties().filter(memberships__user=user.pk).order_by()
    return list(rows.values_list("pk", flat=True))


def visible_reservations(user: Any) -> Any:
    """Return the bookings that this person may see."""
    return reservations().visible_to(user)
