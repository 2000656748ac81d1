"""Another hotel system, with models, tables and addresses of its own, plugs payments in."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from payments import checks, conf
from payments.hotel import tables
from reservations.models import Guest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """Return a function that runs Python in a host of its own, and returns what it printed."""
    folder = tmp_path_factory.mktemp("host") / "host"
    shutil.copytree(Path(__file__).parent / "host", folder)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "inn.settings",
        "PAYMENTS_SOURCE": str(ROOT),
        "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
    }

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    run("-m", "django", "makemigrations", "-v0", "groups", "stays")
    run("-m", "django", "migrate", "-v0")
    return run


def test_nothing_is_left_to_migrate_or_to_set(host):
    host("-m", "django", "makemigrations", "--check", "--dry-run")
    host("-m", "django", "check", "--fail-level", "WARNING")


def test_a_payment_and_its_dispute_reach_the_hosts_booking_and_every_page_shows(host):
    told = json.loads(host("visit.py").splitlines()[-1])

    assert told == {
        "booking": ["disputed", 20_000, 20_000],
        "stranger": [401, "application/problem+json"],
        "failed": {},
        "arrival": True,
        "checked in": "2026-12-01T15:00:00Z",
        "erased": [["Erased guest", ""]],
        "named": True,
    }


def test_what_a_hosts_settings_lack_is_named(settings):
    assert checks.host() == []

    del settings.STRIPE_TIMEOUT
    del settings.STRIPE_WEBHOOK_SECRET

    (error,) = checks.host()
    assert error.id == "payments.E004"
    assert error.msg == "Not in the settings: STRIPE_WEBHOOK_SECRET, STRIPE_TIMEOUT."
    assert [each.id for each in checks.webhook_secrets()] == ["payments.E001"]


def test_what_a_hosts_model_lacks_is_named(settings):
    settings.PAYMENTS_PROPERTY_MODEL = "auth.Group"

    (error,) = checks.host()

    assert error.id == "payments.E005"
    assert error.msg.startswith("auth.Group lacks organization, slug, timezone, email, memberships")
    assert error.msg.endswith("a UUID as its key, visible_to() on its manager.")


@pytest.mark.parametrize("name", ["nobody.Stay", "auth.Stay", "Stay", ""])
def test_a_model_that_is_not_there_is_named(name, settings):
    settings.PAYMENTS_RESERVATION_MODEL = name

    (error,) = checks.host()

    assert error.msg == f"PAYMENTS_RESERVATION_MODEL lacks a model: there is no {name!r}."


def test_every_setting_that_is_read_is_one_that_a_host_is_told_of():
    read = set()
    for file in (ROOT / "payments").rglob("*.py"):
        code = "" if file.name == "conf.py" else file.read_text()
        read |= set(re.findall(r"settings\.((?:PAYMENTS|STRIPE|METRICS|SITE)_[A-Z_]+)", code))

    of_conf = {"STRIPE_WEBHOOK_SECRET", "STRIPE_CONNECT_WEBHOOK_SECRET"}
    assert read | of_conf == set(conf.NAMES)


def test_the_page_about_plugging_in_names_whatever_is_needed():
    page = (ROOT / "docs/plugging-in.md").read_text()

    needed = {name for fields in tables.FIELDS.values() for name in fields.split()}

    assert {name for name in needed if f"`{name}`" not in page} == set()
    assert "`erase()`" in page


def test_a_guest_who_cannot_be_erased_is_named(monkeypatch):
    monkeypatch.delattr(Guest, "erase")

    (error,) = checks.host()

    assert error.msg == "reservations.Reservation lacks erase() on its guest."
