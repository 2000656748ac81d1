"""What came in, day by day and currency by currency, and what did not."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from payments.analytics.sums import sum_of, total
from payments.models.base import first_id_at

DAYS = 30
MOST = 20_000  # payments that are summed, the newest; one dashboard is worth no more
_EARLY = timedelta(days=1)  # a payment's row may be made a little before Stripe makes the payment


@dataclass(frozen=True)
class Day:
    """What one day brought."""

    on: date
    amount: int = 0
    payments: int = 0


@dataclass
class Income:
    """What one currency brought in the last days; amounts in its minor units."""

    currency: str
    days: list[Day]
    failed: int = 0  # payments that are back at the guest, declined
    failed_amount: int = 0

    @property
    def amount(self) -> int:
        """All that came."""
        return sum(day.amount for day in self.days)

    @property
    def payments(self) -> int:
        """How many payments came."""
        return sum(day.payments for day in self.days)


@dataclass(frozen=True)
class LastDays:
    """
    The last days of every currency that moved, the one with the most payments first.

    :param whole: false where there were more payments than are summed; then the newest were.
    """

    incomes: list[Income]
    first: date
    last: date
    whole: bool


def last_days(payments: QuerySet[Any], zone: ZoneInfo, now: datetime) -> LastDays:
    """
    Return what these payments brought in the last days, each counted on the day it was begun.

    :param payments: those of whoever asks.
    :param zone: by whose clocks a day begins.
    """
    last = now.astimezone(zone).date()
    first = last - timedelta(days=DAYS - 1)
    start = datetime.combine(first, datetime.min.time(), zone)
    rows = payments.filter(type="payment", seen=True, pk__gte=first_id_at(start - _EARLY))
    edge = list(rows.order_by("-pk").values_list("pk", flat=True)[MOST : MOST + 1])
    if edge:
        rows = rows.filter(pk__gt=edge[0])
    found: dict[str, dict[date, Day]] = defaultdict(dict)
    failed: dict[str, tuple[int, int]] = {}
    failing = Q(status="requires_payment_method") & ~Q(failure_code="")
    came, came_rest = sum_of("amount_received")
    asked_for, asked_rest = sum_of("amount")
    moved = (
        rows.filter(Q(status="succeeded") | failing, occurred_at__gte=start)
        .exclude(currency="")
        .annotate(on=TruncDate("occurred_at", tzinfo=zone))
        .order_by()
        .values_list("currency", "status", "on")
        .annotate(n=Count("pk"), a=came, b=came_rest, c=asked_for, d=asked_rest)
    )
    for currency, status, on, count, *sums in moved:
        if status == "succeeded":
            found[currency][on] = Day(on, total(*sums[:2]), count)
        else:
            so_far = failed.get(currency, (0, 0))
            failed[currency] = (so_far[0] + count, so_far[1] + total(*sums[2:]))
    days = [first + timedelta(days=n) for n in range(DAYS)]
    incomes = [
        Income(
            currency,
            [found[currency].get(day, Day(day)) for day in days],
            *failed.get(currency, (0, 0)),
        )
        for currency in sorted({*found, *failed})
    ]
    incomes.sort(key=lambda income: (-income.payments, income.currency))
    return LastDays(incomes, first, last, whole=not edge)
