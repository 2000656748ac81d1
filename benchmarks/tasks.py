"""
A process inside the system: it books, receives, settles and counts when it is told to.

Reads a JSON line with a task and its details, answers with a JSON line. What is measured without
a web server runs in processes of this kind, as `payments_work` would.
"""

import io
import json
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import django

django.setup()

from django.conf import settings  # noqa: E402  Django comes first
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from knox.models import AuthToken  # noqa: E402
from psycopg.pq import Trace  # noqa: E402

from benchmarks import admin_pages, filling, staff_pages, stays  # noqa: E402
from benchmarks.core import shuffle  # noqa: E402
from organizations.models import Membership, Organization, Property, Role  # noqa: E402
from payments import hotel  # noqa: E402
from payments.models import ConnectedAccount, State, WebhookEvent  # noqa: E402
from payments.operations.connect import accounts  # noqa: E402
from payments.operations.payments import payment_intents  # noqa: E402
from payments.outgoing import keeping  # noqa: E402
from payments.webhooks import inbox, resyncing, worker  # noqa: E402
from pms.wsgi import application  # noqa: E402
from reservations.models import Guest  # noqa: E402
from sandbox.scenarios import SCENARIOS  # noqa: E402

# A statement in libpq's trace: a simple one with its text, or one that was parsed before.
_STATEMENT = re.compile(r'^F\t\d+\t(?:Query\t "\s*(\w+)|(Execute))', re.MULTILINE)


def main() -> None:
    """Do one task after the other until nobody has any."""
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        task, details = json.loads(line)
        answers.write(json.dumps(TASKS[task](**details)) + "\n")
        answers.flush()


def migrate() -> None:
    """Make all tables, and one hotel."""
    call_command("migrate", verbosity=0)
    group = Organization.objects.create(
        id=stays.ORGANIZATION, slug="harbour", name="Harbour Hotels", currency="eur"
    )
    Property.objects.create(
        id=stays.PROPERTY, organization=group, slug="downtown", name="Harbour Downtown"
    )
    Guest.objects.create(organization=group, name="Guest of the house", email="guest@example.com")
    accounts.connect(stripe_id=stays.ACCOUNT, livemode=False, organization_id=group.pk)


def receive(count: int, seed: int) -> int:
    """Make bookings and write all their events into the inbox; return how many."""
    filling.book(count, seed)
    bodies = stays.bodies(count, seed)
    with transaction.atomic():
        for body in bodies:
            inbox.receive(body, stays.scope(body))
    return len(bodies)


def drain() -> dict[str, Any]:
    """Settle what is due; return how many events became what, and from when to when."""
    connection.ensure_connection()
    began, used = time.monotonic(), time.process_time()
    counts = worker.drain()
    return {
        "counts": counts,
        "began": began,
        "ended": time.monotonic(),  # the same clock in every process
        "busy": time.process_time() - used,
    }


def resync(url: str, account: str) -> dict[str, Any]:
    """Fetch and settle an account's events from a stand-in; return what came of it."""
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = stays.KEY, url
    settings.PAYMENTS_CALLS_PER_SECOND = 10_000  # the stand-in turns nobody away
    # A story of the round before has closed its connection.
    ConnectedAccount.objects.filter(stripe_id=account).update(deauthorized_at=None)
    began, used = time.monotonic(), time.process_time()
    found = resyncing.resync([account], timezone.now() - resyncing.FARTHEST)
    seconds, busy = time.monotonic() - began, time.process_time() - used
    left = WebhookEvent.objects.filter(state__in=[State.RECEIVED, State.QUARANTINED]).count()
    return {
        "new": found.new,
        "failed": found.failed,
        "left": left,
        "seconds": seconds,
        "busy": busy,
    }


def hire() -> str:
    """Let somebody manage the hotel; return a token that their programs ask the API with."""
    user = get_user_model().objects.create(username="manager")
    Membership.objects.create(user=user, organization_id=stays.ORGANIZATION, role=Role.MANAGER)
    return AuthToken.objects.create(user=user)[1]


def pay(count: int, seed: int) -> None:
    """Make bookings that their guests have paid."""
    filling.book(count, seed)
    with transaction.atomic():
        for body in stays.paid(count, seed):
            inbox.receive(body, stays.scope(body))
    worker.drain()


def promise(count: int, seed: int) -> None:
    """Make bookings, and promise a payment for each, which nobody asks Stripe for yet."""
    settings.STRIPE_SECRET_KEY = stays.KEY
    filling.book(count, seed)
    ids = [UUID(stay.reservation) for stay in stays.stays(count, seed)]
    for booking in hotel.bookings(ids).values():
        payment_intents.prepare(booking=booking, amount=1_000, purpose="deposit")


def keep(url: str, at_once: int) -> dict[str, Any]:
    """Keep every promise, asking a stand-in; return how many, and how long it took."""
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = stays.KEY, url
    settings.PAYMENTS_CALLS_PER_SECOND = 10_000  # the stand-in turns nobody away
    settings.PAYMENTS_CALLS_AT_ONCE = at_once
    began, used = time.monotonic(), time.process_time()
    ended = keeping.keep_due(early=True)
    seconds, busy = time.monotonic() - began, time.process_time() - used
    return {**ended, "seconds": seconds, "busy": busy}


def statements_of_operations(requests: list[str], url: str) -> list[str]:
    """Bring requests to the API; return what the last one says to PostgreSQL."""
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = stays.KEY, url
    connection.ensure_connection()
    *first, last = [request.encode() for request in requests]
    for request in first:
        _bring(request, "201 Created")
    with said() as words:
        _bring(last, "201 Created")
    return words


def statements_of_worker(count: int, seed: int, batch: int) -> dict[str, Any]:
    """Settle these bookings' events in batches of a size; return what was said to PostgreSQL."""
    events = receive(count, seed)
    settings.PAYMENTS_BATCH_SIZE = batch
    with said() as words:
        worker.drain()
    return {"events": events, "words": words}


def statements_of_door(count: int, seed: int) -> dict[str, Any]:
    """Bring these bookings' events to the door; return what was said to PostgreSQL."""
    bodies = stays.bodies(count, seed)
    first, *rest = stays.deliveries(bodies, 0)
    connection.ensure_connection()
    _bring(first)
    with said() as words:
        for request in rest:
            _bring(request)
    return {"events": len(rest), "words": words}


def _bring(request: bytes, wanted: str = "200 OK") -> None:
    """Hand a request to the system as a WSGI server does."""
    head, _, body = request.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": head.split(b" ", 2)[1].decode(),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/json",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": headers.get("Authorization", ""),
        "HTTP_STRIPE_SIGNATURE": headers.get("Stripe-Signature", ""),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    statuses: list[str] = []
    answer = application(environ, lambda status, _headers: statuses.append(status))
    list(answer)
    answer.close()
    if statuses != [wanted]:
        raise RuntimeError(f"The answer was {statuses}.")


@contextmanager
def said() -> Iterator[list[str]]:
    """
    Give the first word of every statement that goes over the wire to PostgreSQL meanwhile.

    Written down by libpq itself, so BEGIN, COMMIT and whatever a driver adds are in it.
    """
    words: list[str] = []
    wire = connection.connection.pgconn
    with tempfile.TemporaryFile("w+", errors="replace") as trace:
        wire.trace(trace.fileno())
        wire.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        try:
            yield words
        finally:
            wire.untrace()
        if connection.connection.pgconn is not wire:
            raise RuntimeError("The connection was replaced: not everything was counted.")
        trace.seek(0)
        words += [a or b for a, b in _STATEMENT.findall(trace.read())]


def fill(settled: int, transactions: int) -> None:
    """Make a hotel's past: old events and old payments, without telling them one by one."""
    receive(count=len(SCENARIOS), seed=9_999)
    worker.drain()
    filling.fill(settled=settled, transactions=transactions)


def analyze() -> None:
    """Let PostgreSQL know its tables, which in a running system it does by itself."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


TASKS: dict[str, Callable[..., Any]] = {
    task.__name__: task
    for task in (
        *(migrate, filling.book, receive, drain, resync, fill, analyze),
        *(hire, pay, promise, keep),
        *(statements_of_door, statements_of_operations, statements_of_worker, shuffle),
        *(admin_pages.fill_admin, admin_pages.look, staff_pages.look_at_pages),
    )
}


if __name__ == "__main__":
    main()
