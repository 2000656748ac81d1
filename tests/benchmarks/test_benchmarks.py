"""Benchmarks run, and what they load the system with is what Stripe would send."""

import json
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from benchmarks import client, sizes, stays
from benchmarks.core import shuffle
from payments.webhooks.signature import verified_by
from sandbox.scenarios import SCENARIOS

ROOT = Path(settings.BASE_DIR)


@contextmanager
def a_door(status):
    """A server on loopback that answers every delivery alike, and keeps what came."""
    came = []

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((body, self.headers["Stripe-Signature"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, came
    finally:
        server.shutdown()
        server.server_close()


def test_a_load_is_every_event_signed_and_one_in_ten_twice():
    bodies = stays.bodies(6, seed=1)[:30]

    with a_door(200) as (port, came):
        load = client.send(port, stays.deliveries(bodies, port), connections=4)

    assert len(load.waits) == 33
    times = Counter(body for body, _ in came)
    assert set(times) == set(bodies)
    assert Counter(times.values()) == {1: 27, 2: 3}
    for body, header in came:
        secret = stays.SECRETS[stays.scope(body)]
        assert verified_by(body, header, [secret]) == secret
    assert 0 < load.wait(50) <= load.wait(95) <= load.wait(99)


def test_a_run_in_which_the_door_refuses_has_no_figures():
    with a_door(503) as (port, _):
        requests = stays.deliveries(stays.bodies(1, seed=1), port)
        with pytest.raises(sizes.Failed, match="503"):
            client.send(port, requests, connections=2)


def test_bookings_of_two_rounds_share_no_event():
    first, second = ({json.loads(body)["id"] for body in stays.bodies(5, seed)} for seed in (1, 2))
    assert not first & second


def test_the_pure_core_settles_every_scenario_in_any_order():
    *rows, median = shuffle(0.001)

    assert [row["scenario"] for row in rows] == list(SCENARIOS)
    assert all(row["orders/s"] > 0 for row in rows)
    assert median["scenario"] == "the median"


def test_a_table_has_words_to_the_left_and_numbers_to_the_right():
    rows = [{"worker": "one", "events/s": 900}, {"worker": "two or more", "events/s": 1600}]
    assert sizes.table(rows).splitlines() == [
        "worker       events/s",
        "one               900",
        "two or more     1,600",
    ]


@pytest.mark.slow
@pytest.mark.postgres
def test_all_benchmarks_run_and_leave_nothing_behind(db):
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks", "--tiny", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        told, problems = run.communicate(timeout=900)

    assert run.returncode == 0, problems
    found = json.loads(told)
    assert {row["connections"] for row in found["door"]} == {1, 4}
    (said,) = found["door_statements"]
    assert (said["statements an event"], said["which"]) == (1.0, "INSERT")
    assert [row["workers"] for row in found["work"]] == [1, 2]
    by_batch = [row["statements an event"] for row in found["work_statements"]]
    assert by_batch == sorted(by_batch, reverse=True)
    assert all(row["ratio"] > 0 for row in found["size"])
    assert [row["operation"] for row in found["operations_statements"]] == ["payments", "refunds"]
    assert all(row["ratio"] > 0 for row in found["operations"])
    assert all(row["promises/s"] > 0 for row in found["promises"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        names = {name for (name,) in cursor.fetchall()}
    assert not [name for name in names if name.startswith(f"benchmarks_{run.pid}_")]
