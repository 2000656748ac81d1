"""Whom the hotel writes to, and about which stay."""

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
    fields = [_STAY.get(name, name) for name in Stay.__dataclass_fields__]
    found = reservations().filter(pk=reservation_id).with_owed().values_list(*fields).first()
    return Stay(*found) if found else None


def address_of(user: Any) -> str:
    """Return somebody's e-mail address, or name where there is none; empty where they are gone."""
    found = get_user_model()._default_manager.filter(pk=user).first()
    return (found.email or found.get_username()) if found else ""


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
