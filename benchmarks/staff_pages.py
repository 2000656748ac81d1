"""Inside the system: a platform with years of bookings, and people who open its pages."""

from collections.abc import Iterator
from typing import Any

from benchmarks import admin_pages
from reservations.models import Reservation

ADDRESSES = {
    "bookings": "/bookings/",
    "bookings, all": "/bookings/?stay=all",
    "bookings, page 100": "/bookings/?stay=all&page=100",
    "bookings, a guest": "/bookings/?q=number+77",
    "bookings, a code": "/bookings/?q=PAST-12345",
    "bookings, owing": "/bookings/?stay=all&payment=owing",
    "alerts": "/alerts/",
    "alerts, closed": "/alerts/?standing=closed",
    "disputes": "/desks/disputes/",
    "disputes, over": "/desks/disputes/?standing=over",
    "fraud warnings": "/desks/warnings/",
    "fraud warnings, over": "/desks/warnings/?standing=over",
    "holds": "/desks/holds/",
    "unmatched money": "/bookings/unmatched/",
    "analytics": "/analytics/",
    "analytics, by property": "/analytics/?by=property",
}


def look_at_pages(requests: int) -> list[dict[str, Any]]:
    """Open every page of staff as each reader; return how long they took."""
    return admin_pages.opened(_pages(), requests)


def _pages() -> Iterator[tuple[str, str, int]]:
    rows = Reservation.objects.count()
    for name, address in ADDRESSES.items():
        yield name, address, rows
    for name, code in (("one booking", "PAST-5000"), ("an old booking", "PAST-7")):
        booking = Reservation.objects.filter(code=code).first()
        if booking is not None:
            yield name, f"/bookings/{booking.pk}/", rows
