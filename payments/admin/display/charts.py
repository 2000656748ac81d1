"""Bars that the server draws: an SVG with its figures in a table beside it."""

from dataclasses import dataclass

from django.utils.formats import date_format

from payments.admin.display import show
from payments.analytics.income import Income

WIDTH, HEIGHT = 600, 120  # of the drawing; the page stretches it
GAP = 4


@dataclass(frozen=True)
class Bar:
    """One day's bar: where it stands, and what it says when somebody points at it."""

    x: str
    y: str
    width: str
    height: str
    says: str


@dataclass(frozen=True)
class Chart:
    """What one currency brought, drawn and in figures."""

    currency: str
    total: str
    payments: int
    failed: int
    failed_amount: str
    highest: str
    bars: list[Bar]
    rows: list[tuple[str, str, int]]  # day, amount, payments; newest first, empty days left out


def of_income(income: Income) -> Chart:
    """Return what one currency brought in the last days as a chart."""
    highest = max((day.amount for day in income.days), default=0)
    step = WIDTH / max(1, len(income.days))
    bars, rows = [], []
    for number, day in enumerate(income.days):
        if not day.payments:
            continue
        name = date_format(day.on, "D j M")
        amount = show.amount(day.amount, income.currency)
        height = max(2.0, HEIGHT * day.amount / highest) if highest else 2.0
        bars.append(
            Bar(
                x=f"{number * step + GAP / 2:.2f}",
                y=f"{HEIGHT - height:.2f}",
                width=f"{step - GAP:.2f}",
                height=f"{height:.2f}",
                says=f"{name}: {amount}",
            )
        )
        rows.append((name, amount, day.payments))
    return Chart(
        currency=income.currency.upper(),
        total=show.amount(income.amount, income.currency),
        payments=income.payments,
        failed=income.failed,
        failed_amount=show.amount(income.failed_amount, income.currency),
        highest=show.amount(highest, income.currency),
        bars=bars,
        rows=rows[::-1],
    )
