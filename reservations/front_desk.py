"""What a front desk asks of its bookings: who comes, who is here, who owes."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.db.models import Q
from django.utils import timezone

from organizations.models import Property
from payments import panels
from reservations.models import Guest, Reservation, ReservationQuerySet

Status = Reservation.Status

PER_PAGE = 25
MOST_SUMMED = 2_000  # stays of one day; beyond, it is no front desk that asks
LATE = timedelta(days=3)  # how long somebody who has not come is still expected
COMING = 10  # who comes after today, as the opening names them

TABS = {
    "": "Today",
    "arriving": "Arriving",
    "in_house": "In house",
    "departed": "Departed",
    "all": "All",
}

ARRIVING_TODAY, LEAVING = "arriving_today", "leaving"  # the tiles lead there
STAYS = [*TABS.items(), (ARRIVING_TODAY, "Arriving today"), (LEAVING, "Leaving today")]

# Which bookings each word means, and in which order a front desk wants them.
_STAYS: dict[str, tuple[Q, list[str]]] = {
    "all": (Q(), ["-arrival", "code"]),
    "arriving": (Q(status=Status.CONFIRMED), ["arrival", "code"]),
    "in_house": (Q(status=Status.CHECKED_IN), ["departure", "code"]),
    "departed": (Q(status=Status.CHECKED_OUT), ["-arrival", "code"]),
    ARRIVING_TODAY: (Q(status=Status.CONFIRMED), ["guest__name", "code"]),
    LEAVING: (Q(status=Status.CHECKED_IN), ["guest__name", "code"]),
}

OWING, EXPIRING = "owing", "expiring"


class Filters(panels.Filters):
    """What the list is narrowed to. What makes no sense narrows nothing."""

    stay = forms.ChoiceField(choices=STAYS, required=False)
    payment = forms.ChoiceField(
        choices=[
            ("", "Any payment status"),
            (OWING, "Money is due"),
            (EXPIRING, "Hold runs out soon"),
            *panels.payment_statuses(),
        ],
        required=False,
    )
    q = forms.CharField(max_length=200, required=False)

    @property
    def listed(self) -> str:
        """Which stays: one of `STAYS`; a guest and a hold are looked for among all."""
        among_all = self.given("q") or self.given("payment") == EXPIRING
        return self.given("stay") or ("all" if among_all else "")

    def of_payment(self, rows: ReservationQuerySet) -> ReservationQuerySet:
        """Return the bookings whose money stands as was asked for."""
        payment = self.given("payment")
        if payment == OWING:
            return rows.with_owed().filter(owed__gt=0)
        if payment == EXPIRING:
            return rows.filter(pk__in=panels.holds_running_out())
        return rows.filter(payment_status=payment) if payment else rows

    def fits(self, booking: Reservation) -> bool:
        """Say whether a booking's money stands as was asked for."""
        payment = self.given("payment")
        if payment == OWING:
            return booking.balance > 0
        return not payment or booking.payment_status == payment

    def narrow(self, rows: ReservationQuerySet, houses: list[Property]) -> ReservationQuerySet:
        """
        Return the bookings that were asked for, in the order that fits.

        :param houses: whose bookings the rows are.
        """
        among, order = _STAYS[self.listed]
        if self.listed == ARRIVING_TODAY:
            among &= _on_the_day(houses, "arrival")
        if self.listed == LEAVING:
            among &= _on_the_day(houses, "departure__lte")
        # The database has the bookings of one organization in order.
        organizations = {house.organization_id for house in houses}
        rows = rows.filter(among, organization__in=organizations).order_by(*order)
        rows, text = self.of_payment(rows), self.given("q")
        if text:
            # SQLite ignores case in plain Latin letters alone, so names are tried as written, too.
            named = Q(name__icontains=text) | Q(name__icontains=text.title())
            guests = Guest.objects.filter(named, organization__in=organizations).order_by()
            rows = rows.filter(Q(code__icontains=text) | Q(guest__in=guests))
        return rows


@dataclass
class Tally:
    """These bookings, so many of which owe so much."""

    rows: list[Reservation] = field(default_factory=list)
    owing: int = 0
    owed: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.rows)

    def add(self, booking: Reservation) -> None:
        """Count one booking."""
        self.rows.append(booking)
        if booking.balance > 0:
            self.owing += 1
            self.owed[booking.currency] += booking.balance


@dataclass
class Today:
    """The day's guests: who should have come, who comes, who is here, who leaves of them."""

    late: Tally = field(default_factory=Tally)
    arriving: Tally = field(default_factory=Tally)
    in_house: Tally = field(default_factory=Tally)
    leaving: Tally = field(default_factory=Tally)


def houses(user: Any) -> list[Property]:
    """Return the houses that this person may see."""
    return list(Property.objects.visible_to(user).only("name", "timezone", "organization"))


def today(houses: list[Property]) -> Today:
    """Return who comes, is here and leaves today, by the clocks of each house."""
    tallies = Today()
    for day, there in _by_day(houses).items():
        rows = Reservation.objects.filter(
            Q(status=Status.CONFIRMED, arrival__gte=day - LATE, arrival__lte=day)
            | Q(status=Status.CHECKED_IN),
            organization__in={house.organization_id for house in there},
            property__in=there,
        )
        for booking in rows.select_related("guest", "property")[:MOST_SUMMED]:
            if booking.status == Status.CONFIRMED:
                (tallies.late if booking.arrival < day else tallies.arriving).add(booking)
                continue
            tallies.in_house.add(booking)
            if booking.departure <= day:
                tallies.leaving.add(booking)
    return tallies


def _by_day(houses: list[Property]) -> dict[date, list[Property]]:
    """Return the houses at which it is the same day, by that day."""
    days: dict[date, list[Property]] = defaultdict(list)
    for house in houses:
        days[day_at(house)].append(house)
    return days


@dataclass(frozen=True)
class Part:
    """
    A part of the opening: bookings that want the same of a front desk.

    :param stay: where all of them are listed.
    :param more: how many of them are left out here.
    """

    title: str
    stay: str
    rows: list[Reservation]
    more: int = 0


def opening(day: Today, coming: ReservationQuerySet, filters: Filters) -> list[Part]:
    """Return what the list opens on: the day's work, what owes first, then who comes next."""
    leaving = {booking.pk for booking in day.leaving.rows}
    staying = [booking for booking in day.in_house.rows if booking.pk not in leaving]
    parts = [
        _part("Expected before today", "arriving", day.late.rows, filters),
        _part("Leaving today", "in_house", day.leaving.rows, filters),
        _part("Arriving today", "arriving", day.arriving.rows, filters),
        _part("In house", "in_house", staying, filters),
        Part("Coming next", "arriving", list(filters.of_payment(coming)[:COMING])),
    ]
    return [part for part in parts if part.rows]


def coming(rows: ReservationQuerySet, houses: list[Property]) -> ReservationQuerySet:
    """Return who of these arrives after today, the next first."""
    later = _on_the_day(houses, "arrival__gt")
    organizations = {house.organization_id for house in houses}
    rows = rows.filter(later, status=Status.CONFIRMED, organization__in=organizations)
    return rows.order_by("arrival", "code")


def _on_the_day(houses: list[Property], lookup: str) -> Q:
    """Return the bookings of which this holds for today, as it is at each house."""
    found = Q(pk__in=[])
    for day, there in _by_day(houses).items():
        found |= Q((lookup, day), property__in=there)
    return found


def _part(title: str, stay: str, rows: list[Reservation], filters: Filters) -> Part:
    fitting = sorted(
        (booking for booking in rows if filters.fits(booking)),
        key=lambda booking: (booking.balance <= 0, booking.guest.name.casefold(), booking.code),
    )
    return Part(title, stay, fitting[:PER_PAGE], max(0, len(fitting) - PER_PAGE))


def day_at(house: Property) -> date:
    """Return which day it is at a house."""
    try:
        return timezone.localdate(timezone=ZoneInfo(house.timezone))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # such as Europe, a folder of them
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
