"""A report as its page shows it, and as people take it along."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from payments import words
from payments.analytics.figures import DAYS
from payments.analytics.report import LIMITS, Part, Report, Sums
from payments.money import to_decimal
from payments.panels import charts
from payments.panels.amounts import amount
from payments.panels.charts import Bar
from payments.words import BAD, GOOD, QUIET, WAIT, Said, failures

BY = {
    "day": "Day",
    "week": "Week",
    "month": "Month",
    "property": "Property",
    "payment_method": "Payment method",
    "currency": "Currency",
}
_NEAR = 0.5  # of a limit, from which on it is said to be near


@dataclass(frozen=True)
class Tile:
    """One figure, and how it compares with the days before."""

    name: str
    value: str
    before: str = ""


@dataclass(frozen=True)
class Chart:
    """One figure in bars; its figures stand in the table of its currency."""

    name: str
    highest: str
    label: str
    bars: list[Bar]


@dataclass(frozen=True)
class Line:
    """One group of a table; `share` of the highest gross, in percent, for a bar in the line."""

    name: str
    cells: list[str]
    share: str


@dataclass(frozen=True)
class Money:
    """What one currency came to."""

    currency: str
    tiles: list[Tile]
    charts: list[Chart]
    columns: list[str]
    lines: list[Line]
    reasons: list[tuple[str, str, int]]
    first: str
    last: str


@dataclass(frozen=True)
class Limit:
    """How near a hotel is to what a card network puts up with."""

    network: str
    limit: str
    says: str


@dataclass(frozen=True)
class Shown:
    """
    A report as its page shows it.

    :param part: how much of the scale, which ends at twice the limit, the rate takes: for a bar.
    """

    tiles: list[Tile]
    rate: Said
    part: str
    limits: list[Limit]
    money: list[Money]
    days: int


def shown(report: Report, by: str, houses: Mapping[str, str]) -> Shown:
    """
    Return a report as its page shows it.

    :param by: what it is grouped by, one of `BY`.
    :param houses: the names of houses by their slugs.
    """
    now, before = report.of_all(), report.of_all("before")
    days = (report.last - report.first).days + 1
    tiles = [
        Tile("Payments", f"{now.payments:,}", _change(now.payments, before.payments)),
        Tile("Declined", f"{now.declined:,}", _change(now.declined, before.declined)),
        Tile("Success rate", _percent(now.success_rate), _before(before.success_rate)),
        Tile("Dispute rate", _percent(now.dispute_rate), _before(before.dispute_rate)),
    ]
    lowest = min(limit for limit, _ in LIMITS.values())
    return Shown(
        tiles=tiles,
        rate=_standing(now),
        part=f"{min(100.0, 50 * (now.dispute_rate or 0) / lowest):.1f}%",
        limits=[
            Limit(network, _percent(limit), f"from {least:,} disputes a month on")
            for network, (limit, least) in LIMITS.items()
        ],
        money=[_money(part, by, houses) for part in report.parts],
        days=days,
    )


def _standing(sums: Sums) -> Said:
    """Return how near a hotel is to what card networks put up with."""
    rate, (limit, least) = sums.dispute_rate, min(LIMITS.values())
    if rate is None:
        return Said("No payments", QUIET)
    if rate >= limit:
        few = sums.disputed < least
        return Said("Above, by few disputes", WAIT) if few else Said("Beyond the limit", BAD)
    return Said("Near the limit", WAIT) if rate >= _NEAR * limit else Said("Well below", GOOD)


def _money(part: Part, by: str, houses: Mapping[str, str]) -> Money:
    def show(value: int | None) -> str:
        return amount(value, part.currency)

    now, before = part.total, part.before
    tiles = [
        Tile("Gross", show(now.gross), _change(now.gross, before.gross)),
        Tile("Fees", show(now.fees), "" if now.fees is not None else "not known of all yet"),
        Tile("Net", show(now.net), _change(now.net, before.net)),
        Tile("Refunds", show(now.refunds), _change(now.refunds, before.refunds)),
        Tile("Disputes", show(now.disputes), _change(now.disputes, before.disputes)),
    ]
    names = {key: _name(by, key, houses) for key in part.groups}
    drawn = by in DAYS and len(part.groups) > 1
    highest = max((sums.gross for sums in part.groups.values()), default=0)
    lines = [
        Line(
            names[key],
            [
                *map(show, (sums.gross, sums.fees, sums.net, sums.refunds, sums.disputes)),
                f"{sums.payments:,}",
                f"{sums.declined:,}",
                _percent(sums.success_rate),
            ],
            "" if drawn or not highest else f"{100 * sums.gross / highest:.1f}%",
        )
        for key, sums in part.groups.items()
        if not drawn or sums != Sums()
    ]
    listed = list(names.values())
    return Money(
        currency=part.currency.upper(),
        tiles=tiles,
        charts=list(_charts(part, names)) if drawn else [],
        columns=[BY[by], *_COLUMNS],
        lines=lines,
        reasons=[
            (failures.word("card", code) if not code else words.decline(code, ""), show(sum), count)
            for code, sum, count in part.reasons
        ],
        first=listed[0] if drawn else "",
        last=listed[-1] if drawn else "",
    )


_COLUMNS = (
    *("Gross", "Fees", "Net", "Refunds", "Disputes", "Payments", "Declined", "Success rate"),
)
_CHARTS: dict[str, Callable[[Sums], int]] = {
    "Gross": lambda sums: sums.gross,
    "Refunds": lambda sums: sums.refunds,
    "Disputes": lambda sums: sums.disputes,
    "Declines": lambda sums: sums.declines,
}


def _charts(part: Part, names: Mapping[str | None, str]) -> Iterator[Chart]:
    """Yield a chart for each figure that came to anything."""
    for name, of in _CHARTS.items():
        values = [(of(sums), names[key]) for key, sums in part.groups.items()]
        highest = max(value for value, _ in values)
        if highest <= 0:
            continue
        most = amount(highest, part.currency)
        total = amount(sum(value for value, _ in values), part.currency)
        drawn = charts.bars(
            [(value, f"{day}: {amount(value, part.currency)}") for value, day in values]
        )
        label = f"{name} in {part.currency.upper()}: {total}, at most {most}."
        yield Chart(name, most, f"{label} The figures are in the table below.", drawn)


def _name(by: str, key: str | None, houses: Mapping[str, str]) -> str:
    """Return what a group is called."""
    if by == "currency":
        return "All"
    if key is None:
        return "No property" if by == "property" else "Unknown"
    if by == "property":
        return houses.get(key, key)
    if by == "payment_method":
        return words.named(key)
    if by == "month":
        return date_format(date.fromisoformat(f"{key}-01"), "F Y")
    day = date_format(date.fromisoformat(key), "D j M" if by == "day" else "j M Y")
    return f"Week of {day}" if by == "week" else day


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _before(share: float | None) -> str:
    return "nothing before" if share is None else f"{_percent(share)} before"


def _change(now: int | None, before: int | None) -> str:
    """Return how a figure compares with the days before."""
    if now is None or before is None:
        return ""
    if not before:
        return "nothing before" if now else ""
    change = round(100 * (now - before) / before)
    if not change:
        return "as before"
    return f"{'up' if change > 0 else 'down'} {abs(change):,} %"


# To take along -----------------------------------------------------------


def columns(by: str) -> list[str]:
    """Return what stands above a report that people take along."""
    return [BY[by], *(["Currency"] if by != "currency" else []), *_COLUMNS, "Dispute rate"]


def rows(report: Report, by: str, houses: Mapping[str, str]) -> Iterator[list[object]]:
    """Yield a report line by line: days as machines read them, amounts as numbers."""
    for part in report.parts:

        def plain(value: int | None, currency: str = part.currency) -> object:
            return None if value is None else to_decimal(value, currency)

        currency = part.currency.upper()
        for key, sums in part.groups.items():
            name = key if by in DAYS else _name(by, key, houses)
            yield [
                *([currency] if by == "currency" else [name, currency]),
                *map(plain, (sums.gross, sums.fees, sums.net, sums.refunds, sums.disputes)),
                sums.payments,
                sums.declined,
                _plain_percent(sums.success_rate),
                _plain_percent(sums.dispute_rate),
            ]


def _plain_percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f}%"
