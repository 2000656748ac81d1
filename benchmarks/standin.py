"""A stand-in for Stripe on loopback that answers at once, and remembers nothing."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox import objects

_numbers = itertools.count(1)

Asked = dict[str, str]  # a query, or a form


@contextmanager
def serving(answer: Callable[[str, Asked], bytes]) -> Iterator[str]:
    """Answer what is asked of a path; yield the address of the server meanwhile."""

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            where = urlsplit(self.path)
            self.tell(answer(where.path, dict(parse_qsl(where.query))))

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            self.tell(answer(urlsplit(self.path).path, dict(parse_qsl(sent.decode()))))

        def tell(self, body: bytes) -> None:
            head = (
                "HTTP/1.1 200 OK\r\n"
                f"Date: {formatdate(usegmt=True)}\r\n"
                "Content-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            self.wfile.write(head.encode() + body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

    server = Server(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def makes(path: str, form: Asked) -> bytes:
    """Answer a request for a PaymentIntent or a refund with one."""
    number = next(_numbers)
    facts: dict[str, Any] = {
        "amount": int(form["amount"]),
        "created": int(time.time()),
        "currency": form.get("currency", "eur"),
        "metadata": {
            name[len("metadata[") : -1]: value
            for name, value in form.items()
            if name.startswith("metadata[")
        },
    }
    if path == "/v1/refunds":
        made = objects.refund(
            id=f"re_made_{number}",
            charge=form["charge"],
            payment_intent=form["charge"].replace("ch_", "pi_", 1),
            status="succeeded",
            **facts,
        )
    else:
        made = objects.payment_intent(id=f"pi_made_{number}", **facts)
    return json.dumps(made).encode()
