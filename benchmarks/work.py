"""What the worker settles: events a second by one and by two, and what it says to the database."""

from benchmarks.processes import Hands
from benchmarks.runs import Run
from benchmarks.sizes import Failed, Rows, middle, share, spread

BATCHES = (1, 100, 500)  # events


def measure(run: Run) -> Rows:
    """Let one worker and two settle an inbox, in turns; return how fast they were."""
    url = run.databases.new("work")
    rates: dict[int, list[float]] = {1: [], 2: []}
    busy: dict[int, list[float]] = {1: [], 2: []}
    with run.hands(url) as first, run.hands(url) as second:
        pairs = [first, second]
        for pair in pairs:  # the first batches plan, import and fill caches
            pair.do("receive", count=50, seed=pairs.index(pair))
            settle([pair])
        first.do("analyze")
        for number in range(run.sizes.rounds):
            for workers in (1, 2):
                events = first.do(
                    "receive", count=run.sizes.bookings, seed=10 + 2 * number + workers
                )
                rate, used = settle(pairs[:workers], events)
                rates[workers].append(rate)
                busy[workers].append(used)
    return [
        {
            "workers": workers,
            "events/s": middle(rates[workers]),
            "ratio to one": middle(ratios := _ratios(rates[workers], rates[1]), 2),
            "from round to round": spread(ratios),
            "worker's share of the time": f"{middle(busy[workers], 2):.0%}",
        }
        for workers in rates
    ]


def statements(run: Run) -> Rows:
    """Count what a worker says to PostgreSQL for each event, by the size of its batches."""
    rows: Rows = []
    with run.hands(run.databases.new("work_statements")) as pair:
        pair.do("receive", count=10, seed=1)
        settle([pair])
        for batch in BATCHES:
            found = pair.do(
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


def settle(pairs: list[Hands], expected: int | None = None) -> tuple[float, float]:
    """
    Let workers settle all that is due; return events a second, and how busy each was, from 0 to 1.

    :raises Failed: not every event that was expected was settled, or one met an error.
    """
    for pair in pairs:
        pair.begin("drain")
    done = [pair.end() for pair in pairs]
    settled = sum(sum(each["counts"].values()) for each in done)
    failed = sum(
        each["counts"].get(state, 0) for each in done for state in ("received", "quarantined")
    )
    if failed or settled != (settled if expected is None else expected):
        raise Failed(f"Of {expected} events {settled} were settled, and {failed} not applied.")
    seconds = max(each["ended"] for each in done) - min(each["began"] for each in done)
    return settled / seconds, sum(each["busy"] for each in done) / seconds / len(pairs)


def _ratios(these: list[float], those: list[float]) -> list[float]:
    return [this / that for this, that in zip(these, those, strict=True)]
