"""
The outbox: who is to be told what, until somebody's mail server has taken it.

An attempt is noted before it is made, and its result after it, each in one statement: no lock and
no transaction is held while a mail server is spoken to. Whoever dies in between leaves a mail that
is due again after `LEASE`; should the server have taken the first, the second has its Message-ID.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Min, QuerySet
from django.utils import timezone

from payments.models import Notification

WAITING = Notification.State.WAITING

LEASE = timedelta(minutes=2)  # an attempt takes less, with EMAIL_TIMEOUT at each of its steps

# Half a minute, … a day: ten attempts in three days, as mail servers do among themselves.
PAUSES = [timedelta(seconds=s) for s in (30, 120, 600, 1800, 7200, 21600, 43200, 86400, 86400)]
MOST_ATTEMPTS = len(PAUSES) + 1
MOST_REFUSALS = 3  # of an address, for good; the next server along may only have been confused


def due(limit: int) -> list[UUID]:
    """Return the mails that are due, oldest first; nothing is locked."""
    rows = _due(timezone.now()).order_by("next_attempt_at", "id")
    return list(rows.values_list("pk", flat=True)[:limit])


def is_due() -> bool:
    """Say whether any mail is due."""
    return _due(timezone.now()).exists()


def _due(now: datetime) -> QuerySet[Notification]:
    return Notification.objects.filter(state=WAITING, next_attempt_at__lte=now)


def claim(id: UUID) -> Notification | None:
    """Begin an attempt at a mail, unless another worker has; note it before it is made."""
    now = timezone.now()
    begun = _due(now).filter(pk=id).update(attempts=F("attempts") + 1, next_attempt_at=now + LEASE)
    return get(id) if begun else None


def get(id: UUID) -> Notification:
    """Return a mail with the house and the organization that it is from."""
    return Notification.objects.select_related("organization", "property").get(pk=id)


def address(row: Notification, users: Sequence[Any]) -> bool:
    """
    Decide for good whom a mail is for: it becomes the first one's, and the others get copies.

    Whoever joins later is not told what was old by then. Say whether it was ours to decide.

    :param users: their keys.
    """
    first, *others = users
    now = timezone.now()
    with transaction.atomic():
        mine = _mine(row).filter(addressed_at=None)
        if not mine.update(addressed_at=now, recipient=first):
            return False
        copies = [
            Notification(
                **{name: getattr(row, name) for name in _COPIED},
                copy_of=row,
                addressed_at=now,
                recipient_id=user,
                next_attempt_at=now,
            )
            for user in others
        ]
        Notification.objects.bulk_create(copies)
    row.addressed_at, row.recipient_id = now, first
    return True


_COPIED = [
    *("account", "livemode", "object_id", "kind", "detail", "facts", "to", "created_at"),
    *("organization_id", "property_id", "reservation_id"),
]


def copies_of(row: Notification) -> list[UUID]:
    """Return the copies of a mail that nobody has tried to send yet."""
    rows = Notification.objects.filter(copy_of=row, state=WAITING, attempts=0)
    return list(rows.order_by("id").values_list("pk", flat=True))


def note_sent(row: Notification) -> None:
    """A mail server has taken it: whatever is true by now, it will not be sent again."""
    Notification.objects.filter(pk=row.pk).update(
        state=Notification.State.SENT, sent_at=timezone.now(), last_error=""
    )


def drop(row: Notification, state: str = Notification.State.DROPPED) -> None:
    """Nobody is told: it is no longer true, or whoever it was for has left."""
    _mine(row).update(state=state)


def put_off(row: Notification, error: str) -> None:
    """Try again after a pause that grows."""
    pause = PAUSES[min(row.attempts, len(PAUSES)) - 1]
    _mine(row).update(next_attempt_at=timezone.now() + pause, last_error=error)


def give_up(row: Notification, error: str) -> bool:
    """Do not try again; say whether it was ours to give up."""
    state = Notification.State.UNDELIVERABLE
    return bool(_mine(row).update(state=state, last_error=error))


def _mine(row: Notification) -> QuerySet[Any]:
    """Return this mail as long as no other attempt has begun, and it is still to be sent."""
    return Notification.objects.filter(pk=row.pk, state=WAITING, attempts=row.attempts)


def again(rows: QuerySet[Notification]) -> int:
    """Make undeliverable mails due again, as if nobody had tried; return how many."""
    return rows.filter(state=Notification.State.UNDELIVERABLE).update(
        state=WAITING, attempts=0, last_error="", next_attempt_at=timezone.now()
    )


def oldest_waiting(now: datetime) -> timedelta:
    """Return for how long the oldest mail that is owed has waited."""
    first = Notification.objects.filter(state=WAITING).aggregate(Min("created_at"))
    created_at = first["created_at__min"]
    return max(timedelta(), now - created_at) if created_at else timedelta()
