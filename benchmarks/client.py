"""
Somebody who delivers events as fast as they are taken, over so many connections at once.

Blocking sockets in threads and requests that were built before the clock starts, so that the
client costs little beside the server. Each delivery opens a connection and closes it, since
gunicorn's sync workers keep none open, whatever the sender would like.
"""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.sizes import Failed

TIMEOUT = 30.0  # seconds
MOST_CONNECTIONS = 64


@dataclass(frozen=True)
class Load:
    """How a door did under load."""

    rate: float  # answers a second
    waits: list[float]  # seconds from connecting to the whole answer, sorted
    client: float  # how much of one processor core the client itself took

    def wait(self, percent: int) -> float:
        """Return how long all but the slowest waited, in milliseconds."""
        return 1000 * self.waits[min(len(self.waits) - 1, len(self.waits) * percent // 100)]


def send(port: int, requests: Sequence[bytes], connections: int, *, wanted: int = 200) -> Load:
    """
    Bring all requests to a port of this machine.

    :raises Failed: one was not answered with the status that is wanted.
    """
    if not 1 <= connections <= MOST_CONNECTIONS:
        raise ValueError(f"From 1 to {MOST_CONNECTIONS} connections, not {connections}.")
    left = iter(requests)
    waits: list[float] = []
    problems: list[str] = []
    start = threading.Barrier(connections + 1)
    threads = [
        threading.Thread(
            target=_deliver, args=(port, left, start, waits, problems, wanted), daemon=True
        )
        for _ in range(connections)
    ]
    for thread in threads:
        thread.start()
    start.wait()
    began, used = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.join()
    seconds, busy = time.perf_counter() - began, time.process_time() - used
    if problems:
        raise Failed(f"{len(problems)} deliveries went wrong. The first: {problems[0]}")
    return Load(len(waits) / seconds, sorted(waits), busy / seconds)


def _deliver(
    port: int,
    left: Iterator[bytes],
    start: threading.Barrier,
    waits: list[float],
    problems: list[str],
    wanted: int,
) -> None:
    """Send what is left, one after the other; every connection takes from the same heap."""
    start.wait()
    for request in left:
        began = time.perf_counter()
        try:
            answer = ask(port, request)
        except OSError as error:
            answer = repr(error).encode()
        if answer.startswith(b"HTTP/1.1 %d " % wanted):
            waits.append(time.perf_counter() - began)
        else:
            problems.append(answer[:200].decode(errors="replace"))


def ask(port: int, request: bytes) -> bytes:
    """
    Send one request and return the whole answer.

    :raises OSError: nobody answers there.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)
