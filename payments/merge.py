"""
How two sightings of one thing become one: any order, any number of times, the same result.

Knows nothing of Stripe. A table names each field's rule:

    MERGE = {"status": Rank("pending", "succeeded failed"), "amount": Once(), "receipt": Register()}

`Max`, `Min`, `Or`, `Once`, `Union` and `Tombstone` grow and never look at time. `Register` and
`Rank` are the fields that go both ways: they move together, to whichever sighting has the highest
key, so that no status stands beside another's error. A key is (level of the status, time, tie,
event id): the level comes first, so what is final stays final. All of it is commutative,
associative and idempotent; a property test walks every table and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar

LATEST = 10**12 - 1  # seconds: the largest time that a key can hold


@dataclass(frozen=True)
class Joined:
    """What two values make together, and whether they exclude each other."""

    value: Any
    clash: bool = False


class Rule:
    """One field's way of merging. None and the empty text, on either side, are "not seen"."""

    moves: ClassVar[bool] = False  # with the register, instead of growing

    def first(self, seen: Any) -> Any:
        """Return what is kept of the first value seen."""
        return seen

    def join(self, kept: Any, seen: Any) -> Joined:
        """Return what the two make together; both were seen."""
        raise TypeError(f"{type(self).__name__} moves with the register")


class Max(Rule):
    """The largest number seen."""

    def join(self, kept: Any, seen: Any) -> Joined:
        return Joined(max(kept, seen))


class Min(Rule):
    """The smallest seen: when an object was made is only shown, and decides nothing."""

    def join(self, kept: Any, seen: Any) -> Joined:
        return Joined(min(kept, seen))


class Or(Rule):
    """True for ever, once seen true."""

    def join(self, kept: Any, seen: Any) -> Joined:
        return Joined(bool(kept or seen))


class Tombstone(Or):
    """Gone for ever, once seen gone: ids are never used again."""


class Once(Rule):
    """The one value there is. Should two be seen, the smallest, and they clash."""

    def join(self, kept: Any, seen: Any) -> Joined:
        return Joined(min(kept, seen), clash=kept != seen)


class Union(Rule):
    """All the texts ever seen, sorted."""

    def first(self, seen: Any) -> Any:
        return sorted(set(seen))

    def join(self, kept: Any, seen: Any) -> Joined:
        return Joined(sorted({*kept, *seen}))


class Register(Rule):
    """As the sighting with the highest key shows it."""

    moves = True


class Rank(Rule):
    """
    A status with levels, lowest first; a higher level wins whatever its time.

    :param levels: each a text of statuses that stand on one level, a register among themselves.
    :param excludes: those of which one alone can be true; seen two, they clash, and the first
        named of them shows.
    """

    moves = True

    def __init__(self, *levels: str, excludes: str = "") -> None:
        self.levels = levels
        self.excludes = tuple(excludes.split())
        self._level = {
            status: 10 * level
            for level, line in enumerate(levels, start=1)
            for status in line.split()
        }
        for above, status in enumerate(reversed(self.excludes), start=1):
            self._level[status] += above  # of those that exclude each other the first is highest

    @property
    def values(self) -> list[str]:
        """All statuses that the table knows."""
        return list(self._level)

    def level(self, status: str | None) -> int:
        """Return the height of a status; one we do not know stands on the lowest level."""
        return self._level.get(status, 10) if status else 0

    def clashes(self, kept: str | None, seen: str | None) -> bool:
        """Say whether these two exclude each other."""
        return kept != seen and kept in self.excludes and seen in self.excludes


Table = Mapping[str, Rule]


@cache
def _moving(table: "Frozen") -> tuple[tuple[str, Rule], ...]:
    return tuple((name, rule) for name, rule in table.items() if rule.moves)


@cache
def _growing(table: "Frozen") -> tuple[tuple[str, Rule], ...]:
    return tuple((name, rule) for name, rule in table.items() if not rule.moves)


class Frozen(dict[str, Rule]):
    """A table that can be remembered by identity."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def key(table: Table, seen: Any, *, at: int, event_id: str) -> str:
    """
    Return where a sighting stands among the sightings of its object, as text that sorts.

    :param seen: what was shown; its `tie` orders what happened within one second.
    :param at: when, in seconds since 1970.
    """
    levels = [
        rule.level(getattr(seen, name, None))
        for name, rule in table.items()
        if isinstance(rule, Rank)
    ]
    level = max(levels, default=0)
    return f"{level:02d}.{min(max(at, 0), LATEST):012d}.{getattr(seen, 'tie', 0):02d}.{event_id}"


def time_of(key: str) -> datetime | None:
    """Return when a sighting was made, by its key; None where it never said, or no calendar can."""
    try:
        at = int(key.split(".")[1])
        return datetime.fromtimestamp(at, UTC) if at else None
    except (IndexError, ValueError, OverflowError, OSError):
        return None


def merge(table: "Frozen", kept: Any, seen: Any, register_key: str | None) -> dict[str, Any]:
    """
    Merge what was seen into what is kept, and return what it was before, by field.

    :param kept: has the table's fields, `register_key` and `conflict`; it is changed in place.
    :param seen: has some of the fields.
    :param register_key: where `seen` stands; None when it showed none of the moving fields.
    """
    before: dict[str, Any] = {}

    def put(name: str, value: Any) -> None:
        old = getattr(kept, name)
        if old != value:
            before[name] = old
            setattr(kept, name, value)

    for name, rule in _growing(table):
        value = getattr(seen, name, None)
        if value is None or value == "":
            continue
        old = getattr(kept, name)
        if old is None or old == "":
            put(name, rule.first(value))
            continue
        joined = rule.join(old, value)
        put(name, joined.value)
        if joined.clash:
            put("conflict", True)

    if register_key is not None:
        for name, rule in _moving(table):
            if isinstance(rule, Rank) and rule.clashes(getattr(kept, name), getattr(seen, name)):
                put("conflict", True)
        if register_key > kept.register_key:
            put("register_key", register_key)
            for name, _ in _moving(table):
                put(name, getattr(seen, name))
    return before
