"""Whether a long past makes it slow: the door and a worker with an empty and with a full inbox."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks import client, stays
from benchmarks.processes import Served, TaskProcess
from benchmarks.runs import Run
from benchmarks.sizes import Rows, middle, spread
from benchmarks.work import Settled, settle

CONNECTIONS = 8
SHARE = 4  # a part of the bookings that `work` takes: here each event comes by the door
EMPTY, FULL = "an empty inbox", "a full one"


@dataclass(frozen=True)
class Turn:
    """One side in one round."""

    rate: float  # of the door, events a second
    busy: float  # milliseconds of a processor for a delivery
    settled: Settled


FIGURES: list[tuple[str, str, Callable[[Turn], float]]] = [
    ("the door's rate", "events/s", lambda turn: turn.rate),
    ("the door's processor", "ms/event", lambda turn: turn.busy),
    ("one worker's rate", "events/s", lambda turn: turn.settled.rate),
    ("one worker's processor", "ms/event", lambda turn: turn.settled.busy),
]


def measure(run: Run) -> Rows:
    """Bring new events to both and settle them, in turns; return how the full one compares."""
    turns: dict[str, list[Turn]] = {EMPTY: [], FULL: []}
    bookings = run.sizes.bookings // SHARE
    with ExitStack() as stack:
        sides = {}
        for name, side in (("short_past", EMPTY), ("long_past", FULL)):
            url = run.databases.new(name)
            process = stack.enter_context(run.tasks(url))
            if side == FULL:
                process.do("fill", settled=run.sizes.settled, transactions=run.sizes.transactions)
            sides[side] = (process, stack.enter_context(run.serving("pms.wsgi", url)))
        for process, served in sides.values():  # to warm up, and to know the tables
            _turn(process, served, stays.bodies(bookings, seed=0), bookings, seed=0)
            process.do("analyze")
        for number in range(1, run.sizes.rounds + 1):
            bodies = stays.bodies(bookings, seed=number)
            for side, (process, served) in sides.items():
                turns[side].append(_turn(process, served, bodies, bookings, seed=number))
    rows: Rows = []
    for name, unit, figure in FIGURES:
        empty, full = ([figure(turn) for turn in turns[side]] for side in (EMPTY, FULL))
        ratios = [this / that for this, that in zip(full, empty, strict=True)]
        rows.append(
            {
                "figure": name,
                "unit": unit,
                EMPTY: middle(empty, 2),
                FULL: middle(full, 2),
                "ratio": middle(ratios, 2),
                "from round to round": spread(ratios),
            }
        )
    return rows


def _turn(
    process: TaskProcess, served: Served, bodies: list[bytes], bookings: int, seed: int
) -> Turn:
    """Bring the events of new bookings to one side's door, and have its worker settle them."""
    process.do("book", count=bookings, seed=seed)
    requests = stays.deliveries(bodies, served.port)
    with served.timed() as busy:
        load = client.send(served.port, requests, CONNECTIONS)
    return Turn(load.rate, 1000 * busy() / len(requests), settle([process], len(bodies)))
