"""The door against a bare Django view: rate and waiting, and what it says to the database."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from benchmarks import client, stays
from benchmarks.databases import BARE_INBOX, INBOX
from benchmarks.processes import Served
from benchmarks.runs import Run
from benchmarks.sizes import Failed, Rows, middle, share, spread


@dataclass(frozen=True)
class Turn:
    """One side in one round."""

    load: client.Load
    busy: float  # milliseconds of a processor for a delivery


Rounds = list[tuple[Turn, Turn]]  # the door's and the bare view's


def measure(run: Run) -> Rows:
    """Deliver the same events to both, in turns; return how the door compares."""
    url = run.databases.new("door")
    bodies = stays.bodies(run.sizes.deliveries, seed=1)[: run.sizes.deliveries]
    with ExitStack() as stack:
        tables = stack.enter_context(run.databases.connect(url))
        _make_bare_inbox(tables)
        sides = [
            (stack.enter_context(run.serving(module, url)), inbox)
            for module, inbox in (("pms.wsgi", INBOX), ("benchmarks.bare", BARE_INBOX))
        ]
        for served, _ in sides:
            _warm(served.port, bodies)
        rows: Rows = []
        for connections in run.sizes.concurrency:
            rounds: Rounds = []
            for _ in range(run.sizes.rounds):
                door, bare = (
                    _turn(served, tables, inbox, bodies, connections) for served, inbox in sides
                )
                rounds.append((door, bare))
            rows += _rows(connections, rounds)
    return rows


def statements(run: Run) -> Rows:
    """Count what the door says to PostgreSQL for each event."""
    with run.tasks(run.databases.new("door_statements")) as process:
        found = process.do("statements_of_door", count=run.sizes.counted, seed=1)
    words = sorted({*found["words"]})
    return [
        {
            "the door": f"{found['events']} deliveries, one in ten a double",
            "statements an event": share(len(found["words"]), found["events"]),
            "which": ", ".join(words),
        }
    ]


def _warm(port: int, bodies: list[bytes]) -> None:
    """Let every process of a server answer, for the first time imports what it needs."""
    for _ in range(3):
        client.send(port, stays.deliveries(bodies[:200], port), 16)


def _make_bare_inbox(tables: Any) -> None:
    """Make a table like the inbox: its columns, its indexes, its foreign key."""
    tables.execute(f"CREATE TABLE {BARE_INBOX} (LIKE {INBOX} INCLUDING ALL)")
    tables.execute(
        f"ALTER TABLE {BARE_INBOX} ADD FOREIGN KEY (organization_id) REFERENCES organizations"
        " DEFERRABLE INITIALLY DEFERRED"
    )


def _turn(served: Served, tables: Any, inbox: str, bodies: list[bytes], connections: int) -> Turn:
    """
    Deliver events to one side, whose inbox is empty before.

    :raises Failed: not every event is in the inbox afterwards, once.
    """
    tables.execute(f"TRUNCATE {inbox} CASCADE")
    requests = stays.deliveries(bodies, served.port)
    with served.timed() as busy:
        load = client.send(served.port, requests, connections)
    (count,) = tables.execute(f"SELECT count(*) FROM {inbox}").fetchone()
    if count != len(bodies):
        raise Failed(f"{len(bodies)} events were delivered, but {inbox} has {count}.")
    return Turn(load, 1000 * busy() / len(requests))


def _rows(connections: int, rounds: Rounds) -> Rows:
    """Return the figures of one concurrency; a ratio is the median of the rounds' own ratios."""
    figures: list[tuple[str, str, Callable[[Turn], float]]] = [
        ("rate", "events/s", lambda turn: turn.load.rate),
        ("p50", "ms", lambda turn: turn.load.wait(50)),
        ("p95", "ms", lambda turn: turn.load.wait(95)),
        ("p99", "ms", lambda turn: turn.load.wait(99)),
        ("processor", "ms/event", lambda turn: turn.busy),
    ]
    rows: Rows = []
    for name, unit, figure in figures:
        pairs = [(figure(ours), figure(theirs)) for ours, theirs in rounds]
        ratios = [ours / theirs for ours, theirs in pairs]
        rows.append(
            {
                "connections": connections,
                "figure": name,
                "unit": unit,
                "the door": middle([ours for ours, _ in pairs], 2),
                "a bare view": middle([theirs for _, theirs in pairs], 2),
                "ratio": middle(ratios, 2),
                "from round to round": spread(ratios),
            }
        )
    busiest = max(turn.load.client for pair in rounds for turn in pair)
    for row in rows:
        row["client's core"] = f"{busiest:.0%}"
    return rows
