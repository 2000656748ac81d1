"""What the worker settles: events a second by one and by two, and what it says to the database."""

from collections import Counter
from dataclasses import dataclass

from benchmarks.processes import TaskProcess
from benchmarks.runs import Run
from benchmarks.sizes import Failed, Rows, middle, share, spread

BATCHES = (1, 100, 500)  # events


@dataclass(frozen=True)
class Settled:
    """How workers did with what was due."""

    rate: float  # events a second
    busy: float  # milliseconds of a processor for an event, PostgreSQL's own apart


def measure(run: Run) -> Rows:
    """Let one worker and two settle an inbox, in turns; return how fast they were."""
    url = run.databases.new("work")
    found: dict[int, list[Settled]] = {1: [], 2: []}
    with run.tasks(url) as first, run.tasks(url) as second:
        processes = [first, second]
        for process in processes:  # the first batches plan, import and fill caches
            settle([process], process.do("receive", count=50, seed=processes.index(process)))
        first.do("analyze")
        for number in range(run.sizes.rounds):
            for workers, rounds in found.items():
                seed = 10 + 2 * number + workers
                events = first.do("receive", count=run.sizes.bookings, seed=seed)
                rounds.append(settle(processes[:workers], events))
    rows: Rows = []
    for workers, rounds in found.items():
        ratios = [this.rate / one.rate for this, one in zip(rounds, found[1], strict=True)]
        rows.append(
            {
                "workers": workers,
                "events/s": middle([each.rate for each in rounds]),
                "ratio to one": middle(ratios, 2),
                "from round to round": spread(ratios),
                "processor, ms/event": middle([each.busy for each in rounds], 2),
            }
        )
    return rows


def statements(run: Run) -> Rows:
    """Count what a worker says to PostgreSQL for each event, by the size of its batches."""
    rows: Rows = []
    with run.tasks(run.databases.new("work_statements")) as process:
        settle([process], process.do("receive", count=10, seed=1))
        for batch in BATCHES:
            found = process.do(
                "statements_of_worker", count=run.sizes.counted, seed=100 + batch, batch=batch
            )
            batches = -(-found["events"] // batch)
            rows.append(
                {
                    "events in a batch": batch,
                    "statements a batch": share(len(found["words"]), batches),
                    "statements an event": share(len(found["words"]), found["events"]),
                }
            )
    return rows


def settle(processes: list[TaskProcess], expected: int) -> Settled:
    """
    Let workers settle all that is due.

    :raises Failed: not every event that was expected was settled, or one met an error.
    """
    for process in processes:
        process.begin("drain")
    done = [process.end() for process in processes]
    counts = sum((Counter(each["counts"]) for each in done), Counter())
    if counts.total() != expected or counts["received"] or counts["quarantined"]:
        raise Failed(f"{expected} events were due. What became of them: {dict(counts)}.")
    seconds = max(each["ended"] for each in done) - min(each["began"] for each in done)
    return Settled(expected / seconds, 1000 * sum(each["busy"] for each in done) / expected)
