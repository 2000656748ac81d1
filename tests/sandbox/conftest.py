"""A webhook endpoint on this machine, to send to."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest


class Endpoint(HTTPServer):
    """Writes down what it is sent, and answers what it is told to."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server_port}/api/webhooks/stripe"
        self.answer = 200
        self.received = []  # path, Stripe-Signature, body


class Door(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, self.headers["Stripe-Signature"], body))
        self.send_response(self.server.answer)
        self.end_headers()
        self.wfile.write(b"noted")

    def log_message(self, *args):
        """Say nothing: a test reads `received`."""


@pytest.fixture
def endpoint():
    with Endpoint() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def nobody():
    """Return an address where nobody answers any more."""
    with Endpoint() as gone:
        return gone.url
