"""
A web server and workers that are killed at any moment, before a Stripe that fails a third of all
calls and loses, doubles and mixes up its webhooks: in the end everything was done once.
"""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter, defaultdict
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import stripe as sdk
from django.conf import settings as configured
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from payments.models import (
    IdempotentRequest,
    OutgoingRequest,
    OwedRead,
    PaymentTransaction,
    WebhookEvent,
)
from payments.outgoing import rereads
from sandbox.server.delivery import Endpoint
from sandbox.server.web import Sandbox
from tests.api.conftest import ORG, program
from tests.factories import AccountFactory, ReservationFactory
from tests.operations.conftest import HARBOUR
from tests.sandbox.test_sandbox_delivery import control, until
from tests.support import truth
from tests.support.desk import Desk, leave_a_card
from tests.support.threads import at_once

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

FAULTS = ["429", "409", "500_before", "500_after", "timeout_before", "timeout_after", "reset"]
COMMANDS = {
    "web": ["-m", "gunicorn", "pms.wsgi:application", "--preload", "--workers=2", "--threads=4"],
    "worker": ["manage.py", "payments_work"],
    "another worker": ["manage.py", "payments_work"],
}
PATIENCE = 90  # seconds, for whatever has to become so in the end


class Machine:
    """The processes of a hotel's server, each in a group of its own."""

    def __init__(self, port, environment, logs):
        self.port, self.environment, self.logs = port, environment, logs
        self.running = {}
        self.killed = Counter()

    def start(self, name):
        command = [sys.executable, *COMMANDS[name]]
        if name == "web":
            command.append(f"--bind=127.0.0.1:{self.port}")
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name):
        """Kill a program with all its processes, and start it again."""
        self._kill(self.running[name])
        self.killed[name] += 1
        self.start(name)

    def kill_a_part(self, chance):
        """Kill one of the processes that answer requests; their parent starts another."""
        parent = self.running["web"].pid
        listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        if listed:
            with suppress(ProcessLookupError):
                os.kill(int(chance.choice(listed)), signal.SIGKILL)
                self.killed["part of web"] += 1

    def end(self):
        for process in self.running.values():
            self._kill(process)

    @staticmethod
    def _kill(process):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its own group: `start_new_session`
        process.wait(10)


class Killer(threading.Thread):
    """Kills something every now and then, until it is told to stop."""

    def __init__(self, machine, seed, pauses):
        super().__init__(daemon=True)
        self.machine, self.pauses = machine, pauses
        self.chance = random.Random(seed)
        self.stopped = threading.Event()

    def run(self):
        while not self.stopped.wait(self.chance.uniform(*self.pauses)):
            what = self.chance.choice([*["part"] * 5, "web", "worker", "another worker"])
            if what == "part":
                self.machine.kill_a_part(self.chance)
            else:
                self.machine.kill(what)

    def stop(self):
        self.stopped.set()
        self.join(30)
        assert not self.is_alive()


class Said:
    """An answer of our API."""

    def __init__(self, status, body):
        self.status_code, self.content = status, body

    def json(self):
        return json.loads(self.content or b"{}")


NO_ANSWER = Said(409, b'{"code": "no_answer", "results": []}')


class Program:
    """Asks the API over the wire; what has no answer it asks again, with the same key."""

    TRIES = 4

    def __init__(self, port, token):
        self.port, self.token = port, token
        self.asked = {}  # key → address and body
        self.told = {}  # key → the last answer

    def gets(self, address):
        return self.asks("GET", address)

    def posts(self, address, body=None):
        key = str(uuid.uuid4())
        self.asked[key] = (address, body or {})
        return self.again(key)

    def again(self, key):
        address, body = self.asked[key]
        answer = self.asks("POST", address, body, key)
        if answer is not NO_ANSWER:
            self.told[key] = answer
        return answer

    def asks_what_became(self):
        """Ask again for whatever was not decided when it was answered, or never answered."""
        for key in self.asked:
            if key not in self.told or not is_decided(self.told[key]):
                self.again(key)

    def asks(self, method, address, body=None, key=""):
        for number in range(self.TRIES):
            if number:
                time.sleep(0.2)
            answer = self.once(method, address, body, key)
            in_progress = answer and answer.status_code == 409 and b"in_progress" in answer.content
            if answer and answer.status_code < 500 and not in_progress:
                return answer
        return NO_ANSWER

    def once(self, method, address, body, key):
        talk = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        given = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        if key:
            given["Idempotency-Key"] = key
        try:
            sent = None if body is None else json.dumps(body)
            talk.request(method, ORG + address, sent, given)
            said = talk.getresponse()
            return Said(said.status, said.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            talk.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def far(settings):
    """A Stripe that tells our web server what happens."""
    port = free_port()
    where = f"http://127.0.0.1:{port}/api/webhooks/stripe"
    own = {
        "platform": Endpoint(where, settings.STRIPE_WEBHOOK_SECRET[0]),
        "connect": Endpoint(where, settings.STRIPE_CONNECT_WEBHOOK_SECRET[0]),
    }
    with Sandbox(port=0, seed="killed", own=own) as server:
        server.start()
        server.ours = port
        settings.STRIPE_SECRET_KEY = "sk_test_of_the_tests"
        settings.STRIPE_API_BASE = server.url
        settings.PAYMENTS_PAUSES = 0.05
        yield server


@pytest.fixture
def machine(transactional_db, far, tmp_path):
    """A web server and two workers, all of whose processes end with the test."""
    place = connection.settings_dict
    login = f"{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}"
    environment = os.environ | {
        "CACHE_URL": f"filecache://{tmp_path / 'cache'}",
        "DATABASE_URL": f"postgres://{login}/{place['NAME']}",
        "LOG_LEVEL": "WARNING",
        "PAYMENTS_API_LIMIT": "1000000",
        "PAYMENTS_CALLS_AT_ONCE": "8",
        "PAYMENTS_PAUSES": str(configured.PAYMENTS_PAUSES),
        "STRIPE_API_BASE": far.url,
        "STRIPE_SECRET_KEY": "sk_test_of_the_tests",
        "STRIPE_TIMEOUT": "0.5",
    }
    found = Machine(far.ours, environment, tmp_path)
    try:
        for name in COMMANDS:
            found.start(name)
        yield found
    finally:
        found.end()


def is_there(port):
    def healthy():
        with suppress(OSError, http.client.HTTPException):
            talk = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            talk.request("GET", "/healthz")
            return talk.getresponse().status == 200

    assert until(healthy, seconds=PATIENCE)


def guest_of(far):
    bases = dict.fromkeys(("api", "files", "connect"), far.url)
    return sdk.StripeClient("pk_test_guest", base_addresses=bases)


def nothing_waits():
    return not (
        OutgoingRequest.objects.filter(state="promised").exists()
        or WebhookEvent.objects.filter(state="received").exists()
        or OwedRead.objects.exists()
    )


def is_decided(answer):
    return answer.status_code != 202 and b"in_progress" not in answer.content


@pytest.mark.parametrize(
    ("count", "clients", "pauses"),
    [
        (120, 4, (0.5, 4.0)),
        pytest.param(5_000, 6, (1.0, 6.0), marks=[pytest.mark.long]),
    ],
)
def test_whoever_is_killed_whenever_all_is_done_once(far, machine, capsys, count, clients, pauses):
    AccountFactory(stripe_id=HARBOUR, account=HARBOUR)
    bookings = [ReservationFactory(code=f"HB-{each}") for each in range(max(4, count // 50))]
    programs = [Program(far.ours, program().token) for _ in range(clients)]
    is_there(far.ours)
    for booking in bookings[::3]:
        leave_a_card(programs[0], guest_of(far), booking.code)
    settled = Counter()
    began = time.monotonic()

    # It goes wrong in every way.
    control(far, "faults", rate=0.3, kinds=FAULTS, seed=count, hang=0.8)
    control(far, "delivery", drop=0.2, double=0.2, shuffle=True, seed=count)
    killer = Killer(machine, count, pauses)
    killer.start()

    def works(number):
        mine = Desk(
            programs[number],
            guest_of(far),
            [each.code for each in bookings],
            random.Random(number),
        )
        while len(mine.done) < count // clients and time.monotonic() - began < 1_500:
            mine.act()
        settled.update(name for name, _ in mine.done)

    try:
        at_once(clients, works)
    finally:
        killer.stop()
    worked = time.monotonic() - began

    # It is over, and what was lost on the way is fetched.
    brought = dict(far.answering.faults.brought)
    control(far, "faults", rate=0)
    control(far, "delivery")
    is_there(far.ours)
    IdempotentRequest.objects.filter(status=None).update(
        begun_at=timezone.now() - timedelta(minutes=2)
    )
    at_once(clients, lambda number: programs[number].asks_what_became())
    assert until(nothing_waits, seconds=PATIENCE), list(
        OutgoingRequest.objects.filter(state="promised").values()
    )
    call_command("stripe_resync", "--json")
    while rereads.keep_due(early=True):
        pass
    assert until(nothing_waits, seconds=PATIENCE)
    at_once(clients, lambda number: programs[number].asks_what_became())
    with capsys.disabled():
        sys.stdout.write(
            f"\n{sum(settled.values())} operations {dict(settled)} in {worked:.0f} s,"
            f" settled in {time.monotonic() - began - worked:.0f} s; killed {dict(machine.killed)};"
            f" faults {brought}\n"
        )

    # Each thing that was asked for was done once, and whoever asked was told.
    assert min(machine.killed["part of web"], machine.killed.total() - machine.killed["web"]) > 0
    assert [each.asked.keys() for each in programs] == [each.told.keys() for each in programs]
    undecided = [
        (each.asked[key], answer.status_code, answer.content)
        for each in programs
        for key, answer in each.told.items()
        if not is_decided(answer)
    ]
    assert not undecided
    made = Counter(
        answer.json()["id"]
        for each in programs
        for key, answer in each.told.items()
        if answer.status_code == 201 and each.asked[key][0].endswith(("/payments/", "/charges/"))
    )
    assert set(made.values()) == {1}
    of_one_key = OutgoingRequest.objects.filter(kind__in=["payment", "capture", "cancel"])
    assert not of_one_key.filter(asked_as=None).exists()
    assert not of_one_key.values("asked_as").annotate(n=Count("pk")).filter(n__gt=1).exists()

    # At Stripe, too.
    with far.world.lock:
        books = far.world.books(HARBOUR)
        intents, refunds = books.all("payment_intent"), books.all("refund")
        charges = books.all("charge")
        released = {each["id"] for each in refunds if books.note(each["id"]).get("release")}
    for things in (intents, refunds):
        ours = Counter(
            (each["metadata"] or {}).get("transactionId")
            for each in things
            if each["id"] not in released
        )
        assert None not in ours
        assert set(ours.values()) == {1}
    back = defaultdict(int)
    for each in refunds:
        if each["id"] not in released and each["status"] != "failed":
            back[each["charge"]] += each["amount"]
    for charge in charges:
        assert back[charge["id"]] <= charge["amount_captured"]
    assert not OutgoingRequest.objects.filter(kind="refund", state="refused").exists()

    # Nothing is left undecided, and every booking says what Stripe has.
    assert not PaymentTransaction.objects.filter(status="promised").exists()
    assert set(WebhookEvent.objects.values_list("state", flat=True)) <= {"applied", "ignored"}
    for booking in bookings:
        truth.check(far, HARBOUR, booking)
    assert sum(settled.values()) >= count // clients * clients
