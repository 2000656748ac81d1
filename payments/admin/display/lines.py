"""One line of a history, ready to be read."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Line:
    """
    One payment, attempt, refund or dispute.

    :param under: it belongs to the payment above it.
    :param notes: what else the reader should know, in words.
    """

    id: UUID | None
    title: str
    stripe_id: str
    url: str
    amount: str
    badge: SafeString
    when: str
    notes: list[str] = field(default_factory=list)
    under: bool = False


def age(row: Any) -> tuple[datetime, str]:
    """Return what puts rows in the order in which they happened."""
    return (row.occurred_at or datetime.max.replace(tzinfo=UTC), row.stripe_id)


def doubts(row: Any) -> list[str]:
    """Return what makes a record doubtful, as notes."""
    return ["Stripe contradicts itself about it."] if row.conflict else []
