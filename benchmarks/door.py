"""The door against a bare Django view: rate and waiting, and what it says to the database."""

from contextlib import ExitStack
from typing import Any

from benchmarks import client, stays
from benchmarks.databases import BARE_INBOX, INBOX
from benchmarks.runs import Run
from benchmarks.sizes import Failed, Rows, middle, share, spread

PERCENTS = (50, 95, 99)

Rounds = list[tuple[client.Load, client.Load]]  # the door's and the bare view's, in turns


def measure(run: Run) -> Rows:
    """Deliver the same events to both, in turns; return how the door compares."""
    url = run.databases.new("door")
    bodies = stays.bodies(run.sizes.deliveries, seed=1)[: run.sizes.deliveries]
    with ExitStack() as stack:
        tables = stack.enter_context(run.databases.connect(url))
        _make_bare_inbox(tables)
        sides = [
            (stack.enter_context(run.serving(application, url)), inbox)
            for application, inbox in (("pms.wsgi", INBOX), ("benchmarks.bare", BARE_INBOX))
        ]
        for port, _ in sides:
            _warm(port, bodies)
        rows: Rows = []
        for connections in run.sizes.concurrency:
            rounds: Rounds = []
            for _ in range(run.sizes.rounds):
                loads = []
                for port, inbox in sides:
                    tables.execute(f"TRUNCATE {inbox} CASCADE")
                    loads.append(client.send(port, stays.deliveries(bodies, port), connections))
                    _check(tables, inbox, len(bodies))
                rounds.append((loads[0], loads[1]))
            rows += _rows(connections, rounds)
    return rows


def statements(run: Run) -> Rows:
    """Count what the door says to PostgreSQL for each event."""
    with run.hands(run.databases.new("door_statements")) as pair:
        found = pair.do("statements_of_door", count=run.sizes.counted, seed=1)
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


def _check(tables: Any, inbox: str, expected: int) -> None:
    (count,) = tables.execute(f"SELECT count(*) FROM {inbox}").fetchone()
    if count != expected:
        raise Failed(f"{expected} events were delivered, but {inbox} has {count}.")


def _rows(connections: int, rounds: Rounds) -> Rows:
    """Return the figures of one concurrency; a ratio is the median of the rounds' own ratios."""
    rates = [(ours.rate, theirs.rate) for ours, theirs in rounds]
    figures = [("rate", "events/s", rates)]
    for percent in PERCENTS:
        waits = [(ours.wait(percent), theirs.wait(percent)) for ours, theirs in rounds]
        figures.append((f"p{percent}", "ms", waits))
    rows: Rows = []
    for name, unit, pairs in figures:
        ratios = [ours / theirs for ours, theirs in pairs]
        rows.append(
            {
                "connections": connections,
                "figure": name,
                "unit": unit,
                "the door": middle([ours for ours, _ in pairs]),
                "a bare view": middle([theirs for _, theirs in pairs]),
                "ratio": middle(ratios, 2),
                "from round to round": spread(ratios),
            }
        )
    busiest = max(load.client for pair in rounds for load in pair)
    for row in rows:
        row["client's core"] = f"{busiest:.0%}"
    return rows
