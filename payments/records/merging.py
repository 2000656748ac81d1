"""Sightings into rows: each merged in memory, with what it changed for whoever asks later."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from payments import hotel
from payments.merge import Once, Rank, key, merge
from payments.models import KINDS
from payments.records.loading import Name, Rows
from payments.snapshots import Snapshot, StripeEvent, our_id

_UNTOLD = {"register_key", "dirty"}  # our own bookkeeping


@dataclass(kw_only=True)
class Showing:
    """
    One accepted event, or one answer of Stripe's: whose it is, and what it showed.

    :param property_id: the house whose own account it is of.
    :param promised: our own rows that objects of it were made for, by the objects' Stripe ids.
    :param reads: the one object that was read again, and the row's `dirty` before it was.
    :param asked: it was asked for, so it is no hint to ask again.
    """

    event: StripeEvent
    organization_id: UUID
    property_id: UUID | None
    sightings: list[Snapshot]
    account: str
    promised: dict[str, UUID] = field(default_factory=dict)
    reads: tuple[Name, int] | None = None
    asked: bool = False
    changes: list[dict[str, Any]] = field(default_factory=list)

    def name(self, seen: Snapshot) -> Name:
        """Return the row that a sighting belongs to."""
        return (seen.kind, self.account, self.event.livemode, seen.stripe_id)


def lock(rows: Rows, showings: Iterable[Showing]) -> None:
    """Load and lock every row that was seen, and what those belong to."""
    wanted: dict[Name, UUID] = {}
    promised: dict[Name, UUID] = {}
    parents: dict[Name, list[Name]] = {}  # of those that tell all of theirs
    for showing in showings:
        for seen in showing.sightings:
            name = showing.name(seen)
            wanted.setdefault(name, showing.organization_id)
            named = {
                relation: getattr(seen, column, "")
                for relation, column in KINDS[seen.kind].PARENTS.items()
            }
            if all(named.values()):
                parents[name] = [(kind, *name[1:3], id) for kind, id in named.items()]
            ours = showing.promised.get(seen.stripe_id) or hotel.as_uuid(our_id(seen))
            if ours:
                promised.setdefault(name, ours)
    told = {name for name, theirs in parents.items() if wanted.keys() >= set(theirs)}
    rows.lock(wanted, promised, told)


def merge_into(rows: Rows, showings: Iterable[Showing]) -> None:
    """Merge every sighting into its row, and note in each event what it changed."""
    for showing in showings:
        for seen in showing.sightings:
            row = rows[showing.name(seen)]
            before = _seen(row, _without_person(row, seen), showing, rows)
            if before:
                rows.changed[row.pk] = row
            told = {name: old for name, old in before.items() if name not in _UNTOLD}
            if told:
                showing.changes.append(
                    {
                        "kind": seen.kind,
                        "id": str(row.pk),
                        "stripe_id": row.stripe_id,
                        "fields": {
                            name: [_told(old), _told(getattr(row, name))]
                            for name, old in told.items()
                        },
                    }
                )


def _without_person(row: Any, seen: Any) -> Any:
    """Return what may be kept of a sighting: who was erased stays so, whoever tells of them."""
    if not seen.whole or not row.PERSONAL or row.erased_at is None:
        return seen
    return replace(seen, **dict.fromkeys(row.PERSONAL, ""))


def _seen(row: Any, seen: Snapshot, showing: Showing, rows: Rows) -> dict[str, Any]:
    if showing.reads and seen.whole and showing.name(seen) == showing.reads[0]:
        return _read_again(row, seen, showing.event, showing.reads[1])
    dirty, top = row.dirty, row.register_key
    before = _merge(row, seen, showing.event)
    if row.dirty > dirty:
        if showing.asked:
            row.dirty = before.pop("dirty")
        elif _share_a_second(top, seen, showing.event):
            rows.tied.add(row.pk)
    return before


def _share_a_second(top: str, seen: Snapshot, event: StripeEvent) -> bool:
    """Say whether another sighting, as high as the highest so far, was made in its second."""
    own = key(KINDS[seen.kind].MERGE, seen, at=event.created, event_id=event.id)
    return top != own and top[:15] == own[:15]  # level and second


def _read_again(row: Any, seen: Snapshot, event: StripeEvent, token: int) -> dict[str, Any]:
    """
    Let a row stand as Stripe has it now, unless a later re-read has been here.

    With events since the token another re-read is owed, which will be later than they; until then
    this one is a sighting among others.

    :param token: the row's `dirty` before Stripe was asked.
    """
    table = KINDS[seen.kind].MERGE
    if token < row.cleaned:
        return {}
    mark = key(table, seen, at=event.created, event_id=event.id)
    if row.dirty > token:
        return merge(table, row, seen, mark)
    before: dict[str, Any] = {}

    def put(name: str, value: Any) -> None:
        old = getattr(row, name)
        if old != value:
            before.setdefault(name, old)
            setattr(row, name, value)

    if row.conflict:
        for name, rule in table.items():
            if isinstance(rule, Once) and getattr(seen, name, None) not in (None, ""):
                put(name, getattr(seen, name))
    for name, old in merge(table, row, seen, None).items():
        before.setdefault(name, old)
    ranks = [(name, rule) for name, rule in table.items() if isinstance(rule, Rank)]
    if row.conflict or all(
        rule.level(getattr(seen, name)) >= rule.level(getattr(row, name)) for name, rule in ranks
    ):
        for name, rule in table.items():
            if rule.moves:
                put(name, getattr(seen, name))
        put("register_key", mark)
    put("conflict", False)
    put("seen", True)
    return before


def _merge(row: Any, seen: Snapshot, event: StripeEvent) -> dict[str, Any]:
    table = KINDS[seen.kind].MERGE
    if not seen.whole:
        return merge(table, row, seen, None)
    asked = (row.amount, row.currency) if seen.kind == "payment" and row.promised else None
    before = merge(table, row, seen, key(table, seen, at=event.created, event_id=event.id))
    if not row.seen:
        before["seen"] = False
        row.seen = True
        if _is_not_what_was_promised(asked, seen):
            before["conflict"] = row.conflict
            row.conflict = True
    before["dirty"] = row.dirty  # a snapshot is a hint to re-read: Stripe promises no order
    row.dirty += 1
    return before


def _is_not_what_was_promised(asked: tuple[int, str] | None, seen: Any) -> bool:
    """Say whether Stripe has a payment for another amount than our own promised row says."""
    return asked is not None and asked != (seen.amount, seen.currency)


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
