"""
Which rows Stripe must be asked about again, because no order of events decides them.

A quiet hotel costs few calls: most rows are decided by what they show. `NEEDS` says of each kind
which are not, and how soon it matters.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from payments import bulk
from payments.folio import captured
from payments.models import KINDS, OwedRead
from payments.models.base import time_ordered_id
from payments.records.loading import Rows


@dataclass(frozen=True)
class Need:
    """
    When rows of a kind are to be read again.

    :param urgency: the lowest is read first.
    :param when: says so of one row of a batch that has a sighting newer than its last re-read.
    """

    urgency: int
    when: Callable[[Any, Rows], bool]


def _always(row: Any, rows: Rows) -> bool:
    return True


def _contradicts(row: Any, rows: Rows) -> bool:
    return bool(row.conflict)


def _payment(row: Any, rows: Rows) -> bool:
    """Of a payment that goes on two sightings may share a second, and say it either way."""
    final = row.status in ("succeeded", "canceled", "failed")
    return row.conflict or (row.pk in rows.tied and not final)


def _charge(row: Any, rows: Rows) -> bool:
    """Of a charge the fee is told by its balance transaction alone, and what went back by rows."""
    if row.conflict:
        return True
    if row.balance_transaction and row.fee is None and captured(row) and row.status == "succeeded":
        return True
    told = sum(
        refund.amount or 0
        for refund in rows.of("refund")
        if refund.stripe_charge_id == row.stripe_id and refund.account == row.account
    )
    return (row.amount_refunded or 0) > told


NEEDS: dict[str, Need] = {
    "account": Need(0, _always),
    "payment": Need(1, _payment),
    "refund": Need(1, _contradicts),
    "dispute": Need(2, _always),
    "early_fraud_warning": Need(2, _always),
    "review": Need(2, _contradicts),
    "external_account": Need(3, _always),
    "charge": Need(4, _charge),
}


_WRITTEN = (
    "id", "kind", "row", "organization", "account", "livemode", "urgency", "due_at", "created_at",
)  # fmt: skip


def needs(row: Any, kind: str, rows: Rows) -> bool:
    """Say whether Stripe must be asked about a row again."""
    if not row.stripe_id:
        return False
    if kind == "account":
        if row.is_undecided:
            return True
        if not row.is_connected:
            return False  # nothing is asked about it any more
    need = NEEDS[kind]
    return row.seen and row.provisional and need.when(row, rows)


def note(rows: Rows) -> None:
    """Write down which of these rows must be read again; each once, however often it is seen."""
    owed = [
        OwedRead(
            id=time_ordered_id(),
            kind=kind,
            row=row.pk,
            organization_id=row.organization_id,
            account=row.account,
            livemode=row.livemode,
            urgency=NEEDS[kind].urgency,
            due_at=rows.now,
            created_at=rows.now,
        )
        for kind in KINDS
        if kind in NEEDS
        for row in rows.of(kind)
        if row.pk in rows.changed and needs(row, kind, rows)
    ]
    if owed:
        bulk.insert_missing(OwedRead, _WRITTEN, sorted(owed, key=lambda read: read.row))
