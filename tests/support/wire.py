"""The far side of the wire, where a test says what it answers: an HTTP server on loopback."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    account: str
    key: str
    version: str


Said = tuple[int, Any] | None  # a status and JSON; None breaks the connection


class Wire(ThreadingHTTPServer):
    """Answers each request with what `answers` says, and keeps what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self.answers: Callable[[Asked], Said] = lambda asked: (404, {"error": {}})
        self.moment: float | None = None  # of every answer; the clock's when None
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Wire
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        where = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(
            errors="replace"
        )
        asked = Asked(
            method=self.command,
            path=where.path,
            query=dict(parse_qsl(where.query)),
            form=dict(parse_qsl(body)),
            account=self.headers.get("Stripe-Account", ""),
            key=self.headers.get("Idempotency-Key", ""),
            version=self.headers.get("Stripe-Version", ""),
        )
        self.server.asked.append(asked)
        said = self.server.answers(asked)
        if said is None:
            self.close_connection = True
            self.connection.close()
            return
        status, value = said
        out = json.dumps(value).encode()
        self.send_response_only(status)
        self.send_header("Date", formatdate(self.server.moment, usegmt=True))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    def log_message(self, *_: Any) -> None:
        pass
