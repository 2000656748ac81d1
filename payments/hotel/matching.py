"""Bookings that money without a hint may be for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from payments.hotel.access import visible_reservations
from payments.hotel.booking import booking_url


@dataclass(frozen=True, slots=True)
class Candidate:
    """A booking that money without a hint may be for, as staff recognise it."""

    id: UUID
    organization_id: UUID
    code: str
    guest: str
    house: str
    arrival: date
    departure: date
    currency: str
    total: int
    owed: int

    @property
    def url(self) -> str:
        """The address of its page."""
        return booking_url(self.id)


def candidates(
    user: Any, sums: Collection[tuple[UUID, str, int]], since: date, limit: int = 200
) -> list[Candidate]:
    """
    Return bookings that this person may see and that owe, or cost, exactly one of these sums.

    :param sums: organization, currency and amount in minor units.
    :param since: leave out whoever arrived before this day.
    """
    if not sums:
        return []
    amounts = {amount for _, _, amount in sums}
    rows = (
        visible_reservations(user)
        .with_owed()
        .filter(
            Q(owed__in=amounts) | Q(total__in=amounts),
            organization__in={organization for organization, _, _ in sums},
            currency__in={currency for _, currency, _ in sums},
            arrival__gte=since,
        )
    )
    return _as_candidates(rows.order_by("arrival")[:limit])


def candidates_with_code(user: Any, organization_id: UUID, code: str) -> list[Candidate]:
    """Return the booking of that organization with this code, if this person may see it."""
    rows = visible_reservations(user).filter(
        organization=organization_id, code__in={code, code.upper()}
    )
    return _as_candidates(rows.with_owed())


def _as_candidates(rows: QuerySet[Any]) -> list[Candidate]:
    names = {"id": "pk", "guest": "guest__name", "house": "property__name"}
    fields = [names.get(name, name) for name in Candidate.__dataclass_fields__]
    return [Candidate(*row) for row in rows.values_list(*fields)]
