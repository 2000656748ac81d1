"""
The inbox: receive each event once, hand out what is due, try again, give up, replay.

The only record of work there is. A row waits as `received` until it is applied, ignored or
quarantined; nothing is ever "processing", so nothing is stuck after a crash.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from payments.models import Reason, Scope, State, WebhookEvent
from payments.models.base import time_ordered_id
from payments.reading import clean, identifier, parse

# Ten seconds, half a minute, … six hours: eight attempts in all, then somebody must look.
PAUSES = [timedelta(seconds=s) for s in (10, 30, 120, 600, 1800, 7200, 21600)]
MOST_ATTEMPTS = len(PAUSES) + 1

_COLUMNS = (
    "id", "scope", "account", "livemode", "stripe_event_id", "event_type", "body", "created_at",
    "next_attempt_at",
)  # fmt: skip
_INTO = f"INSERT INTO webhook_events ({', '.join(_COLUMNS)}) VALUES "  # noqa: S608 - our names
_ROW = f"({', '.join(['%s'] * len(_COLUMNS))})"
_ONCE = " ON CONFLICT DO NOTHING"
_RECEIVE = _INTO + _ROW + _ONCE
_FIELDS: list[Any] = [WebhookEvent._meta.get_field(name) for name in _COLUMNS]


def receive(body: bytes, scope: str | None) -> None:
    """
    Write one proven event down, unless it is here already: one statement, committed by itself.

    :param scope: whose secret proved it; None where that secret serves both endpoints.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVE, _values(body, scope))


def receive_all(bodies: Sequence[bytes], scope: str) -> set[str]:
    """
    Write events down that Stripe gave us when we asked; return the ids of those that are new.

    :param scope: the endpoint that they would have come to.
    """
    if not bodies:
        return set()
    values = [value for body in bodies for value in _values(body, scope)]
    statement = _INTO + ", ".join([_ROW] * len(bodies)) + _ONCE + " RETURNING stripe_event_id"
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {row[0] for row in cursor.fetchall()}


def _values(body: bytes, scope: str | None) -> list[Any]:
    event = parse(body) or {}
    event_id = identifier(event.get("id"))
    if not event_id:
        event_id = f"sha256:{hashlib.sha256(body).hexdigest()}"
    account = identifier(event.get("account"))
    type = identifier(event.get("type"))
    now = timezone.now()
    row = (
        time_ordered_id(),
        scope or (Scope.CONNECT if account else Scope.PLATFORM),
        account,
        event.get("livemode") is True,
        event_id,
        type if len(type) <= 100 else "",
        body,
        now,
        now,
    )
    return [
        field.get_db_prep_value(value, connection)
        for field, value in zip(_FIELDS, row, strict=True)
    ]


def due(limit: int, *, ids: Sequence[Any] | None = None) -> list[WebhookEvent]:
    """Return events that are due, oldest first, locked until the transaction ends."""
    rows = WebhookEvent.objects.filter(state=State.RECEIVED, next_attempt_at__lte=timezone.now())
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    # Only columns that settling needs; on SQLite the whole transaction is the lock.
    rows = rows.defer("data", "changes", "last_error").order_by("next_attempt_at", "id")
    return list(rows.select_for_update(skip_locked=True)[:limit])


def put_off(event: WebhookEvent, error: BaseException) -> str:
    """
    Note a failure of our own: try again after a growing pause, and after eight give up.

    Returns the state that the event is in now.
    """
    attempts = event.attempts + 1
    given_up = attempts >= MOST_ATTEMPTS
    now = timezone.now()
    WebhookEvent.objects.filter(pk=event.pk, state=State.RECEIVED).update(
        attempts=attempts,
        last_error=clean(f"{type(error).__name__}: {error}")[:2000],
        state=State.QUARANTINED if given_up else State.RECEIVED,
        reason=Reason.HANDLER_ERROR if given_up else "",
        processed_at=now if given_up else None,
        next_attempt_at=now if given_up else now + PAUSES[attempts - 1],
    )
    return State.QUARANTINED if given_up else State.RECEIVED


def again(rows: Any) -> int:
    """
    Make events due now, as if they had just come; return how many.

    One whose body retention has taken stays as it is: nothing is left to work on.
    """
    return int(
        rows.filter(body__isnull=False).update(
            state=State.RECEIVED,
            reason="",
            attempts=0,
            last_error="",
            processed_at=None,
            next_attempt_at=timezone.now(),
        )
    )


def recall(accounts: Iterable[str]) -> int:
    """Make due what waited for these accounts to be known; return how many events."""
    return again(
        WebhookEvent.objects.filter(
            state=State.QUARANTINED,
            reason__in=[Reason.UNKNOWN_ACCOUNT, Reason.LIVEMODE_MISMATCH],
            account__in=list(accounts),
        )
    )


def oldest_waiting(now: datetime) -> timedelta:
    """Return for how long the oldest due event has waited."""
    first = (
        WebhookEvent.objects.filter(state=State.RECEIVED, next_attempt_at__lte=now)
        .order_by("next_attempt_at", "id")
        .values_list("next_attempt_at", flat=True)
        .first()
    )
    return now - first if first else timedelta()
