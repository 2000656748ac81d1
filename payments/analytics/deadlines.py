"""What must be answered by a day: disputes, and what Stripe wants to know of an account."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from payments import hotel
from payments.models import ConnectedAccount, Dispute
from payments.records import accounts

Dated = tuple[datetime, Dispute | ConnectedAccount]


def next_ones(user: Any, most: int, organization: UUID | None = None) -> list[Dated]:
    """Return the next deadlines that this person may see, missed ones first."""
    disputes = Dispute.objects.filter(
        status__in=Dispute.WAITING, evidence_due_by__isnull=False, seen=True
    )
    wanting = ConnectedAccount.objects.filter(
        accounts.TROUBLES["due"], current_deadline__isnull=False
    )
    found: Iterable[Dated] = [
        *_dated(user, disputes, "evidence_due_by", most, organization, hotel.GUEST),
        *_dated(user, wanting, "current_deadline", most, organization),
    ]
    return sorted(found, key=lambda dated: (dated[0], dated[1].stripe_id))[:most]


def _dated(
    user: Any, rows: Any, column: str, most: int, organization: UUID | None, *also: str
) -> Iterable[Dated]:
    rows = hotel.visible_to(user, rows).select_related("organization", "property", *also)
    if organization:
        rows = rows.filter(organization=organization)
    for row in rows.order_by(column, "pk")[:most]:
        yield getattr(row, column), row
