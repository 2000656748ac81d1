"""How a demo hotel is written down: a line a booking."""

from dataclasses import dataclass

# What a guest gets back who cancels so many days before arrival: the first step that fits.
POLICIES = {
    "Flexible": [
        {"days_before": 1, "refund_percent": 100},
        {"days_before": 0, "refund_percent": 0},
    ],
    "Standard": [
        {"days_before": 14, "refund_percent": 100},
        {"days_before": 3, "refund_percent": 50},
        {"days_before": 0, "refund_percent": 0},
    ],
    "Non-refundable": [{"days_before": 0, "refund_percent": 0}],
}


@dataclass(frozen=True)
class Booking:
    """One stay; amounts in minor units."""

    code: str
    property: str
    arrives: int  # days from today; below zero, it was days ago
    nights: int
    room: str
    rate: str
    total: int
    paid_elsewhere: int
    email: str
    guest: str


@dataclass(frozen=True)
class House:
    """A hotel group, its bookings, and which of them shows which scenario."""

    slug: str
    name: str
    currency: str
    timezone: str
    architecture: str
    account: str | None
    customer: str
    properties: dict[str, tuple[str, str | None]]  # by slug: name, Stripe account of its own
    bookings: list[Booking]
    stories: dict[str, str]  # scenario: code


def read(table: str) -> list[Booking]:
    """Read bookings from lines of words; the guest's name comes last and may be many words."""
    return [booking(line) for line in table.strip().splitlines()]


def booking(line: str) -> Booking:
    """Read one booking."""
    code, house, arrives, nights, room, rate, total, elsewhere, email, guest = line.split(None, 9)
    return Booking(
        code=code,
        property=house,
        arrives=int(arrives),
        nights=int(nights),
        room=room,
        rate=rate,
        total=int(total),
        paid_elsewhere=int(elsewhere),
        email=email if "@" in email else f"{email}@example.com",
        guest=guest,
    )
