"""
The processes that a run starts: web servers, and processes inside the system that do tasks.

Each is ended by its own process id when its `with` ends.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from benchmarks.sizes import Failed
from benchmarks.stays import SECRETS

ROOT = Path(__file__).resolve().parent.parent
PORTS = range(8160, 8180)
WORKERS = 2
PATIENCE = 30.0  # seconds until a server answers, or has ended


def environment(url: str) -> dict[str, str]:
    """Return the environment of a production server with this database."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": url,
        "DEBUG": "False",
        "DJANGO_SETTINGS_MODULE": "pms.settings",
        "SECRET_KEY": "for benchmarks alone",
        "STRIPE_CONNECT_WEBHOOK_SECRET": SECRETS["connect"],
        "STRIPE_WEBHOOK_SECRET": SECRETS["platform"],
    }


@contextmanager
def running(
    *arguments: str, url: str, log: Path, env: Mapping[str, str] | None = None, **pipes: Any
) -> Iterator["subprocess.Popen[str]"]:
    """Start a Python module as a process in the system's environment; end it afterwards."""
    with log.open("a") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=environment(url) | dict(env or {}),
            text=True,
            start_new_session=True,  # Ctrl-C is ours: we end it in order
            stderr=lines,
            **pipes,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # a session of its own: it and its workers
            process.wait()


@dataclass(frozen=True)
class Served:
    """A web server that answers."""

    port: int
    process: "subprocess.Popen[str]"

    @contextmanager
    def timed(self) -> Iterator[Callable[[], float]]:
        """Give, for afterwards, the seconds of a processor that all its workers took meanwhile."""
        before = _ticks(self.process.pid)
        after: list[int] = []
        yield lambda: max(1, after[0] - before) / os.sysconf("SC_CLK_TCK")
        after.append(_ticks(self.process.pid))


@contextmanager
def serving(
    server: str, module: str, *, url: str, log: Path, env: Mapping[str, str]
) -> Iterator[Served]:
    """Serve a module's WSGI application with two workers; yield it once it answers."""
    port = free_port()
    name = f"{module}:application"
    programs = {
        "gunicorn": ["gunicorn", name, "--bind", f"127.0.0.1:{port}", "--no-control-socket"],
        "granian": [
            *("granian", name, "--host", "127.0.0.1", "--port", str(port)),
            *("--interface", "wsgi", "--blocking-threads", "1"),
        ],
    }
    with running(
        *(*programs[server], "--workers", str(WORKERS)),
        url=url,
        log=log,
        env=env,
        stdout=subprocess.DEVNULL,
    ) as process:
        _wait_for(process, port, log)
        yield Served(port, process)


def _ticks(session: int) -> int:
    """Return the processor time of all processes in a session, as Linux counts it."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
        if int(fields[3]) == session:
            ticks += int(fields[11]) + int(fields[12])  # its own code, and the kernel for it
    return ticks


def free_port() -> int:
    """Return the first of our ports that nobody listens on."""
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Failed(f"The ports {PORTS[0]} to {PORTS[-1]} are all taken.")


def _wait_for(process: "subprocess.Popen[str]", port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise Failed("The server did not start.")


class TaskProcess:
    """A process inside the system that does what it is told: see `benchmarks.tasks`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._in: IO[str] = process.stdin  # type: ignore[assignment]
        self._out: IO[str] = process.stdout  # type: ignore[assignment]

    def do(self, task: str, **details: Any) -> Any:
        """Have a task done; return what came of it."""
        self.begin(task, **details)
        return self.end()

    def begin(self, task: str, **details: Any) -> None:
        """Have a task begun."""
        self._in.write(json.dumps([task, details]) + "\n")
        self._in.flush()

    def end(self) -> Any:
        """Return what came of the task that was begun, when it is done."""
        line = self._out.readline()
        if not line:
            raise Failed("A process ended in the middle of its task.")
        return json.loads(line)


@contextmanager
def tasks(url: str, log: Path) -> Iterator[TaskProcess]:
    """Start a process inside the system with this database."""
    pipe = subprocess.PIPE
    with running("benchmarks.tasks", url=url, log=log, stdin=pipe, stdout=pipe) as process:
        yield TaskProcess(process)
