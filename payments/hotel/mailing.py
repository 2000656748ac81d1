"""Whom the hotel writes to, and about which stay."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q

from payments.hotel.tables import organizations, reservations


@dataclass(frozen=True, slots=True)
class Stay:
    """A booking as a mail speaks of it; what is owed in minor units of `currency`."""

    id: UUID
    code: str
    guest: str
    email: str
    house: str
    desk: str  # the address of the house, for guests who answer; may be empty
    arrival: date
    departure: date
    currency: str
    owed: int
    refunded: int
    lost: int  # what a bank took in a dispute

    @property
    def to_ask_for(self) -> int:
        """
        What the guest may be asked for; zero or less where nothing is due.

        A bank took what was lost, and what only went back is not asked for once more.
        """
        due = self.owed - self.lost
        return due if due > self.refunded else min(due, 0)


_STAY = {
    "id": "pk",
    "guest": "guest__name",
    "email": "guest__email",
    "house": "property__name",
    "desk": "property__email",
    "refunded": "refunded_amount",
    "lost": "lost_amount",
}


def stay(reservation_id: UUID) -> Stay | None:
    """Return a booking with its guest and its house, as they are now."""
    return stays_by_id([reservation_id]).get(reservation_id)


def stays_by_id(ids: Collection[UUID]) -> dict[UUID, Stay]:
    """Return these bookings, each with its guest and its house, as they are now."""
    if not ids:
        return {}
    fields = [_STAY.get(name, name) for name in Stay.__dataclass_fields__]
    rows = reservations().filter(pk__in=ids).order_by().with_owed().values_list(*fields)
    return {row[0]: Stay(*row) for row in rows}


def addresses_of(users: Collection[Any]) -> dict[str, str]:
    """Return the e-mail address of each of these people, or their name, by their key as text."""
    if not users:
        return {}
    found = get_user_model()._default_manager.filter(pk__in=users)
    return {str(each.pk): each.email or each.get_username() for each in found}


_MANAGE = ("owner", "manager", "finance")


def managers(organization_id: UUID, property_id: UUID | None) -> dict[Any, str]:
    """
    Return the users who look after money there, owners, managers and finance: key → address.

    Each address once, whoever has more than one login with it.

    :param property_id: of this house; None where it is about the organization, and then those are
        left out who work for some of its houses alone.
    """
    covered = Q(memberships__properties=None)
    if property_id:
        covered |= Q(memberships__properties=property_id)
    rows = organizations().filter(
        covered,
        pk=organization_id,
        memberships__role__in=_MANAGE,
        memberships__user__is_active=True,
    )
    user = "memberships__user"
    found = rows.order_by().values_list(f"{user}__email", f"{user}__pk").distinct()
    people = {address.casefold(): (key, address) for address, key in sorted(found) if address}
    return dict(people.values())
