"""What a rule may ask for, and the key that makes each of them one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

Key = tuple[str, bool, str, str, str]


@dataclass(frozen=True)
class Alert:
    """
    Somebody at the hotel must know this.

    :param kind: which message; with the object and `detail` it is the key.
    :param detail: what makes a second alert of one kind another one: a due date, a value told.
    :param facts: ids, amounts and dates for the sentence; never a person or a card.
    """

    kind: str
    severity: str
    account: str
    livemode: bool
    object_id: str
    organization_id: UUID
    property_id: UUID | None = None
    reservation_id: UUID | None = None
    detail: str = ""
    facts: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> Key:
        """What makes it one: (account, livemode, object id, kind, detail)."""
        return (self.account, self.livemode, self.object_id, self.kind, self.detail)


Effects = Iterable[Alert]


def alert(kind: str, row: Any, *, severity: str, detail: str = "", **facts: Any) -> Alert:
    """Return the alert that this record of a Stripe object gives cause for."""
    return Alert(
        kind=kind,
        severity=severity,
        account=row.account,
        livemode=row.livemode,
        object_id=row.stripe_id,
        organization_id=row.organization_id,
        property_id=row.property_id,
        reservation_id=row.reservation_id,
        detail=detail,
        facts=facts,
    )
