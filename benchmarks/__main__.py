"""
What the system takes, measured on this machine.

    python -m benchmarks                   everything, some minutes
    python -m benchmarks door --quick      one part of it, roughly
    python -m benchmarks work --json       one JSON value and nothing else

Needs a PostgreSQL server: DATABASE_URL's, else the one on 127.0.0.1:5432 as user postgres. Makes
databases of its own there and drops them. Nothing leaves this machine.
"""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import admin_lists, door, operations, processes, resync, size, staff_lists, work
from benchmarks.databases import Databases
from benchmarks.runs import Run
from benchmarks.sizes import FULL, QUICK, TINY, Failed, Rows, table


def _core(run: Run) -> Rows:
    with run.tasks("sqlite://:memory:") as process:  # which nobody opens
        return process.do("shuffle", seconds=run.sizes.seconds)


# Part → table → its title, and what makes it.
PARTS: dict[str, dict[str, tuple[str, Callable[[Run], Rows]]]] = {
    "door": {
        "door": ("The door, beside a bare Django view", door.measure),
        "door_statements": ("What the door says to PostgreSQL", door.statements),
    },
    "work": {
        "work": ("Events settled by one worker and by two", work.measure),
        "work_statements": ("What a worker says to PostgreSQL", work.statements),
    },
    "operations": {
        "operations": ("Operations by API, beside a bare Django view", operations.measure),
        "operations_statements": ("What an operation says to PostgreSQL", operations.statements),
        "promises": ("Promises that one worker keeps", operations.kept),
    },
    "resync": {"resync": ("Missed events, fetched and settled by one process", resync.measure)},
    "size": {"size": ("With nothing in the inbox, and with a long past", size.measure)},
    "admin": {
        "admin": (
            "First pages of the admin in milliseconds, p50 / p95, by who looks",
            admin_lists.measure,
        )
    },
    "pages": {
        "pages": ("Pages of staff in milliseconds, p50 / p95, by who looks", staff_lists.measure)
    },
    "core": {"core": ("Events in any order, settled without a database", _core)},
}


def main() -> int:
    """Run what was asked for; return the exit code."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that all is cleared away
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        log.touch()

        def migrate(url: str) -> None:
            with processes.tasks(url, log) as process:
                process.do("migrate")

        try:
            with Databases(migrate) as databases:
                run = Run(options.sizes, options.server, databases, log)
                found = measured(options.parts, run, options.say)
        except Failed as failed:
            print(f"{failed}\n\n{log.read_text(errors='replace')[-2000:]}", file=sys.stderr)
            return 1
    if options.json:
        print(json.dumps({"machine": machine(), "server": options.server, **found}, indent=2))
    return 0


def measured(parts: Sequence[str], run: Run, say: Callable[[str], Any]) -> dict[str, Rows]:
    """Measure some parts one by one, and say each table as soon as it is there."""
    found = {}
    for part in parts:
        for name, (title, measure) in PARTS[part].items():
            found[name] = measure(run)
            say(f"{title}\n\n{table(found[name])}\n")
    return found


def machine() -> dict[str, Any]:
    """Say on what and when this was measured."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("part", nargs="?", choices=("all", *PARTS), default="all")
    parser.add_argument("--rounds", type=int, help="of each side, in turns (9)")
    parser.add_argument("--quick", action="store_true", help="roughly, in some minutes")
    parser.add_argument("--tiny", action="store_true", help="only to see whether it runs")
    parser.add_argument("--server", choices=("gunicorn", "granian"), default="gunicorn")
    parser.add_argument("--json", action="store_true", help="one JSON value and nothing else")
    options = parser.parse_args()
    options.parts = list(PARTS) if options.part == "all" else [options.part]
    sizes = TINY if options.tiny else QUICK if options.quick else FULL
    options.sizes = replace(sizes, rounds=options.rounds) if options.rounds else sizes
    options.say = (lambda text: None) if options.json else lambda text: print(text, flush=True)
    return options


if __name__ == "__main__":
    sys.exit(main())
