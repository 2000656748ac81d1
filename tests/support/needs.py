"""
What some tests need beside Python, and what happens where it is not there.

A test marked `browser`, `curl`, `node`, `redis`, `rabbitmq` or `stripe` is skipped on a machine
without that; one line at the end says what to install. With CI set nothing may be skipped, for
whatever reason: a skip fails. A test marked `postgres` is about PostgreSQL, and is left out while
the tests run on SQLite.
"""

import os
import shutil
import socket
from functools import cache

import pytest
from django.db import connection
from django.db.utils import OperationalError

from tests.support.environment import GIVEN

MISSING = {
    "browser": "no Chromium: install it, or name it in CHROMIUM",
    "curl": "no curl",
    "node": "no node, or no npm",
    "redis": "no Redis on 127.0.0.1:6379",
    "rabbitmq": "no RabbitMQ on 127.0.0.1:5672",
    "stripe": "no STRIPE_SECRET_KEY of test mode (sk_test_…), or no STRIPE_TEST_ACCOUNT (acct_…)",
}


def chromium():
    """Return the browser's path; None where there is none."""
    return shutil.which(os.environ.get("CHROMIUM") or "chromium")


def answers(port):
    """Tell whether somebody listens on this machine's port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@cache
def is_there(need):
    """Tell whether this machine has what a marked test needs."""
    match need:
        case "browser":
            return chromium() is not None
        case "curl":
            return shutil.which("curl") is not None
        case "node":
            return bool(shutil.which("node") and shutil.which("npm"))
        case "redis":
            return answers(6379)
        case "rabbitmq":
            return answers(5672)
        case "stripe":
            key, account = GIVEN["STRIPE_SECRET_KEY"], GIVEN["STRIPE_TEST_ACCOUNT"]
            return key.startswith("sk_test_") and account.startswith("acct_")


def pytest_sessionstart():
    """End at once, with a sentence, where the database is away."""
    if connection.vendor != "postgresql":
        return
    server = {**connection.get_connection_params(), "dbname": "postgres"}
    try:
        with connection.wrap_database_errors:
            connection.get_new_connection(server).close()
    except OperationalError as error:
        pytest.exit(f"The database that DATABASE_URL names cannot be used: {error}", returncode=1)


def pytest_runtest_setup(item):
    """Skip what cannot run here."""
    for need, sentence in MISSING.items():
        if item.get_closest_marker(need) and not is_there(need):
            pytest.skip(sentence)


def pytest_collection_modifyitems(config, items):
    """Leave out the tests of PostgreSQL while the database is another."""
    if connection.vendor == "postgresql":
        return
    others = [item for item in items if item.get_closest_marker("postgres")]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Fail a test that was skipped where nothing may be."""
    return unskipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    """Fail a file that was skipped where nothing may be."""
    return unskipped((yield))


def unskipped(report):
    """Make a skip, or a failure that was expected, a failure with CI set."""
    if report.skipped and os.environ.get("CI"):
        reason = getattr(report, "wasxfail", None) or report.longrepr[2]
        report.outcome = "failed"
        report.longrepr = f"With CI set nothing may be skipped, but this was: {reason}"
        vars(report).pop("wasxfail", None)
    return report


def pytest_terminal_summary(terminalreporter):
    """Say in one line for each what was not tested here, and what the database was."""
    reasons = {report.longrepr[2] for report in terminalreporter.getreports("skipped")}
    for need, sentence in MISSING.items():
        if any(sentence in reason for reason in reasons):
            terminalreporter.write_line(f"Tests marked `{need}` were skipped: {sentence}.")
    if connection.vendor != "postgresql":
        terminalreporter.write_line(
            "The database was SQLite; set DATABASE_URL to test on PostgreSQL too."
        )
