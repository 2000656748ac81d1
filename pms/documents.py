"""
Hotels from a document: what `load_hotel` reads, and what it makes of it.

Loading twice is loading once. Amounts are integers in minor units.
"""

from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_slug
from django.db import connection, transaction
from django.db.models import Q

from organizations.models import Architecture, Membership, Organization, Property, Role
from payments import bulk, panels
from payments.money import EXPONENTS, LARGEST
from payments.operations.connect import accounts, architecture
from payments.reading import clean, identifier
from reservations.models import Guest, Reservation

ABSENT = object()
_UNREAD = (ValueError, TypeError, KeyError, OverflowError, OSError)  # a zone may be a folder's name


class Unreadable(Exception):
    """The document says something that cannot be; the text names the place and what is wrong."""


class Part:
    """One object of the document, with its place for the sentence when something is wrong."""

    def __init__(self, given: Any, place: str) -> None:
        if not isinstance(given, dict):
            raise Unreadable(f"{place} must be an object.")
        self.given, self.place = given, place

    def take(self, name: str, read: Callable[[Any], Any], default: Any = ABSENT) -> Any:
        """Return one value as `read` makes it; the default where it is absent or null."""
        value = self.given.get(name)
        if value is None:
            if default is ABSENT:
                raise Unreadable(f"{self.place}.{name} is missing.")
            return default
        try:
            return read(value)
        except (*_UNREAD, ValidationError) as error:
            raise Unreadable(f"{self.place}.{name}: {value!r} {_why(error)}") from error

    def each(self, name: str) -> list["Part"]:
        """Return the objects of a list; none where it is absent."""
        values = self.take(name, _list, [])
        return [Part(value, f"{self.place}.{name}[{n}]") for n, value in enumerate(values)]


def load(document: Any) -> dict[str, int]:
    """
    Create or update everything the document names; all of it or nothing.

    Returns how many organizations, properties, users and reservations it names.

    :raises Unreadable: it says something that cannot be.
    :raises payments.errors.Refused: an account belongs to somebody else.
    """
    counts = {"organizations": 0, "properties": 0, "users": 0, "reservations": 0}
    groups = Part(document, "document").each("organizations")
    with transaction.atomic():
        _hold(groups)
        for part in groups:
            organization = _organization(part)
            houses = {}
            for each in part.each("properties"):
                houses[each.take("slug", _slug)] = _property(each, organization)
            _connect(part, organization, houses)
            for each in part.each("users"):
                _user(each, organization, houses)
            booked = [
                _reservation(each, organization, houses) for each in part.each("reservations")
            ]
            panels.refresh_money([reservation.pk for reservation in booked])
            for key, found in (
                ("organizations", [part]),
                ("properties", houses),
                ("users", part.each("users")),
                ("reservations", booked),
            ):
                counts[key] += len(found)
    bulk.analyze()
    return counts


def _hold(groups: list[Part]) -> None:
    """Hold what a document names and is here, in the order of workers: accounts, then bookings."""
    moved = {p.take("slug", _slug) for p in groups if p.given.get("stripe_architecture")}
    accounts.hold(_accounts(groups) | accounts.of_organizations(moved))
    if not connection.features.has_select_for_update:  # the whole database is one lock
        return
    booked = [each for part in groups for each in part.each("reservations")]
    theirs = Organization.objects.filter(slug__in={part.take("slug", _slug) for part in groups})
    by_code = Q(organization__in=theirs, code__in={b.take("code", _up_to(64)) for b in booked})
    by_id = Q(pk__in={b.take("id", _uuid, None) for b in booked} - {None})
    rows = Reservation.objects.select_for_update(no_key=True).filter(by_code | by_id)
    list(rows.order_by("pk").values_list("pk"))


def _accounts(groups: list[Part]) -> set[str]:
    """Return every account that a document names."""
    parts = [each for part in groups for each in (part, *part.each("properties"))]
    return {id for each in parts if (id := each.take("stripe_account", _stripe_id, None))}


def _organization(part: Part) -> Organization:
    slug = part.take("slug", _slug)
    organization = _existing(Organization.objects.all(), part, slug=slug)
    organization.slug = slug
    organization.name = part.take("name", _text, slug)
    organization.currency = part.take("currency", _currency, organization.currency)
    organization.timezone = part.take("timezone", _zone, organization.timezone)
    organization.limits = part.take("limits", _limits, organization.limits)
    organization.submits_evidence = part.take(
        "submits_evidence", _flag, organization.submits_evidence
    )
    wanted = part.take("stripe_architecture", lambda v: Architecture(v).value, None)
    organization.save()
    if wanted and wanted != organization.stripe_architecture:
        architecture.move(organization=slug, to=wanted)
        organization.stripe_architecture = wanted
    customer = part.take("stripe_customer", _stripe_id, None)
    if customer:
        accounts.bill(
            customer=customer,
            livemode=part.take("livemode", _flag, False),
            organization_id=organization.pk,
        )
    return organization


def _property(part: Part, organization: Organization) -> Property:
    slug = part.take("slug", _slug)
    house = _existing(Property.objects.filter(organization=organization), part, slug=slug)
    house.organization = organization
    house.slug = slug
    house.name = part.take("name", _text, slug)
    house.timezone = part.take("timezone", _zone, organization.timezone)
    house.email = part.take("email", _email, house.email)
    house.save()
    return house


def _connect(part: Part, organization: Organization, houses: dict[str, Property]) -> None:
    """Connect the accounts; one that is named twice is, in the end, where it takes new money."""
    places: list[tuple[Part, UUID | None]] = [
        (each, houses[each.take("slug", _slug)].pk) for each in part.each("properties")
    ]
    own = 0 if organization.stripe_architecture == Architecture.PER_PROPERTY else len(places)
    places.insert(own, (part, None))
    for named, house in places:
        account = named.take("stripe_account", _stripe_id, None)
        if account:
            accounts.connect(
                stripe_id=account,
                livemode=part.take("livemode", _flag, False),
                organization_id=organization.pk,
                property_id=house,
            )


def _user(part: Part, organization: Organization, houses: dict[str, Property]) -> None:
    User = get_user_model()
    user, created = User.objects.get_or_create(username=part.take("username", _up_to(150)))
    password = part.take("password", _text, None)
    if password and not user.check_password(password):
        user.set_password(password)
    elif created:
        user.set_unusable_password()
    user.email = part.take("email", _email, user.email or _address_in(user.username))
    user.is_staff = True  # staff of the hotel: the admin shows each their own organization
    user.save()
    membership, _ = Membership.objects.update_or_create(
        user=user,
        organization=organization,
        defaults={"role": part.take("role", lambda v: Role(v).value)},
    )
    membership.properties.set(
        [_house(part, slug, houses) for slug in part.take("properties", _list, [])]
    )


def _reservation(
    part: Part, organization: Organization, houses: dict[str, Property]
) -> Reservation:
    code = part.take("code", _up_to(64))
    booking = _existing(Reservation.objects.filter(organization=organization), part, code=code)
    booking.organization = organization
    booking.code = code
    booking.property = _house(part, part.take("property", _text), houses)
    booking.guest = _guest(Part(part.given.get("guest"), f"{part.place}.guest"), booking)
    booking.arrival = part.take("arrival", date.fromisoformat)
    booking.departure = part.take("departure", date.fromisoformat)
    if booking.departure < booking.arrival:
        raise Unreadable(f"{part.place}.departure is before the arrival.")
    booking.currency = part.take("currency", _currency, organization.currency)
    booking.total = part.take("total", _amount)
    booking.paid_elsewhere = part.take("paid_elsewhere", _amount, 0)
    booking.room = part.take("room", _up_to(50), "")
    booking.rate_name = part.take("rate_name", _up_to(100), "")
    booking.cancellation_policy = part.take("cancellation_policy", _steps, [])
    booking.policy_accepted_at = part.take("policy_accepted_at", _time, None)
    booking.checked_in_at = part.take("checked_in_at", _time, None)
    booking.checked_out_at = part.take("checked_out_at", _time, None)
    said = part.take("status", lambda v: Reservation.Status(v).value, None)
    if said:
        booking.status = said
    elif booking.checked_out_at:
        booking.status = Reservation.Status.CHECKED_OUT
    elif booking.checked_in_at:
        booking.status = Reservation.Status.CHECKED_IN
    booking.save()
    return booking


def _guest(part: Part, booking: Reservation) -> Guest:
    guest = booking.guest if booking.guest_id else Guest(organization=booking.organization)
    guest.name = part.take("name", _text)
    guest.email = part.take("email", _email, "")
    guest.save()
    return guest


def _house(part: Part, slug: Any, houses: dict[str, Property]) -> Property:
    if not isinstance(slug, str) or slug not in houses:
        raise Unreadable(f"{part.place}: there is no property {slug!r} in this organization.")
    return houses[slug]


def _existing(rows: Any, part: Part, **natural: Any) -> Any:
    """Return the row with this id, or this natural key; a new one where there is neither."""
    id = part.take("id", _uuid, None)
    # Held, because what payments writes onto a row meanwhile would be saved over.
    named = rows.select_for_update(no_key=True).filter(**natural).first()
    if id is None:
        return named or rows.model()
    if named and named.pk != id:
        raise Unreadable(f"{part.place}.id: {id} is not the one that is here under that name.")
    found = rows.model._default_manager.select_for_update(no_key=True).filter(pk=id).first()
    if found and not rows.filter(pk=id).exists():
        raise Unreadable(f"{part.place}.id: {id} belongs to another organization.")
    return found or rows.model(pk=id)


# Single values -----------------------------------------------------------


def _text(value: Any, longest: int = 200) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise ValueError(f"is no text of 1 to {longest} characters.")
    return str(_holdable(value))


def _up_to(longest: int) -> Callable[[Any], str]:
    """Return a reader of texts that are no longer than their column."""
    return lambda value: _text(value, longest)


def _holdable(value: Any) -> Any:
    if clean(value) != value:
        raise ValueError("is what no database can hold.")
    return value


def _slug(value: Any) -> str:
    validate_slug(_text(value, 50))
    return str(value)


def _stripe_id(value: Any) -> str:
    if not identifier(value):
        raise ValueError("is no id of Stripe's.")
    return str(value)


def _uuid(value: Any) -> UUID:
    try:
        return UUID(_text(value))
    except ValueError as error:
        raise ValueError("is no UUID.") from error


def _email(value: Any) -> str:
    validate_email(_text(value))
    return str(value)


def _address_in(username: str) -> str:
    """Return the e-mail address that somebody logs in with, if it is one."""
    try:
        return _email(username)
    except ValidationError:
        return ""


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false.")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("is no list.")
    return value


def _steps(value: Any) -> list[Any]:
    panels.policy_steps(value)
    return list(value)


def _amount(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise ValueError("is no amount in minor units.")
    return value


def _limits(value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or not value.keys() <= {"charge", "refund"}:
        raise ValueError("is no object of a charge and a refund.")
    return {name: _amount(limit) for name, limit in value.items() if limit is not None}


def _currency(value: Any) -> str:
    if not isinstance(value, str) or value.lower() not in EXPONENTS:
        raise ValueError("is no currency.")
    return value.lower()


def _zone(value: Any) -> str:
    return ZoneInfo(_text(value)).key


def _time(value: Any) -> datetime:
    read = datetime.fromisoformat(value)
    if not MINYEAR < read.year < MAXYEAR:
        raise ValueError("is a time that not every clock can show.")
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


def _why(error: Exception) -> str:
    text = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    return text if text.startswith(("is ", "has ", "gives ")) else f"is not understood ({text})."
