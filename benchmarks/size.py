"""Whether a long past makes it slow: the door and a worker with an empty and with a full inbox."""

from contextlib import ExitStack

from benchmarks import client, stays
from benchmarks.runs import Run
from benchmarks.sizes import Rows, middle, spread
from benchmarks.work import settle

CONNECTIONS = 8
SHARE = (
    4  # of the bookings that a worker is told about elsewhere; each event comes by the door here
)
EMPTY, FULL = "an empty inbox", "a full one"


def measure(run: Run) -> Rows:
    """Bring new events to both and settle them, in turns; return how the full one compares."""
    rates: dict[str, dict[str, list[float]]] = {
        what: {EMPTY: [], FULL: []} for what in ("the door", "one worker")
    }
    with ExitStack() as stack:
        sides = {}
        for name, side in (("short_past", EMPTY), ("long_past", FULL)):
            url = run.databases.new(name)
            pair = stack.enter_context(run.hands(url))
            if side == FULL:
                pair.do("fill", settled=run.sizes.settled, transactions=run.sizes.transactions)
            port = stack.enter_context(run.serving("pms.wsgi", url))
            sides[side] = (pair, port)
        bookings = run.sizes.bookings // SHARE
        for number in range(run.sizes.rounds + 1):
            for side, (pair, port) in sides.items():
                pair.do("book", count=bookings, seed=number)
                bodies = stays.bodies(bookings, seed=number)
                load = client.send(port, stays.deliveries(bodies, port), CONNECTIONS)
                rate, _ = settle([pair], len(bodies))
                if not number:  # a round to warm up, after which the tables are known
                    pair.do("analyze")
                    continue
                rates["the door"][side].append(load.rate)
                rates["one worker"][side].append(rate)
    rows: Rows = []
    for what, found in rates.items():
        ratios = [full / empty for full, empty in zip(found[FULL], found[EMPTY], strict=True)]
        rows.append(
            {
                "events/s": what,
                EMPTY: middle(found[EMPTY]),
                FULL: middle(found[FULL]),
                "ratio": middle(ratios, 2),
                "from round to round": spread(ratios),
            }
        )
    return rows
