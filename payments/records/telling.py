"""
Alerts and mails: once for each key, and only while they are true.

An alert closes when the rules no longer ask for it, and opens again when they do, unless it is news
that somebody has seen. A mail that waits is dropped in the same way; what was sent stays sent.
"""

import operator
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from payments import bulk
from payments.effects import Alert, Effect, Key, Letter
from payments.models import Alert as AlertRow
from payments.models import Notification

BAD_NEWS_WAITS = timedelta(seconds=90)
_FEW = 20  # objects: what is known about them is read with one statement

Object = tuple[str, bool, str]  # account, livemode, Stripe id


def settle(wanted: Iterable[Effect], objects: Collection[Object], now: datetime) -> None:
    """
    Make true what the rules ask for now, and end what they no longer ask for.

    :param objects: all that the rules were asked about, but what nobody knew of before.
    """
    wanted = list(wanted)
    ids = {id for _, _, id in objects}
    asked = [bulk.Asked(model, "object_id", ids) for model in (AlertRow, Notification)]
    found = bulk.read(asked) if len(ids) <= _FEW else (each.rows() for each in asked)
    alerts, letters = (_of(rows, objects) for rows in found)
    _settle_alerts([effect for effect in wanted if isinstance(effect, Alert)], alerts, now)
    _settle_letters([effect for effect in wanted if isinstance(effect, Letter)], letters, now)


def say_what_happened(wanted: Iterable[Alert]) -> None:
    """Raise alerts of what has just happened; one that was closed opens again: it is once more."""
    due = {alert.key: alert for alert in wanted}
    _raise(due.values())
    objects = {key[:3] for key in due}
    rows = AlertRow.objects.filter(object_id__in={id for _, _, id in objects})
    closed = {_key(row): row for row in _of(rows.exclude(closed_at=None), objects)}
    _open_again([row.pk for key, row in closed.items() if key in due])
    _refresh(AlertRow, due, closed.values())


def _raise(wanted: Iterable[Alert]) -> None:
    """Raise these alerts, each unless it has been raised before."""
    rows = [
        AlertRow(
            severity=alert.severity,
            is_news=alert.is_news,
            lasting=alert.lasting,
            **_told(alert),
        )
        for alert in wanted
    ]
    bulk.insert(rows, ignore_conflicts=True)


def _open_again(alerts: Collection[UUID]) -> None:
    """Open alerts that were closed: whoever was on them need not be any more."""
    if alerts:
        AlertRow.objects.filter(pk__in=alerts).update(
            closed_at=None, acknowledged_at=None, acknowledged_by=None
        )


def _settle_alerts(wanted: list[Alert], known: Iterable[AlertRow], now: datetime) -> None:
    due = {alert.key: alert for alert in wanted}
    standing = {_key(row): row for row in known}
    _raise(alert for key, alert in due.items() if key not in standing and not alert.late)
    asked = {key: row for key, row in standing.items() if not row.lasting}
    over = [row.pk for key, row in asked.items() if key not in due and _still_counts(row)]
    back = [row.pk for key, row in asked.items() if key in due and _may_open(row, due[key])]
    if over:
        AlertRow.objects.filter(pk__in=over).update(closed_at=now)
    _open_again(back)
    _refresh(AlertRow, due, standing.values())


def _still_counts(row: AlertRow) -> bool:
    """Say whether an alert is open, or closed only because somebody has seen it."""
    return row.closed_at is None or _was_seen(row)


def _may_open(row: AlertRow, wanted: Alert) -> bool:
    """Say whether an alert that is asked for opens again; what was seen and stayed does not."""
    return row.closed_at is not None and not _was_seen(row) and not wanted.late


def _was_seen(row: AlertRow) -> bool:
    """Say whether being seen has closed it. What is over and comes again is to be seen again."""
    return row.is_news and row.closed_at is not None and row.closed_at == row.acknowledged_at


def _settle_letters(wanted: list[Letter], known: list[Notification], now: datetime) -> None:
    standing: dict[Key, list[Notification]] = defaultdict(list)  # with the copies of each
    for row in known:
        standing[_key(row)].append(row)
    due = _not_yet_told({letter.key: letter for letter in wanted}, standing)
    states = Notification.State
    rows = [
        Notification(
            to=letter.to,
            created_at=now,
            next_attempt_at=now + BAD_NEWS_WAITS if letter.bad_news else now,
            **_told(letter),
        )
        for key, letter in sorted(due.items())  # the same order everywhere
        if key not in standing
    ]
    bulk.insert(rows, ignore_conflicts=True)
    kept = {states.WAITING: False, states.DROPPED: True}  # state → whether it must be asked for
    turned = {
        state: [row.pk for row in known if row.state == state and (_key(row) in due) is asked_for]
        for state, asked_for in kept.items()
    }
    if turned[states.WAITING]:
        Notification.objects.filter(pk__in=turned[states.WAITING]).update(state=states.DROPPED)
    if turned[states.DROPPED]:
        Notification.objects.filter(pk__in=turned[states.DROPPED]).update(
            state=states.WAITING, next_attempt_at=now + BAD_NEWS_WAITS
        )
    _refresh(Notification, due, [row for row in known if row.state != states.SENT])


def _not_yet_told(
    due: dict[Key, Letter], standing: Mapping[Key, list[Notification]]
) -> dict[Key, Letter]:
    """
    Leave out letters that only list what earlier ones did; one that listed it all goes on for them.

    So a list that becomes shorter, or its deadline later, is told to nobody who knows the longer.
    """
    sent = {
        key: rows
        for key, rows in standing.items()
        if any(row.state == Notification.State.SENT for row in rows)
    }
    left: dict[Key, Letter] = {}
    for key, letter in due.items():
        if not letter.listing or key in sent:
            left[key] = letter
            continue
        before = [rows[0] for other, rows in sorted(sent.items()) if other[:4] == key[:4]]
        told = [_told_of(letter, row) for row in before]
        listed = set(letter.facts[letter.listing])
        if not listed <= set().union(*told):
            left[key] = letter
        elif row := next((row for row, of in zip(before, told, strict=True) if listed <= of), None):
            left[_key(row)] = replace(letter, detail=row.detail)
    return left


def _told_of(letter: Letter, row: Notification) -> set[str]:
    """Return what a mail has told of what a letter lists: nothing where its deadline was later."""
    told: set[str] = set(row.facts.get(letter.listing, ()))
    before, now = _moment(row.facts.get("at")), _moment(letter.facts.get("at"))
    if now is None:
        return told
    if before is None or before > now:
        return set()
    shown = letter.happened_at
    is_another = shown is not None and before < shown < now  # that time was up before it was asked
    return set() if is_another else told


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _of(rows: Iterable[Any], objects: Collection[Object]) -> list[Any]:
    """Return those of alerts or mails that are about these objects, in the order they came."""
    return sorted((row for row in rows if _key(row)[:3] in objects), key=operator.attrgetter("pk"))


def _refresh(model: Any, due: Mapping[Key, Effect], standing: Iterable[Any]) -> None:
    """Let what stands say what is so now: another sum, or its object is of another booking."""
    changed = []
    for row in standing:
        key = _key(row)
        if key not in due:
            continue
        wanted = _told(due[key]) | {"severity": getattr(due[key], "severity", "")}
        fields = [name for name in _REFRESHED if hasattr(row, name)]
        before = {name: getattr(row, name) for name in fields}
        after = {name: wanted[name] for name in fields}
        if before != after:
            for name, value in after.items():
                setattr(row, name, value)
            changed.append(row)
    if changed:
        written = [name for name in _REFRESHED if hasattr(model, name)]
        model.objects.bulk_update(changed, [name.removesuffix("_id") for name in written])


_REFRESHED = ("facts", "severity", "property_id", "reservation_id")


def _key(row: Any) -> Key:
    return (row.account, row.livemode, row.object_id, row.kind, row.detail)


def _told(effect: Effect) -> dict[str, Any]:
    return {
        "account": effect.account,
        "livemode": effect.livemode,
        "object_id": effect.object_id,
        "kind": effect.kind,
        "detail": effect.detail,
        "facts": effect.facts,
        "organization_id": effect.organization_id,
        "property_id": effect.property_id,
        "reservation_id": effect.reservation_id,
    }
