"""A stay as a bank is told of it: what was agreed, and what happened."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from payments.hotel.policies import Step, steps_of
from payments.hotel.tables import reservations

_MOST_EARLIER = 10


@dataclass(frozen=True, slots=True)
class Story:
    """Everything a hotel knows of one stay; amounts in minor units of `currency`."""

    code: str
    guest: str
    email: str
    house: str
    organization: str
    timezone: str
    arrival: date
    departure: date
    status: str
    room: str
    rate_name: str
    policy_accepted_at: datetime | None
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    currency: str
    total: int
    policy: tuple[Step, ...] = ()
    earlier: tuple[tuple[date, date], ...] = field(default=())  # stays of this guest before it


_STORY = {
    "guest": "guest__name",
    "email": "guest__email",
    "house": "property__name",
    "organization": "organization__name",
    "timezone": "property__timezone",
}


def story_of(reservation_id: UUID) -> Story:
    """Return what the hotel knows of a stay, as it is now."""
    row = reservations().select_related("guest", "property", "organization").get(pk=reservation_id)
    names = [name for name in Story.__dataclass_fields__ if name not in ("policy", "earlier")]
    paths = ((name, _STORY.get(name, name).split("__")) for name in names)
    known = {name: _read(row, path) for name, path in paths}
    return Story(**known, policy=_policy(row), earlier=_earlier(row))


def _read(row: Any, path: list[str]) -> Any:
    for name in path:
        row = getattr(row, name)
    return row


def _policy(row: Any) -> tuple[Step, ...]:
    try:
        return tuple(steps_of(row.cancellation_policy))
    except ValueError:  # written by another door than `load_hotel`: nothing can be said of it
        return ()


def _earlier(row: Any) -> tuple[tuple[date, date], ...]:
    same = Q(guest=row.guest_id)
    if row.guest.email:
        same |= Q(guest__email__iexact=row.guest.email)
    found = reservations().filter(
        same,
        organization=row.organization_id,
        status="checked_out",
        departure__lte=row.arrival,
    )
    days = found.exclude(pk=row.pk).order_by("-arrival").values_list("arrival", "departure")
    return tuple(days[:_MOST_EARLIER])
