"""Events that no webhook brought: fetched from a stand-in that answers at once, and settled."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks import standin, stays
from benchmarks.runs import Run
from benchmarks.sizes import Failed, Rows, middle

_PAGE = 100


def measure(run: Run) -> Rows:
    """Let one process fetch and settle the events of as many bookings; return how fast it was."""
    rates, busy, fetched = [], [], 0
    with run.tasks(run.databases.new("resync")) as process:
        for number in range(run.sizes.rounds):
            seed = 700 + number
            process.do("book", count=run.sizes.bookings, seed=seed)
            told = [
                json.loads(body)
                for body in stays.bodies(run.sizes.bookings, seed)
                if stays.scope(body) == "connect"
            ]
            with _serving(told) as url:
                done = process.do("resync", url=url, account=stays.ACCOUNT)
            if done["new"] != len(told) or done["left"]:
                raise Failed(f"{len(told)} events were missed. What became of them: {done}.")
            rates.append(len(told) / done["seconds"])
            busy.append(1000 * done["busy"] / len(told))
            fetched += len(told)
    return [
        {
            "events": fetched,
            "events/s": middle(rates),
            "processor, ms/event": middle(busy, 2),
        }
    ]


@contextmanager
def _serving(told: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Serve these events as `GET /v1/events` does, page by page, each page made beforehand."""
    parts = [told[start : start + _PAGE] for start in range(0, len(told), _PAGE)]
    pages: dict[str, bytes] = {}
    after = ""
    for number, data in enumerate(parts):
        more = number + 1 < len(parts)
        listed = {"object": "list", "url": "/v1/events", "data": data, "has_more": more}
        pages[after] = json.dumps(listed).encode()
        after = data[-1]["id"]
    with standin.serving(lambda path, query: pages[query.get("starting_after", "")]) as url:
        yield url
