"""A webhook endpoint on this machine, to send to."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import stripe

from sandbox.server.delivery import Endpoint as Own
from sandbox.server.web import Sandbox


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


@pytest.fixture
def sandbox():
    """Return a sandbox of one's own, which serves."""
    with Sandbox(port=0, seed="tests") as server:
        server.start()
        yield server


@pytest.fixture
def told(endpoint):
    """Return a sandbox that sends its events to `endpoint`, as it does to ours by default."""
    own = {scope: Own(endpoint.url, f"whsec_{scope}") for scope in ("platform", "connect")}
    with Sandbox(port=0, seed="tests", own=own) as server:
        server.start()
        yield server


def client_of(server, key="sk_test_any", **options):
    """Return the official SDK's client for a sandbox."""
    bases = dict.fromkeys(("api", "files", "connect"), server.url)
    return stripe.StripeClient(key, base_addresses=bases, max_network_retries=0, **options)


@pytest.fixture
def client(sandbox):
    return client_of(sandbox)
