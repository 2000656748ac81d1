"""What payments offers to any host: for its pages, its admin, and after it changed what a stay owes."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from payments.records import bookings


def refresh_money(reservations: Collection[UUID]) -> None:
    """Compute these bookings' figures anew, because the hotel changed what they owe."""
    with transaction.atomic():
        bookings.recompute(reservations)
