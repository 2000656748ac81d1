"""
The one door to the rest of the hotel: its bookings, its houses, and who may see what.

Only this module knows the fields of the models that settings name as `PAYMENTS_ORGANIZATION_MODEL`,
`PAYMENTS_PROPERTY_MODEL` and `PAYMENTS_RESERVATION_MODEL`. Another hotel system plugs in here.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.apps import apps
from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from payments import bulk
from payments.money import LARGEST


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
    money: tuple[Any, ...] = ()  # what is written in MONEY_FIELDS now

    def stay(self, now: datetime) -> str:
        """Return where the stay stands today at the house: `future`, `in_house` or `departed`."""
        return _stay(self.arrival, self.departure, now.astimezone(zone_named(self.timezone)).date())


def _stay(arrival: date, departure: date, today: date) -> str:
    if today < arrival:
        return "future"
    return "in_house" if today < departure else "departed"


MONEY_FIELDS = (
    "payment_status",
    "paid_amount",
    "extras_amount",
    "refunded_amount",
    "authorized_amount",
    "disputed_amount",
    "lost_amount",
    "stripe_payment_intent_id",
)

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
}


def organizations() -> Any:
    """Return the manager of the hotel groups."""
    return apps.get_model(settings.PAYMENTS_ORGANIZATION_MODEL)._default_manager


def properties() -> Any:
    """Return the manager of the houses."""
    return apps.get_model(settings.PAYMENTS_PROPERTY_MODEL)._default_manager


def reservations() -> Any:
    """Return the manager of the bookings."""
    return apps.get_model(settings.PAYMENTS_RESERVATION_MODEL)._default_manager


# Bookings ----------------------------------------------------------------


def bookings(ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, Booking]:
    """
    Return these bookings by id.

    :param lock: hold their rows until the transaction ends, in the order of their ids.
    """
    if not ids:
        return {}
    rows = reservations().filter(pk__in=ids)
    if lock:
        # Evaluated apart from the joins below, so that only bookings are locked.
        list(rows.select_for_update().order_by("pk").values_list("pk"))
    return _as_bookings(rows)


def _as_bookings(rows: QuerySet[Any]) -> dict[UUID, Booking]:
    found = rows.order_by().values_list(*_BOOKING.values(), *MONEY_FIELDS)
    names, width = (*_BOOKING, "money"), len(_BOOKING)
    return {
        row[0]: Booking(**dict(zip(names, (*row[:width], row[width:]), strict=True)))
        for row in found
    }


def with_code(code: str, organization: str | None = None) -> list[Booking]:
    """Return the bookings with this code; one in each organization at the most."""
    rows = reservations().filter(code=code)
    if organization is not None:
        rows = rows.filter(organization__slug=organization)
    return list(_as_bookings(rows).values())


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


def meant_by(text: str) -> QuerySet[Any]:
    """Return the bookings that somebody may mean who typed this: a code, or a guest's name."""
    meant = Q(code__icontains=text) | Q(guest__name__icontains=text)
    rows: QuerySet[Any] = reservations().filter(meant)
    return rows


GUEST = "reservation__guest"  # what `caption` reads, for whoever loads it with many records


def caption(reservation: Any) -> str:
    """Return a booking as staff speak of it: its code and its guest."""
    return f"{reservation.code} · {reservation.guest.name}"


def stay_of(row: Any, now: datetime) -> str:
    """Return where the stay of a record's booking stands; nothing where it has no booking."""
    if row.reservation is None:
        return ""
    today = now.astimezone(zone(row)).date()
    return _stay(row.reservation.arrival, row.reservation.departure, today)


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


# Whose is it -------------------------------------------------------------


def organization_of_reservations(ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return which organization each of these bookings belongs to."""
    return _owners(reservations(), ids)


def organization_of_properties(ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return which organization each of these houses belongs to."""
    return _owners(properties(), ids)


def _owners(rows: Any, ids: Collection[UUID]) -> dict[UUID, UUID]:
    if not ids:
        return {}
    return dict(rows.filter(pk__in=ids).order_by().values_list("pk", "organization_id"))


def organizations_named(texts: Collection[str]) -> dict[str, UUID]:
    """Return the organizations that these texts name, by id or by slug."""
    if not texts:
        return {}
    ids = {text: found for text in texts if (found := as_uuid(text))}
    rows = organizations().filter(Q(pk__in=ids.values()) | Q(slug__in=texts)).order_by()
    known = list(rows.values_list("pk", "slug"))
    pks, slugs = {pk for pk, _ in known}, {slug: pk for pk, slug in known}
    named = {text: slugs[text] for text in texts if text in slugs}
    return named | {text: id for text, id in ids.items() if id in pks}


def as_uuid(text: str) -> UUID | None:
    """Return the UUID that a text spells out; None where it is none."""
    if len(text) not in (32, 36):
        return None
    try:
        return UUID(text)
    except ValueError:
        return None


# Stripe's columns --------------------------------------------------------

CENTRALIZED, PER_PROPERTY = "centralized", "per_property"


def write_account(
    organization_id: UUID,
    property_id: UUID | None,
    *,
    stripe_id: str,
    onboarding_complete: bool,
    charges_enabled: bool,
    replaces: bool = False,
) -> None:
    """
    Write what the rest of the hotel reads about the account of an organization or a house.

    Nothing where the organization keeps its accounts the other way: its own, or its houses'.

    :param replaces: it takes the place of another account; else that one's columns stay.
    """
    rows = (
        properties().filter(pk=property_id, organization__stripe_architecture=PER_PROPERTY)
        if property_id
        else organizations().filter(pk=organization_id, stripe_architecture=CENTRALIZED)
    )
    if not replaces:
        rows = rows.filter(stripe_account_id__in=("", stripe_id))
    rows.update(
        stripe_account_id=stripe_id,
        stripe_onboarding_complete=onboarding_complete,
        stripe_charges_enabled=charges_enabled,
    )


def organization_with_slug(slug: str) -> Any:
    """Return the organization with this slug, locked; None where there is none."""
    return organizations().select_for_update().filter(slug=slug).first()


@dataclass(frozen=True, slots=True)
class House:
    """A house, and whose Stripe account takes new money for it."""

    property_id: UUID
    organization_id: UUID
    name: str
    architecture: str


def houses(user: Any, organization_ids: Collection[UUID]) -> list[House]:
    """Return the houses of these organizations that this person may see."""
    rows = properties().visible_to(user).filter(organization__in=organization_ids).order_by("name")
    columns = ("pk", "organization_id", "name", "organization__stripe_architecture")
    return [House(*row) for row in rows.values_list(*columns)]


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


def arriving(
    user: Any, houses: Collection[UUID], first: date, last: date, limit: int
) -> list[Arrival]:
    """Return the bookings of these houses that this person may see and that begin in these days."""
    if not houses:
        return []
    rows = visible_reservations(user).filter(
        property__in=houses, status="confirmed", arrival__gte=first, arrival__lte=last
    )
    columns = [_ARRIVAL.get(name, name) for name in Arrival.__dataclass_fields__]
    found = rows.with_owed().order_by("arrival", "code").values_list(*columns)[:limit]
    return [Arrival(*row) for row in found]


@dataclass(frozen=True, slots=True)
class Group:
    """A hotel group, and by whose clocks its days begin."""

    id: UUID
    name: str
    timezone: str


def groups(user: Any, limit: int) -> list[Group]:
    """Return the hotel groups that this person may see."""
    rows = organizations().visible_to(user).order_by("name")
    return [Group(*row) for row in rows.values_list("pk", "name", "timezone")[:limit]]


def houses_of(organization_id: UUID) -> dict[str, UUID]:
    """Return the houses of an organization by their slugs."""
    rows = properties().filter(organization=organization_id).order_by("slug")
    return dict(rows.values_list("slug", "pk"))


def set_architecture(organization_id: UUID, to: str) -> None:
    """Say whose accounts take new money, and empty the columns of those that no longer do."""
    empty = {
        "stripe_account_id": "",
        "stripe_onboarding_complete": False,
        "stripe_charges_enabled": False,
    }
    organizations().filter(pk=organization_id).update(stripe_architecture=to)
    if to == PER_PROPERTY:
        organizations().filter(pk=organization_id).update(**empty)
    else:
        properties().filter(organization=organization_id).update(**empty)


# Its clocks --------------------------------------------------------------


def zone(row: Any) -> ZoneInfo:
    """
    Return the time zone of the house that a record belongs to; of no house, its organization's.

    A record of nobody keeps universal time.
    """
    place = getattr(row, "property", None) or row.organization
    return zone_named(place.timezone if place else "UTC")


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone of this name; universal time where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


# Whom it writes to -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stay:
    """A booking as a mail speaks of it; what is owed in minor units of `currency`."""

    id: UUID
    code: str
    guest: str
    email: str
    house: str
    arrival: date
    departure: date
    currency: str
    owed: int


_STAY = {"id": "pk", "guest": "guest__name", "email": "guest__email", "house": "property__name"}


def stay(reservation_id: UUID) -> Stay | None:
    """Return a booking with its guest and its house, as they are now."""
    fields = [_STAY.get(name, name) for name in Stay.__dataclass_fields__]
    found = reservations().filter(pk=reservation_id).with_owed().values_list(*fields).first()
    return Stay(*found) if found else None


def place(row: Any) -> str:
    """Return the name of the house that a record belongs to; of no house, its organization's."""
    return str((getattr(row, "property", None) or row.organization).name)


def organization_name(row: Any) -> str:
    """Return the name of the organization that a record belongs to."""
    return str(row.organization.name)


_MANAGE = ("owner", "manager", "finance")


def managers(organization_id: UUID, property_id: UUID | None) -> list[str]:
    """
    Return the addresses of whoever looks after money there: owners, managers and finance.

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
    found = rows.order_by().values_list("memberships__user__email", flat=True)
    return list({address.casefold(): address for address in sorted(found) if address}.values())


def arrivals_at_risk(
    organization_id: UUID, property_id: UUID | None, first: date, last: date
) -> int:
    """
    Return how many bookings arrive in these days and still owe something.

    :param property_id: at this house; None where it is about the organization's own account, and
        then houses with an account of their own are left out.
    """
    rows = reservations().filter(
        organization=organization_id, arrival__gte=first, arrival__lte=last
    )
    rows = rows.filter(
        **({"property": property_id} if property_id else {"property__stripe_account_id": ""})
    )
    return int(rows.with_owed().filter(owed__gt=0).count())


# Who may see what --------------------------------------------------------


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


def whole_organizations(user: Any) -> list[UUID]:
    """Return the organizations all of whose houses this person may see, as a member."""
    rows = organizations().filter(memberships__user=user.pk, memberships__properties=None)
    return list(rows.order_by().values_list("pk", flat=True))


def single_houses(user: Any) -> list[UUID]:
    """Return the houses that this person may see of organizations that they see in part."""
    rows = properties().filter(memberships__user=user.pk).order_by()
    return list(rows.values_list("pk", flat=True))


def roles(user: Any) -> dict[UUID, str]:
    """Return what this person does at each organization they work for."""
    rows = organizations().filter(memberships__user=user.pk).order_by()
    return dict(rows.values_list("pk", "memberships__role"))


def visible_reservations(user: Any) -> Any:
    """Return the bookings that this person may see."""
    return reservations().visible_to(user)


def may_change(user: Any, organization_ids: Collection[UUID]) -> set[UUID]:
    """Return in which of these organizations this person may change something, not only look."""
    if user.is_superuser:
        return set(organization_ids)
    rows = organizations().filter(
        pk__in=organization_ids, memberships__user=user, memberships__role__in=_CHANGE
    )
    return set(rows.order_by().values_list("pk", flat=True))


def may_change_anywhere(user: Any) -> bool:
    """Say whether this person may change something at any organization."""
    rows = organizations().filter(memberships__user=user.pk, memberships__role__in=_CHANGE)
    return bool(user.is_superuser or rows.exists())


_CHANGE = ("owner", "manager", "front_desk", "finance")  # all roles but read_only


# Money that names no booking ---------------------------------------------


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


def booking_url(id: UUID) -> str:
    """Return the address of a booking's page."""
    return reverse("booking", args=[id])


def _as_candidates(rows: QuerySet[Any]) -> list[Candidate]:
    names = {"id": "pk", "guest": "guest__name", "house": "property__name"}
    fields = [names.get(name, name) for name in Candidate.__dataclass_fields__]
    return [Candidate(*row) for row in rows.values_list(*fields)]
