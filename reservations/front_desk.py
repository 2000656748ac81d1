"""What a front desk asks of its bookings: who comes, who is here, who owes."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.db.models import Q
from django.utils import timezone

from organizations.models import Property
from payments import panels
from reservations.models import Guest, Reservation, ReservationQuerySet

Status = Reservation.Status

PER_PAGE = 25
LAST_PAGE = 10_000  # nobody leafs that far
MOST_SUMMED = 2_000  # stays of one day; beyond, it is no front desk that asks

STAYS = {"": "All", "arriving": "Arriving", "in_house": "In house", "departed": "Departed"}

# Which bookings each word means, and in which order a front desk wants them.
_STAYS: dict[str, tuple[Q, list[str]]] = {
    "": (Q(), ["-arrival", "code"]),
    "arriving": (Q(status=Status.CONFIRMED), ["arrival", "code"]),
    "in_house": (Q(status=Status.CHECKED_IN), ["departure", "code"]),
    "departed": (Q(status=Status.CHECKED_OUT), ["-arrival", "code"]),
}

OWING = "owing"


class Filters(forms.Form):
    """What the list is narrowed to. What makes no sense narrows nothing."""

    stay = forms.ChoiceField(choices=list(STAYS.items()), required=False)
    payment = forms.ChoiceField(
        choices=[
            ("", "Any payment status"),
            (OWING, "Money is due"),
            *panels.payment_statuses(),
        ],
        required=False,
    )
    q = forms.CharField(max_length=200, required=False)
    page = forms.IntegerField(min_value=1, max_value=LAST_PAGE, required=False)

    def given(self, name: str) -> Any:
        """Return what was asked for, if it makes sense."""
        self.is_valid()
        return self.cleaned_data.get(name) or ""

    def narrow(
        self, rows: ReservationQuerySet, organizations: Collection[UUID]
    ) -> ReservationQuerySet:
        """
        Return the bookings that were asked for, in the order that fits.

        :param organizations: whose bookings the rows are; the database has those of one in order.
        """
        among, order = _STAYS[self.given("stay")]
        rows = rows.filter(among, organization__in=organizations).order_by(*order)
        payment, text = self.given("payment"), self.given("q")
        if payment == OWING:
            rows = rows.with_owed().filter(owed__gt=0)
        elif payment:
            rows = rows.filter(payment_status=payment)
        if text:
            # SQLite ignores case in plain Latin letters alone, so names are tried as written, too.
            named = Q(name__icontains=text) | Q(name__icontains=text.title())
            guests = Guest.objects.filter(named, organization__in=organizations).order_by()
            rows = rows.filter(Q(code__icontains=text) | Q(guest__in=guests))
        return rows


@dataclass(frozen=True)
class Page:
    """A page of bookings. Nobody counts them all: the next page is there, or not."""

    rows: list[Any]
    number: int
    has_next: bool

    @property
    def previous(self) -> int:
        """The page before; 0 before the first."""
        return self.number - 1

    @property
    def next(self) -> int:
        """The page after; 0 after the last."""
        return self.number + 1 if self.has_next else 0

    @classmethod
    def of(cls, rows: ReservationQuerySet, number: int) -> "Page":
        """Read one page, and whether there is one more row."""
        start = (number - 1) * PER_PAGE
        found = list(rows[start : start + PER_PAGE + 1])
        return cls(found[:PER_PAGE], number, len(found) > PER_PAGE)


@dataclass
class Tally:
    """So many bookings, so many of which owe so much."""

    count: int = 0
    owing: int = 0
    owed: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, booking: Reservation) -> None:
        """Count one booking."""
        self.count += 1
        if booking.balance > 0:
            self.owing += 1
            self.owed[booking.currency] += booking.balance


@dataclass
class Today:
    """The day's guests: who comes, who is here, who leaves."""

    arriving: Tally = field(default_factory=Tally)
    in_house: Tally = field(default_factory=Tally)
    leaving: Tally = field(default_factory=Tally)


def houses(user: Any) -> list[Property]:
    """Return the houses that this person may see."""
    return list(Property.objects.visible_to(user).only("name", "timezone", "organization"))


def today(houses: list[Property]) -> Today:
    """Return who comes, is here and leaves today, by the clocks of each house."""
    days: dict[date, list[Property]] = defaultdict(list)
    for house in houses:
        days[day_at(house)].append(house)
    tallies = Today()
    for day, there in days.items():
        rows = Reservation.objects.filter(
            Q(status=Status.CONFIRMED, arrival=day) | Q(status=Status.CHECKED_IN),
            organization__in={house.organization_id for house in there},
            property__in=there,
        )
        for booking in rows[:MOST_SUMMED]:
            if booking.status == Status.CONFIRMED:
                tallies.arriving.add(booking)
                continue
            tallies.in_house.add(booking)
            if booking.departure <= day:
                tallies.leaving.add(booking)
    return tallies


def day_at(house: Property) -> date:
    """Return which day it is at a house."""
    try:
        return timezone.localdate(timezone=ZoneInfo(house.timezone))
    except (ZoneInfoNotFoundError, ValueError):
        return timezone.localdate()


def stay_words(booking: Reservation, day: date) -> tuple[str, str]:
    """Return where a stay stands, and how soon it matters: now, soon, later, past."""
    if booking.status == Status.CONFIRMED:
        if booking.arrival < day:
            return "Expected since " + _short(booking.arrival), "now"
        return _when("Arrives", booking.arrival, day)
    if booking.status == Status.CHECKED_IN:
        if booking.departure < day:
            return "Overstaying since " + _short(booking.departure), "now"
        return _when("In house, leaves", booking.departure, day)
    return booking.get_status_display(), "past"


def _when(words: str, date: date, day: date) -> tuple[str, str]:
    away = (date - day).days
    if away == 0:
        return f"{words} today", "now"
    if away == 1:
        return f"{words} tomorrow", "soon"
    if away < 7:
        return f"{words} on {date:%A}", "soon"
    return f"{words} in {away} days", "later"


def _short(date: date) -> str:
    return f"{date.day} {date:%b}"
