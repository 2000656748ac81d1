"""All figures of some days beside each other, currency by currency, and of as many days before."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from payments.analytics import figures
from payments.analytics.figures import DAYS, Row

# From what share of disputes on a card network puts a hotel under its supervision; each counts
# calendar months, and only from so many disputes a month on. Visa counts reports of fraud, too.
LIMITS = {"Visa": (0.015, 1_500), "Mastercard": (0.015, 100)}


@dataclass
class Sums:
    """What one group comes to; amounts in minor units of its currency."""

    gross: int = 0
    payments: int = 0
    fees: int | None = 0  # None while what Stripe kept is not known of all
    net: int | None = 0
    refunds: int = 0
    refunded: int = 0  # how many
    disputes: int = 0
    disputed: int = 0  # how many
    declines: int = 0
    declined: int = 0  # how many

    @property
    def success_rate(self) -> float | None:
        """Which share of all attempts brought money; None where nobody tried."""
        return _share(self.payments, self.payments + self.declined)

    @property
    def dispute_rate(self) -> float | None:
        """How many disputes there were for each payment; None where there was none."""
        return _share(self.disputed, self.payments)

    def add(self, figure: str, row: Row) -> None:
        """Count what one figure says."""
        if figure == "money_in":
            self.gross += row.amount
            self.payments += row.count
            self.fees = _plus(self.fees, row.fees)
            self.net = _plus(self.net, row.net)
        else:
            amount, count = _NAMES[figure]
            setattr(self, amount, getattr(self, amount) + row.amount)
            setattr(self, count, getattr(self, count) + row.count)


_NAMES = {
    "refunds": ("refunds", "refunded"),
    "disputes": ("disputes", "disputed"),
    "declines": ("declines", "declined"),
}


def _plus(known: int | None, more: int | None) -> int | None:
    return None if known is None or more is None else known + more


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass
class Part:
    """
    What one currency came to.

    :param groups: the same by what it was grouped by, in order; days without anything included.
    :param reasons: why attempts were declined: code, amount and how many, the most first.
    """

    currency: str
    total: Sums = field(default_factory=Sums)
    before: Sums = field(default_factory=Sums)
    groups: dict[str | None, Sums] = field(default_factory=dict)
    reasons: list[tuple[str, int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """
    The figures of some days, both of them counted.

    :param before: the first of as many days before.
    :param parts: one for each currency, the one with the most payments first.
    """

    first: date
    last: date
    before: date
    parts: list[Part]

    def of_all(self, when: str = "total") -> Sums:
        """Return how many there were in all currencies; amounts are of none."""
        found = Sums()
        for part in self.parts:
            sums: Sums = getattr(part, when)
            found.payments += sums.payments
            found.refunded += sums.refunded
            found.disputed += sums.disputed
            found.declined += sums.declined
        return found


def report(
    visible: Callable[[QuerySet[Any]], QuerySet[Any]],
    *,
    by: str,
    first: date,
    last: date,
    zone: ZoneInfo,
    houses: Mapping[UUID, str],
    house: UUID | None = None,
    currency: str = "",
) -> Report:
    """
    Return all figures of the rows that somebody may see.

    :param by: one of `figures.BY`; empty where each currency is a group of its own.
    :param houses: the slugs of houses by their ids; `house` and `currency` narrow what is counted.
    """
    asked: dict[str, Any] = {"zone": zone, "houses": houses, "house": house, "currency": currency}
    before = first - (last - first) - timedelta(days=1)
    parts: dict[str, Part] = {}

    def part_of(row: Row) -> Part:
        return parts.setdefault(row.currency, Part(row.currency))

    for figure in figures.FIGURES:
        then: dict[str, Any] = {"first": before, "last": first - timedelta(days=1)}
        for row in figures.rows(figure, visible, by=(), **then, **asked):
            part_of(row).before.add(figure, row)
        grouped_by = [by] if by else []
        for row in figures.rows(figure, visible, by=grouped_by, first=first, last=last, **asked):
            part = part_of(row)
            part.total.add(figure, row)
            part.groups.setdefault(row.by.get(by), Sums()).add(figure, row)
    for row in figures.rows("declines", visible, by=["reason"], first=first, last=last, **asked):
        part_of(row).reasons.append((row.by["reason"] or "", row.amount, row.count))
    for part in parts.values():
        part.reasons.sort(key=lambda reason: (-reason[2], reason[0]))
        keys = list(_each(by, first, last)) if by in DAYS else sorted(part.groups, key=str)
        part.groups = {key: part.groups.get(key, Sums()) for key in keys}
    found = sorted(parts.values(), key=lambda part: (-part.total.payments, part.currency))
    return Report(first, last, before, found)


def _each(by: str, first: date, last: date) -> Iterator[str]:
    """Yield every day, week or month between two days, as figures name them."""
    day = first - timedelta(days=first.weekday()) if by == "week" else first
    seen = ""
    while day <= last:
        name = day.isoformat()[:7] if by == "month" else day.isoformat()
        if name != seen:
            yield name
        seen = name
        day += timedelta(days=7 if by == "week" else 1)
