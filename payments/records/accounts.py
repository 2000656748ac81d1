"""What the rest of the hotel reads of its Stripe accounts, and which of them takes new money."""

from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from payments import hotel
from payments.models import ConnectedAccount
from payments.models.base import given

T = TypeVar("T", bound=Model)
Place = tuple[UUID, UUID | None]  # an organization, or one of its houses


def write_columns(account: ConnectedAccount, *, replaces: bool = False) -> None:
    """
    Write what the hotel reads of an account, where it is the one that takes new money.

    :param replaces: it takes the place of another account; else that one's columns stay.
    """
    hotel.write_account(
        account.organization_id,
        account.property_id,
        stripe_id=account.stripe_id,
        onboarding_complete=account.details_submitted and account.is_connected,
        charges_enabled=account.charges_enabled and account.is_connected,
        replaces=replaces,
    )


def write_columns_of(places: Collection[Place]) -> None:
    """Write what the hotel reads at these places of the account that takes their new money now."""
    found = taking({organization for organization, _ in places})
    for place in places:
        if account := found.get(place):
            write_columns(account, replaces=True)
        else:
            hotel.empty_columns(*place)


def place_of(house: hotel.House | hotel.Booking) -> Place:
    """Return whose account takes new money for a house, or for a booking of it."""
    own = house.architecture == hotel.PER_PROPERTY
    return (house.organization_id, house.property_id if own else None)


def taking(organizations: Collection[UUID]) -> dict[Place, ConnectedAccount]:
    """Return the account of each place that has one: a live one first, then the latest."""
    rows = ConnectedAccount.objects.filter(given(), organization__in=organizations)
    ordered = rows.order_by("livemode", "connected_at", "pk")
    return {(row.organization_id, row.property_id): row for row in ordered}


_OPEN = (
    Q(deauthorized_at=None)
    | Q(authorized_at__gt=F("deauthorized_at"))
    | Q(
        authorized_at=F("deauthorized_at"),
        tie_decided_at=F("deauthorized_at"),
        tie_is_open=True,
    )
)
_CLOSED = Q(deauthorized_at__isnull=False) & (
    Q(authorized_at=None)
    | Q(authorized_at__lt=F("deauthorized_at"))
    | Q(
        authorized_at=F("deauthorized_at"),
        tie_decided_at=F("deauthorized_at"),
        tie_is_open=False,
    )
)
_TOLD = Q(seen=True) & _OPEN
_WANTED = Q(currently_due__isnull=False) & ~Q(currently_due=[])
_WANTED |= Q(past_due__isnull=False) & ~Q(past_due=[])

# What may be wrong with an account, as a database asks for it.
TROUBLES = {
    "stopped": _TOLD & Q(charges_enabled=False),
    "unpaid": _TOLD & Q(payouts_enabled=False),
    "due": _TOLD & _WANTED,
    "disconnected": _CLOSED,
}


def of_open_ones(rows: QuerySet[T]) -> QuerySet[T]:
    """Leave out what belongs to a hotel that closed its connection; rows have an `account`."""
    closed = ConnectedAccount.objects.filter(
        _CLOSED, stripe_id=OuterRef("account"), livemode=OuterRef("livemode")
    )
    return rows.filter(~Exists(closed))
