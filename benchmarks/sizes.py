"""How much work a run is, and the words its figures come in."""

from dataclasses import dataclass
from statistics import median
from typing import Any

Rows = list[dict[str, Any]]  # one table: a dict a line, all with the same keys


class Failed(Exception):
    """A run came out wrong, so its figures would mean nothing."""


@dataclass(frozen=True)
class Sizes:
    """How much a run is asked to do."""

    rounds: int  # of each side, in turns; figures are the medians
    deliveries: int  # events sent to a door in a round, before the doubles
    bookings: int  # told about to workers in a round, some seven events each
    settled: int  # rows of old events in a full inbox
    transactions: int  # rows of old payments and refunds beside them
    counted: int  # bookings whose events are counted in statements
    operations: int  # asked of each side in a round; four times as many promises
    seconds: float  # for which a scenario is shuffled through the pure core
    concurrency: tuple[int, ...] = (1, 8, 32)  # connections to a door


FULL = Sizes(9, 700, 600, 1_000_000, 200_000, 100, 100, 0.5)
QUICK = Sizes(2, 300, 200, 20_000, 4_000, 75, 50, 0.1)
TINY = Sizes(1, 20, 12, 200, 40, 10, 4, 0.02, (1, 4))


def share(part: float, whole: float) -> float:
    """Return how many times the whole goes into the part, to the thousandth."""
    return round(part / whole, 3)


def middle(values: list[float], digits: int = 1) -> float:
    """Return the median, short enough to read."""
    return round(median(values), digits)


def spread(values: list[float]) -> str:
    """Return the lowest and the highest of some ratios: how noisy they are."""
    return f"{min(values):.2f} to {max(values):.2f}"


def table(rows: Rows) -> str:
    """Return rows as text in columns: words to the left, numbers to the right."""
    lines = [list(rows[0]), *([_text(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    left = [isinstance(value, str) for value in rows[0].values()]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if to_left else cell.rjust(width)
            for cell, width, to_left in zip(line, widths, left, strict=True)
        ).rstrip()
        for line in lines
    )


def _text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
