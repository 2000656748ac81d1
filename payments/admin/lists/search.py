"""
Finding the rows that somebody means who typed something, quick among millions.

What may be meant is looked up apart, its newest first and no more than anybody leafs through: which
bookings, which attempts; then the keys of the rows that are of these. Asked for all of it at once,
and in the order of the list, PostgreSQL would walk through the whole table.
"""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from payments import hotel
from payments.models import Charge
from payments.reading import identifier

NOTHING = Q(pk__in=[])
_MOST = 300  # bookings, attempts or guests that are looked through
_MOST_ROWS = 2_000  # that are listed


class Typed:
    """What somebody typed into the search box of a list."""

    def __init__(self, text: str, user: Any) -> None:
        self.text = text
        self.user = user

    @property
    def by_id(self) -> Q:
        """The row with that Stripe id, if it may be one."""
        return Q(stripe_id=self.text) if identifier(self.text) else NOTHING

    @property
    def is_id(self) -> bool:
        """Whether it is an id of Stripe's, to look up exactly; not a guest or a booking."""
        return "_" in self.text

    @cached_property
    def of_bookings(self) -> Q:
        """What is of the bookings that may be meant: by their code, or by their guest's name."""
        return Q(reservation__in=hotel.meant_by(self.text, self.user, _MOST))

    def attempts(self, column: str) -> list[UUID]:
        """Return a column of the attempts that may be meant: by their id, or by their card."""
        if self.is_id:
            return self.newest(Charge.objects.filter(self.by_id), column)
        if len(self.text) == 4 and self.text.isdecimal():
            return self.newest(Charge.objects.filter(last4=self.text), column)
        return []

    def newest(self, rows: QuerySet[Any], column: str = "pk") -> list[UUID]:
        """Return a column, of UUIDs, of the newest of these rows that this person may see."""
        rows = hotel.visible_to(self.user, rows).order_by("-id")
        return [found for found in rows.values_list(column, flat=True)[:_MOST] if found]


def among(rows: QuerySet[Any], meant: Q) -> QuerySet[Any]:
    """Return the rows among these that are meant."""
    keys = rows.filter(meant).order_by().values_list("pk", flat=True)[:_MOST_ROWS]
    return rows.filter(pk__in=list(keys))
