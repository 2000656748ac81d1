"""What came in, went back, was disputed and was declined: summed by day, house, or what else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, TruncDate, TruncMonth, TruncWeek

from payments.analytics.sums import sum_of, total
from payments.folio import RELEASED
from payments.models import Charge, Dispute, PaymentTransaction, Refund

LONGEST = timedelta(days=366 * 3)  # that is summed at once


@dataclass(frozen=True)
class Figure:
    """
    One figure: which rows it counts, and what their columns are called.

    :param payment: the path from such a row to its payment.
    :param fees: whether what Stripe kept is known of such a row.
    """

    rows: Callable[[], QuerySet[Any]]
    amount: str
    payment: str
    method: str
    reason: str
    fees: bool = False


@dataclass(frozen=True)
class Row:
    """
    What one group comes to, in minor units of its currency.

    :param by: what makes it a group, by the names that were asked for.
    :param fees: what Stripe kept; None while it is not known of all, or in another currency.
    """

    by: dict[str, str | None]
    currency: str
    amount: int
    count: int
    fees: int | None
    net: int | None


def _money_in() -> QuerySet[Any]:
    """Return the charges that money came of; of several captures only the last sets the flag."""
    taken = Coalesce("amount_captured", "amount")  # old snapshots only say that it was captured
    came = Q(captured=True) | Q(amount_captured__gt=0)
    return Charge.objects.filter(came, seen=True, status="succeeded").annotate(taken=taken)


def _refunds() -> QuerySet[Any]:
    """Return the refunds that gave money back, by the rule of `folio.Entry.is_release`."""
    captured = Case(When(charge__captured=True, then="charge__amount"), default=0)
    rest = F("charge__amount") - Coalesce("charge__amount_captured", captured)
    counted = Refund.objects.filter(seen=True, status="succeeded").exclude(reason=RELEASED)
    # What succeeded and is of a charge is a refund: not said, for PostgreSQL to go by the charge.
    alike = PaymentTransaction.objects.filter(
        charge=OuterRef("charge"), amount=OuterRef("amount"), status="succeeded", seen=True
    ).exclude(reason=RELEASED)
    alike = alike.exclude(bound_by=Refund.BoundBy.PROMISE)
    earlier = alike.filter(
        Q(occurred_at__lt=OuterRef("occurred_at"))
        | Q(occurred_at=OuterRef("occurred_at"), stripe_id__lt=OuterRef("stripe_id"))
    )
    uncaptured = Q(charge__seen=True, rest__gte=F("charge__amount"))
    of_a_part = Q(charge__seen=True, rest__gt=0, amount=F("rest")) & ~Q(bound_by="promise")
    release = Case(
        When(uncaptured | (of_a_part & ~Exists(earlier)), then=Value(True)), default=Value(False)
    )
    found: QuerySet[Any] = counted.annotate(rest=rest, released=release).filter(released=False)
    return found


def _disputes() -> QuerySet[Any]:
    return Dispute.objects.filter(seen=True)


def _declines() -> QuerySet[Any]:
    return Charge.objects.filter(seen=True, status="failed")


FIGURES: dict[str, Figure] = {
    "money_in": Figure(
        _money_in, "taken", "payment", "payment_method", "network_status", fees=True
    ),
    "refunds": Figure(_refunds, "amount", "payment", "charge__payment_method", "reason"),
    "disputes": Figure(_disputes, "amount", "payment", "charge__payment_method", "reason"),
    "declines": Figure(_declines, "amount", "payment", "payment_method", "failure_code"),
}
DAYS: dict[str, Callable[..., Any]] = {"day": TruncDate, "week": TruncWeek, "month": TruncMonth}
BY = (*DAYS, "property", "purpose", "payment_method", "reason")


def rows(
    name: str,
    visible: Callable[[QuerySet[Any]], QuerySet[Any]],
    *,
    by: Sequence[str],
    first: date,
    last: date,
    zone: ZoneInfo,
    houses: Mapping[UUID, str],
    house: UUID | None = None,
    currency: str = "",
) -> list[Row]:
    """
    Return one figure of the rows that somebody may see, group by group.

    :param name: one of `FIGURES`.
    :param visible: narrows rows to those of whoever asks.
    :param by: any of `BY`.
    :param first: the first day that counts, by the clocks of `zone`; `last` is the last.
    :param houses: the slugs of houses by their ids.
    :param house: of this one alone.
    """
    figure = FIGURES[name]
    start = datetime.combine(first, datetime.min.time(), zone)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), zone)
    found = visible(figure.rows()).filter(occurred_at__gte=start, occurred_at__lt=end)
    if house:
        found = found.filter(property=house)
    if currency:
        found = found.filter(currency=currency)
    columns = {
        "property": F("property_id"),
        "purpose": F(f"{figure.payment}__purpose"),
        "payment_method": F(figure.method),
        "reason": F(figure.reason),
        **{unit: truncated("occurred_at", tzinfo=zone) for unit, truncated in DAYS.items()},
    }
    groups = {f"by_{each}": columns[each] for each in by}
    amount, rest = sum_of(figure.amount)
    sums: dict[str, Any] = {"n": Count("pk"), "a": amount, "b": rest}
    if figure.fees:
        known = Q(fee__isnull=False, settlement_currency=F("currency"))
        sums["known"] = Count("pk", filter=known)
        (sums["fa"], sums["fb"]), (sums["ma"], sums["mb"]) = sum_of("fee"), sum_of("net")
    told = (
        found.exclude(currency="")
        .annotate(**groups)
        .order_by()
        .values("currency", *groups)
        .annotate(**sums)
    )
    listed = [_row(each, by, houses) for each in told]
    return sorted(listed, key=lambda row: ([v or "" for v in row.by.values()], row.currency))


def _row(each: dict[str, Any], by: Sequence[str], houses: Mapping[UUID, str]) -> Row:
    complete = each.get("known") == each["n"]
    return Row(
        by={name: _named(name, each[f"by_{name}"], houses) for name in by},
        currency=each["currency"],
        amount=total(each["a"], each["b"]),
        count=each["n"],
        fees=total(each["fa"], each["fb"]) if complete else None,
        net=total(each["ma"], each["mb"]) if complete else None,
    )


def _named(name: str, value: Any, houses: Mapping[UUID, str]) -> str | None:
    if value in (None, ""):
        return None
    if name == "property":
        return houses.get(value)
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        return day.isoformat()[:7] if name == "month" else day.isoformat()
    return str(value)
