"""`docs/api.md`: its commands, run as they stand there against all that `make run` starts."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/api.md").read_text()
_BLOCK = re.compile(r"```(bash|text)\n(.*?)```", re.DOTALL)
SECONDS = 120


def script():
    """Return the commands of the documentation, and what they print."""
    blocks = _BLOCK.findall(TEXT)
    commands = [text for kind, text in blocks if kind == "bash"]
    printed = [text for kind, text in blocks if kind == "text"]
    return "set -eu\n" + "\n".join(commands), "".join(printed)


def hotel():
    """Return a hotel group with bookings that owe €1,200.00 each, and somebody to ask for it."""
    first = date.today() + timedelta(days=20)  # noqa: DTZ011 - any day will do
    stay = {
        "property": "downtown",
        "guest": {"name": "Grace Hopper", "email": "grace@example.com"},
        "arrival": first.isoformat(),
        "departure": (first + timedelta(days=3)).isoformat(),
        "currency": "eur",
        "total": 120_000,
    }
    return {
        "organizations": [
            {
                "slug": "harbour",
                "name": "Harbour Hotels",
                "currency": "eur",
                "timezone": "Europe/Lisbon",
                "properties": [{"slug": "downtown", "name": "Harbour Downtown"}],
                "users": [{"username": "ana", "password": "for-the-docs", "role": "manager"}],
                "reservations": [stay | {"code": f"HB-{number}"} for number in range(1, 9)],
            }
        ]
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    """Wait until somebody answers there."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            return urlopen(url, timeout=5)  # noqa: S310 - of this machine
        except URLError as error:
            if getattr(error, "code", None):
                return None
            time.sleep(0.1)
    raise AssertionError(f"nobody answers at {url}")


@pytest.fixture
def running(tmp_path):
    """Start a Stripe, the web server and the worker, as `make run` does; return where they are."""
    port, stripe = free_port(), free_port()
    env = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'hotel.sqlite3'}",
        "CACHE_URL": f"filecache://{tmp_path / 'cache'}",
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "STRIPE_API_BASE": f"http://127.0.0.1:{stripe}",
        "STRIPE_SECRET_KEY": "sk_test_docs",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_docs",
        "WEBHOOK_URL": f"http://127.0.0.1:{port}/api/webhooks/stripe",
        "LOG_LEVEL": "WARNING",
    }
    manage = [sys.executable, str(ROOT / "manage.py")]

    def does(*command):
        return subprocess.run(
            [*manage, *command],
            env=env,
            check=True,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        ).stdout

    document = tmp_path / "hotel.json"
    document.write_text(json.dumps(hotel()))
    does("migrate", "-v0")
    does("load_hotel", str(document))
    token = json.loads(does("api_token", "ana", "--json"))["token"]
    with ExitStack() as stack:
        for name, *command in (
            ("stripe", "sandbox", "serve", "--port", str(stripe)),
            ("web", "runserver", "--noreload", f"127.0.0.1:{port}"),
            ("worker", "payments_work"),
        ):
            log = stack.enter_context((tmp_path / f"{name}.log").open("w"))
            process = subprocess.Popen(
                [*manage, *command], env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
            stack.callback(process.wait, SECONDS)
            stack.callback(process.terminate)
        answers(f"http://127.0.0.1:{stripe}/_sandbox/clock")
        answers(f"http://127.0.0.1:{port}/healthz")
        yield {
            "HOTEL": f"http://127.0.0.1:{port}",
            "STRIPE": f"http://127.0.0.1:{stripe}",
            "KEY": "sk_test_docs",
            "TOKEN": token,
        }


@pytest.mark.curl
def test_its_commands_do_what_it_says(running):
    commands, printed = script()

    ran = subprocess.run(
        ["bash", "-c", commands],
        env={"PATH": os.environ["PATH"], **running},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert ran.stdout == printed, ran.stderr
    assert ran.returncode == 0, ran.stderr
