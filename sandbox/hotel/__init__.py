"""
The demo hotel: three organizations, their houses, their staff, and some seventy bookings.

    document(now)              what `load_hotel` reads; the same at any hour of a day, and with the
                               same ids on any day
    booking_for("hold")        the booking that shows a scenario: (organization slug, code)

Arrivals are counted from today, so that there are always guests in the house. For every scenario
of the sandbox there is a booking that shows it; one that moves a booking's money has it for itself.
The others are there so that lists look like a hotel's.
"""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.hotel import asagiri, fjellheim, harbour
from sandbox.hotel.book import POLICIES, Booking, House

HOUSES: list[House] = [harbour.HOUSE, asagiri.HOUSE, fjellheim.HOUSE]
ROLES = ["owner", "manager", "front_desk", "finance", "read_only"]
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://demo.example/hotels")


def document(now: datetime) -> dict[str, Any]:
    """Return the demo hotel as `load_hotel` reads it, with stays around this day."""
    return {"organizations": [organization(house, now) for house in HOUSES]}


def booking_for(scenario: str) -> tuple[str, str]:
    """
    Return the organization's slug and the code of the booking that shows a scenario.

    :raises LookupError: no booking shows it.
    """
    for house in HOUSES:
        if scenario in house.stories:
            return house.slug, house.stories[scenario]
    raise LookupError(f"No booking of the demo hotel shows {scenario}.")


def house_of(organization: object) -> House | None:
    """Return the house whose organization has this id; None if it is none of the demo hotel's."""
    return next((house for house in HOUSES if same_id(house.slug) == str(organization)), None)


def accounts() -> dict[str, tuple[str, str]]:
    """Return the demo hotel's Stripe accounts, each with a name and a currency."""
    found = {}
    for house in HOUSES:
        if house.account:
            found[house.account] = house.name, house.currency
        for name, account in house.properties.values():
            if account:
                found[account] = name, house.currency
    return found


def organization(house: House, now: datetime) -> dict[str, Any]:
    """A hotel group with everything that belongs to it."""
    return {
        "id": same_id(house.slug),
        "slug": house.slug,
        "name": house.name,
        "currency": house.currency,
        "timezone": house.timezone,
        "stripe_architecture": house.architecture,
        "stripe_account": house.account,
        "stripe_customer": house.customer,
        "livemode": False,
        "properties": [
            {
                "id": same_id(house.slug, slug),
                "slug": slug,
                "name": name,
                "timezone": house.timezone,
                "email": f"{slug}@{house.slug}.example",
                "stripe_account": account,
            }
            for slug, (name, account) in house.properties.items()
        ],
        "users": [staff(house, role) for role in ROLES],
        "reservations": [reservation(house, booking, now) for booking in house.bookings],
    }


def staff(house: House, role: str) -> dict[str, Any]:
    """A login for each role; the front desk sees the first house alone."""
    first = next(iter(house.properties))
    username = f"{house.slug}-{role.replace('_', '-')}"
    return {
        "username": username,
        "email": f"{username}@example.com",
        "password": f"{house.slug}-demo",
        "role": role,
        "properties": [first] if role == "front_desk" else [],
    }


def reservation(house: House, booking: Booking, now: datetime) -> dict[str, Any]:
    """A booking, with the days and hours that follow from today."""
    zone = ZoneInfo(house.timezone)
    today = now.astimezone(zone).date()
    arrival = today + timedelta(days=booking.arrives)
    departure = arrival + timedelta(days=booking.nights)
    number = int(booking.code.rpartition("-")[2])  # spreads hours and days, always the same way
    booked = min(arrival, today) - timedelta(days=10 + number * 7 % 50)

    def moment(day: date, hour: int) -> str:
        return datetime.combine(day, time(hour, number * 13 % 60), zone).isoformat()

    return {
        "id": same_id(house.slug, booking.code),
        "code": booking.code,
        "property": booking.property,
        "guest": {"name": booking.guest, "email": booking.email},
        "arrival": arrival.isoformat(),
        "departure": departure.isoformat(),
        "room": booking.room,
        "rate_name": booking.rate,
        "cancellation_policy": POLICIES[booking.rate],
        "policy_accepted_at": moment(booked, 8 + number % 12),
        "checked_in_at": moment(arrival, 15) if arrival < today else None,
        "checked_out_at": moment(departure, 10) if departure < today else None,
        "currency": house.currency,
        "total": booking.total,
        "paid_elsewhere": booking.paid_elsewhere,
    }


def same_id(*names: str) -> str:
    """Return the id that these names always have, so that loading again changes nothing."""
    return str(uuid.uuid5(NAMESPACE, "/".join(names)))
