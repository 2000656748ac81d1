"""Bookings as payments needs them, and what payments writes onto them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from payments import bulk
from payments.hotel.access import visible_reservations
from payments.hotel.clocks import zone, zone_named
from payments.hotel.ownership import as_uuid
from payments.hotel.tables import MONEY_FIELDS, reservations
from payments.money import LARGEST

_OVER = ("checked_out", "no_show", "canceled")  # words of `status`: nobody is to come any more


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking as payments needs it. Amounts are in minor units of `currency`."""

    id: UUID
    code: str
    organization_id: UUID
    organization: str  # slug
    property_id: UUID
    property: str  # slug
    currency: str
    total: int
    paid_elsewhere: int
    arrival: date
    departure: date
    timezone: str
    architecture: str = "centralized"  # whose Stripe account takes new money
    status: str = "confirmed"
    guest_id: UUID | None = None
    money: tuple[Any, ...] = ()  # what is written in MONEY_FIELDS now

    def stay(self, now: datetime) -> str:
        """Return where the stay stands today at the house: `future`, `in_house` or `departed`."""
        return _stay(self.arrival, self.departure, now.astimezone(zone_named(self.timezone)).date())

    def is_over(self, now: datetime) -> bool:
        """Say whether nobody is to come or to stay any more."""
        return self.status in _OVER or self.has_left(now)

    def has_left(self, at: datetime) -> bool:
        """Say whether the day of departure, on which bills are paid, was over at the house."""
        return at.astimezone(zone_named(self.timezone)).date() > self.departure


def _stay(arrival: date, departure: date, today: date) -> str:
    if today < arrival:
        return "future"
    return "in_house" if today < departure else "departed"


_BOOKING = {
    "id": "pk",
    "code": "code",
    "organization_id": "organization_id",
    "organization": "organization__slug",
    "property_id": "property_id",
    "property": "property__slug",
    "currency": "currency",
    "total": "total",
    "paid_elsewhere": "paid_elsewhere",
    "arrival": "arrival",
    "departure": "departure",
    "timezone": "property__timezone",
    "architecture": "organization__stripe_architecture",
    "status": "status",
    "guest_id": "guest_id",
}


def bookings(ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, Booking]:
    """
    Return these bookings by id.

    :param lock: hold their rows until the transaction ends, in the order of their ids.
    """
    if not ids:
        return {}
    rows = reservations().filter(pk__in=ids).order_by()
    if lock:
        rows = rows.select_for_update(of=("self",)).order_by("pk")
    return _as_bookings(rows)


def _as_bookings(rows: QuerySet[Any]) -> dict[UUID, Booking]:
    found = rows.values_list(*_BOOKING.values(), *MONEY_FIELDS)
    names, width = (*_BOOKING, "money"), len(_BOOKING)
    return {
        row[0]: Booking(**dict(zip(names, (*row[:width], row[width:]), strict=True)))
        for row in found
    }


def bookings_of_guest(guest_id: UUID) -> QuerySet[Any]:
    """Return the ids of all bookings of a guest, to look among them."""
    rows: QuerySet[Any] = reservations().filter(guest=guest_id).order_by()
    return rows.values_list("pk", flat=True)


def with_code(code: str, organization: str | None = None) -> list[Booking]:
    """Return the bookings with this code; one in each organization at the most."""
    rows = reservations().filter(code=code)
    if organization is not None:
        rows = rows.filter(organization__slug=organization)
    return list(_as_bookings(rows).values())


def visible_booking(user: Any, organization_id: UUID, code: str) -> Booking | None:
    """Return the booking of a hotel group with exactly this code, if this person may see it."""
    rows = visible_reservations(user).filter(organization=organization_id, code=code)
    return next(iter(_as_bookings(rows).values()), None)


def named(hints: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], UUID]:
    """
    Return which booking each hint names: a reservation's id, or a code, in that organization alone.

    :param hints: pairs of an organization's id and a text.
    """
    texts = {text for _, text in hints}
    ids = {found for text in texts if (found := as_uuid(text))}
    if not texts:
        return {}
    rows = reservations().filter(Q(pk__in=ids) | Q(code__in=texts))
    rows = rows.filter(organization__in={organization for organization, _ in hints})
    by_id: dict[tuple[UUID, UUID], UUID] = {}
    by_code: dict[tuple[UUID, str], UUID] = {}
    for id, organization, code in rows.order_by().values_list("pk", "organization_id", "code"):
        by_id[organization, id] = id
        by_code[organization, code] = id
    found_ids = {}
    for organization, text in hints:
        uuid = as_uuid(text)
        found = (by_id.get((organization, uuid)) if uuid else None) or by_code.get(
            (organization, text)
        )
        if found:
            found_ids[organization, text] = found
    return found_ids


def meant_by(text: str, user: Any, most: int) -> list[UUID]:
    """Return the bookings that somebody may mean who typed this, a code or a name, latest first."""
    rows = visible_reservations(user)
    guests = rows.model._meta.get_field("guest").related_model._default_manager
    named = guests.filter(name__icontains=text).order_by()
    rows = rows.filter(Q(code__icontains=text) | Q(guest__in=named)).order_by("-arrival")
    return list(rows.values_list("pk", flat=True)[:most])


def erase_guest(id: UUID) -> None:
    """Let the hotel forget who a guest was, and what its admin wrote down of them."""
    model = reservations().model._meta.get_field("guest").related_model
    model._default_manager.select_for_update().get(pk=id).erase()
    kind = apps.get_model("contenttypes", "ContentType").objects.get_for_model(model)
    entries = apps.get_model("admin", "LogEntry").objects
    entries.filter(content_type=kind, object_id=str(id)).update(object_repr="", change_message="")


GUEST = "reservation__guest"  # what `caption` reads, for whoever loads it with many records


def caption(reservation: Any) -> str:
    """Return a booking as staff speak of it: its code and its guest."""
    return f"{reservation.code} · {reservation.guest.name}"


HOUSE = "reservation__property"  # what `brief` reads beside it


@dataclass(frozen=True, slots=True)
class Brief:
    """A booking as a desk names it."""

    id: UUID
    code: str
    guest: str
    house: str
    arrival: date
    departure: date

    @property
    def url(self) -> str:
        """The address of its page."""
        return booking_url(self.id)


def brief(row: Any) -> Brief | None:
    """Return the booking of a record, read with `GUEST` and `HOUSE`; None where it has none."""
    held = row.reservation
    if held is None:
        return None
    return Brief(
        held.pk, held.code, held.guest.name, held.property.name, held.arrival, held.departure
    )


def stay_of(row: Any, now: datetime) -> str:
    """Return where the stay of a record's booking stands; nothing where it has no booking."""
    if row.reservation is None:
        return ""
    today = now.astimezone(zone(row)).date()
    return _stay(row.reservation.arrival, row.reservation.departure, today)


def booking_url(id: UUID) -> str:
    """Return the address of a booking's page."""
    return reverse("booking", args=[id])


def lower_total(id: UUID, amount: int) -> int:
    """
    Take an amount off what a stay owes, in the caller's transaction, never below nothing.

    Its row is held until the transaction ends; the caller counts its money anew.

    :param amount: in minor units of the booking's currency.
    :return: what was taken off.
    """
    held = reservations().select_for_update(no_key=True).get(pk=id)
    lowered: int = max(0, min(amount, held.total))
    held.total -= lowered
    held.save(update_fields=["total"])
    return lowered


def raise_total(id: UUID, amount: int) -> None:
    """Put an amount back onto what a stay owes: what it was taken off for was refused."""
    reservations().filter(pk=id).update(total=F("total") + amount)


def write_money(figures: Iterable[tuple[Booking, Sequence[Any]]]) -> None:
    """
    Write what payments computed onto bookings that the caller has locked, where it differs.

    :param figures: for each booking the values of `MONEY_FIELDS`, amounts in minor units. A sum
        beyond any column is cut to the largest it can hold; `payment_state` still has it exactly.
    """
    changed = []
    for booking, values in figures:
        held = tuple(max(-LARGEST, min(v, LARGEST)) if isinstance(v, int) else v for v in values)
        if held != booking.money:
            changed.append(
                SimpleNamespace(id=booking.id, **dict(zip(MONEY_FIELDS, held, strict=True)))
            )
    bulk.update(reservations().model, MONEY_FIELDS, changed)
