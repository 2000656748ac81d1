"""Bookings that are about to begin, and what they owe."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from payments.hotel.access import visible_reservations
from payments.hotel.tables import reservations


@dataclass(frozen=True, slots=True)
class Arrival:
    """A booking that is about to begin; what it owes in minor units of its currency."""

    id: UUID
    code: str
    guest: str
    house: str
    property_id: UUID
    arrival: date
    currency: str
    owed: int


_ARRIVAL = {"id": "pk", "guest": "guest__name", "house": "property__name"}


def arriving(user: Any, today: Mapping[UUID, date], within: timedelta, limit: int) -> list[Arrival]:
    """
    Return the bookings that this person may see and that begin soon, at these houses.

    :param today: which day it is at each house.
    """
    houses: dict[date, list[UUID]] = defaultdict(list)
    for house, day in today.items():
        houses[day].append(house)
    if not houses:
        return []
    soon = Q()
    for day, there in houses.items():
        soon |= Q(property__in=there, arrival__gte=day, arrival__lte=day + within)
    rows = visible_reservations(user).filter(soon, status="confirmed")
    columns = [_ARRIVAL.get(name, name) for name in Arrival.__dataclass_fields__]
    found = rows.with_owed().order_by("arrival", "code").values_list(*columns)[:limit]
    return [Arrival(*row) for row in found]


def arrivals_at_risk(organization_id: UUID, account: str, first: date, last: date) -> int:
    """
    Return how many bookings that begin in these days still owe something.

    :param account: the one that takes new money for them; none where it no longer does.
    """
    rows = reservations().filter(
        Q(organization__stripe_account_id=account) | Q(property__stripe_account_id=account),
        organization=organization_id,
        status="confirmed",
        arrival__gte=first,
        arrival__lte=last,
    )
    return int(rows.with_owed().filter(owed__gt=0).count())
