"""What came in, as a chart with its figures in a table beside it."""

from dataclasses import dataclass

from django.utils.formats import date_format

from payments.admin.display import show
from payments.analytics.income import Income
from payments.panels.charts import Bar, bars


@dataclass(frozen=True)
class Chart:
    """What one currency brought, drawn and in figures."""

    currency: str
    total: str
    payments: int
    failed: int
    failed_amount: str
    highest: str
    label: str
    bars: list[Bar]
    rows: list[tuple[str, str, int]]  # day, amount, payments; newest first, empty days left out


def of_income(income: Income) -> Chart:
    """Return what one currency brought in the last days as a chart."""
    told = [
        (date_format(day.on, "D j M"), show.amount(day.amount, income.currency), day)
        for day in income.days
    ]
    currency, total = income.currency.upper(), show.amount(income.amount, income.currency)
    highest = show.amount(max((day.amount for day in income.days), default=0), income.currency)
    return Chart(
        currency=currency,
        total=total,
        payments=income.payments,
        failed=income.failed,
        failed_amount=show.amount(income.failed_amount, income.currency),
        highest=highest,
        label=f"{currency}: {total} in {len(income.days)} days, {highest} on the best of them."
        " The figures are in the table beside.",
        bars=bars([(day.amount, f"{name}: {amount}") for name, amount, day in told]),
        rows=[(name, amount, day.payments) for name, amount, day in reversed(told) if day.payments],
    )
