"""The HTTP around it: a server on this machine alone, with a thread for each connection."""

import contextlib
import select
import socket
import struct
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox.engine import World
from sandbox.guard import LOOPBACK
from sandbox.server import routes  # noqa: F401  they are registered
from sandbox.server.answering import Answering, Request, Response, date, is_api
from sandbox.server.delivery import Delivery, Endpoint

TICK = 0.1  # seconds between two looks at what has become due
SAVE = 0.2  # seconds between two writes of the state, at least
# Any site's page may ask the API from a browser, but not what is the sandbox's own.
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, DELETE, OPTIONS",
    "Access-Control-Expose-Headers": "Request-Id, Idempotent-Replayed",
}
LARGEST = 32 * 1024 * 1024  # bytes of a request


class Sandbox(ThreadingHTTPServer):
    """
    Stripe on loopback.

        with Sandbox(port=0) as sandbox:
            sandbox.start()
            stripe.StripeClient("sk_test_x", base_addresses={"api": sandbox.url, …})

    :param port: 0 takes any that is free.
    :param state: a file that keeps everything over a restart.
    :param own: our own endpoints, by scope.
    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(
        self,
        *,
        port: int = 12111,
        state: Path | None = None,
        seed: str | None = None,
        own: dict[str, Endpoint] | None = None,
    ) -> None:
        self.world = World(seed=seed, state=state)
        super().__init__(("127.0.0.1", port), Handler)
        self.world.url = self.url
        self.answering = Answering(self.world, Delivery(self.world, own))
        self._stopped = threading.Event()
        self._background: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        """Serve in the background."""
        self._start(lambda: self.serve_forever(0.05))
        self.run_clock()

    def run_clock(self) -> None:
        """Do in the background what becomes due, and keep the state."""
        self._start(self._tick)
        if self.world.state:
            self._start(self._save)

    def _start(self, work: Any) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._background.append(thread)
        thread.start()

    def _tick(self) -> None:
        looked = time.monotonic()
        while not self._stopped.wait(TICK):
            if self.world.tick():
                self.answering.changed.set()
            if self.world.outbox:
                self.answering.delivery.take()
            if time.monotonic() - looked > 60:
                looked = time.monotonic()
                with self.world.lock:
                    self.world.forget()

    def _save(self) -> None:
        while not self._stopped.is_set():
            if self.answering.changed.wait(1):
                self.answering.changed.clear()
                began = time.monotonic()
                self.world.save()
                # Nothing is answered meanwhile: the longer it takes, the rarer it is done.
                self._stopped.wait(max(SAVE, 5 * (time.monotonic() - began)))

    def stop(self) -> None:
        """End it, and keep the state."""
        self._stopped.set()
        self.answering.delivery.stop()
        self.shutdown()
        self.server_close()
        self.world.save()

    def __exit__(self, *args: Any) -> None:
        if not self._stopped.is_set() and self._background:
            self.stop()
        else:
            self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that break: that is what some are for."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Sandbox
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.respond()

    do_POST = do_DELETE = do_OPTIONS = do_HEAD = do_PUT = do_PATCH = do_GET  # noqa: N815

    def respond(self) -> None:
        """Read a request, and answer it, or fail as told."""
        body = self._body()
        if body is None:
            return
        host = urlsplit(f"//{self.headers.get('Host', '127.0.0.1')}").hostname
        if host not in LOOPBACK:
            self.write(Response(403, b"The sandbox answers on this machine alone.", "text/plain"))
            return
        if self.command == "OPTIONS":
            self.write(Response(204, b""))
            return
        where = urlsplit(self.path)
        request = Request(
            method="GET" if self.command == "HEAD" else self.command,
            path=where.path,
            query=where.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        response = self.server.answering.answer(request)
        if response.hangs:
            self._hang(response.hangs)
        elif response.breaks:
            self._break()
        else:
            self.write(response)

    def _body(self) -> bytes | None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = self.headers.get("Content-Length") or "0"
        if not length.isdigit() or int(length) > LARGEST:
            self.close_connection = True
            self.write(Response(413, b"Too large.", "text/plain"))
            return None
        return self.rfile.read(int(length))

    def _chunks(self) -> bytes:
        found = b""
        while size := int(self.rfile.readline(100).split(b";")[0] or b"0", 16):
            found += self.rfile.read(size)
            self.rfile.readline()
            if len(found) > LARGEST:
                break
        self.rfile.readline()
        return found

    def write(self, response: Response) -> None:
        """Send an answer in one piece."""
        try:
            phrase = HTTPStatus(response.status).phrase
        except ValueError:
            phrase = ""
        headers = {
            "Server": "sandbox",
            "Date": date(self.server.world),
            "Content-Type": response.type,
            "Content-Length": str(len(response.body)),
            "Cache-Control": "no-cache, no-store",
            **(SHARED if is_api(self.path) else {}),
            **response.headers,
        }
        lines = [f"HTTP/1.1 {response.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if self.close_connection:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        with contextlib.suppress(OSError):
            self.wfile.write(head if self.command == "HEAD" else head + response.body)

    def _hang(self, seconds: float) -> None:
        """Say nothing, until the other side gives up."""
        self.close_connection = True
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self.server._stopped.is_set():
            ready, _, _ = select.select([self.connection], [], [], min(left, 1.0))
            with contextlib.suppress(OSError):
                if ready and not self.connection.recv(1, socket.MSG_PEEK):
                    return
                if ready:
                    return

    def _break(self) -> None:
        """Break the connection in the middle."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def log_message(self, *args: Any) -> None:
        """Say nothing: whoever wants to know asks `GET /v1/events`."""
