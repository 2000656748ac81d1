"""What a rule may ask for, and the key that makes each of them one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

Key = tuple[str, bool, str, str, str]

GUEST = "guest"
MANAGERS = "managers"  # owners, managers and finance of the house, or of the organization


@dataclass(frozen=True, kw_only=True)
class Effect:
    """
    Something that follows from a record of a Stripe object.

    :param kind: which message; with the object and `detail` it is the key.
    :param detail: what makes a second one of a kind another one: a due date, a value told.
    :param facts: ids, amounts and dates for the words; never a person or a card.
    :param happened_at: when, at Stripe, it became so; None where nobody knows.
    """

    kind: str
    account: str
    livemode: bool
    object_id: str
    organization_id: UUID
    property_id: UUID | None = None
    reservation_id: UUID | None = None
    detail: str = ""
    facts: dict[str, Any] = field(default_factory=dict, compare=False)
    happened_at: datetime | None = field(default=None, compare=False)

    @property
    def key(self) -> Key:
        """What makes it one: (account, livemode, object id, kind, detail)."""
        return (self.account, self.livemode, self.object_id, self.kind, self.detail)


@dataclass(frozen=True, kw_only=True)
class Alert(Effect):
    """
    Staff must know this, in the app.

    :param is_news: it speaks of something that happened, so being seen closes it.
    :param lasting: no rule asks for it again, so that alone closes it.
    :param late: it is history by now, and no longer raised; one that stands may stand.
    """

    severity: str
    is_news: bool = False
    lasting: bool = False
    late: bool = field(default=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class Letter(Effect):
    """
    Somebody is told by mail, once; not any more when it is no longer true before it was sent.

    :param to: GUEST or MANAGERS.
    :param bad_news: it waits a minute and a half, in case good news is on its way already.
    :param stands: it is so now and waits for somebody, however long ago it began.
    :param listing: the fact that lists what it tells of. Each thing is told once, and once more
        when its time (the fact `at`) comes nearer; not when the list becomes shorter.
    """

    to: str
    bad_news: bool = False
    stands: bool = False
    listing: str = ""

    @property
    def is_news(self) -> bool:
        """Whether it speaks of what happened, and not of what waits for somebody."""
        return not self.stands


Effects = Iterable[Alert | Letter]


def alert(
    kind: str, row: Any, *, severity: str, detail: str = "", is_news: bool = False, **facts: Any
) -> Alert:
    """Return the alert that this record gives cause for."""
    return Alert(kind=kind, severity=severity, is_news=is_news, **_about(row, detail, facts))


def tell(
    kind: str,
    row: Any,
    *,
    to: str,
    detail: str = "",
    bad_news: bool = False,
    stands: bool = False,
    listing: str = "",
    **facts: Any,
) -> Letter:
    """Return the mail that this record gives cause for."""
    about = _about(row, detail, facts)
    return Letter(kind=kind, to=to, bad_news=bad_news, stands=stands, listing=listing, **about)


def _about(row: Any, detail: str, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "account": row.account,
        "livemode": row.livemode,
        "object_id": row.stripe_id,
        "organization_id": row.organization_id,
        "property_id": row.property_id,
        "reservation_id": getattr(row, "reservation_id", None),
        "detail": detail[:255],
        "facts": facts,
        "happened_at": row.shown_at,
    }
