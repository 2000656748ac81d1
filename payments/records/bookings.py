"""Bookings and their folios: read, and written anew from their transactions."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from payments import hotel
from payments.folio import Entry, Folio, entries
from payments.hotel import Booking
from payments.models import Payment
from payments.records import loading


def folios(bookings: Iterable[Booking]) -> list[Folio]:
    """Return the folio of each booking, as the database has it."""
    found = {booking.id: booking for booking in bookings}
    grouped = _grouped(entries_of(Payment.objects.filter(reservation__in=found).order_by()))
    return [Folio(booking, grouped[id]) for id, booking in found.items()]


def entries_of(payments: Iterable[Payment]) -> list[Entry]:
    """
    Return these payments, in their order, with all that belongs to them, as the database has it.

    It is read by their ids and in no order. Before PostgreSQL has statistics, it takes
    `payment_transactions` for empty: joined with itself, it would cost the square of its rows; in
    the order of its keys, all of them.
    """
    listed = list(payments)
    ids = [payment.pk for payment in listed]
    if not ids:
        return []
    return entries(listed, dict(loading.belonging(ids)))


def of(all_entries: Iterable[Entry], bookings: Iterable[Booking]) -> list[Folio]:
    """Return the folio of each booking from entries that are loaded already."""
    grouped = _grouped(all_entries)
    return [Folio(booking, grouped[booking.id]) for booking in bookings]


def write(written: Iterable[Folio]) -> None:
    """Write the figures of these folios onto their bookings, which the caller has locked."""
    hotel.write_money((folio.booking, _columns(folio)) for folio in written)


def recompute(ids: Collection[UUID]) -> None:
    """Compute these bookings' money anew, in the caller's transaction."""
    write(folios(hotel.bookings(ids, lock=True).values()))


def _columns(folio: Folio) -> list[Any]:
    """Return the values of `hotel.MONEY_FIELDS`, in their order."""
    figures = folio.figures
    return [
        figures.payment_status,
        figures.paid,
        figures.extras,
        figures.refunded,
        figures.authorized,
        figures.disputed,
        figures.lost,
        folio.latest_payment,
    ]


def _grouped(all_entries: Iterable[Entry]) -> dict[UUID | None, list[Entry]]:
    grouped: dict[UUID | None, list[Entry]] = defaultdict(list)
    for entry in all_entries:
        grouped[entry.payment.reservation_id].append(entry)
    return grouped
