"""A server without secrets does not start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from payments import checks

ROOT = Path(__file__).resolve().parents[2]
GOOD = {"platform": "whsec_0a1b2c3d4e5f60718293a4b5c6d7e8f9", "connect": "whsec_" + "9f" * 16}

BAD = [
    "",
    " ",
    ",",
    "short",
    "whsec_",
    "whsec_...",
    "whsec_…",
    "whsec_xxxxxxxxxxxxxxxxxxxxxxxx",
    "xxxxxxxxxxxxxxxxxxxxxxxx",
    "whsec_change_me_change_me",
    "whsec_your_secret_goes_here",
    "whsec_placeholder_placeholder",
    "<the secret of your endpoint>",
    "${STRIPE_WEBHOOK_SECRET_OF_PROD}",
    "                                ",
]


def listed(value):
    """Return a list as the settings make it of an environment variable."""
    return [secret.strip() for secret in value.split(",") if secret]


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("name", ["STRIPE_WEBHOOK_SECRET", "STRIPE_CONNECT_WEBHOOK_SECRET"])
@pytest.mark.parametrize("value", BAD)
def test_what_is_no_secret_stops_the_start(settings, name, value, debug):
    settings.DEBUG = debug
    settings.STRIPE_WEBHOOK_SECRET = [GOOD["platform"]]
    settings.STRIPE_CONNECT_WEBHOOK_SECRET = [GOOD["connect"]]
    assert checks.webhook_secrets() == []

    setattr(settings, name, listed(value))

    (error,) = checks.webhook_secrets()
    assert name in error.msg
    with pytest.raises(checks.UnsafeSecrets, match=name):
        checks.refuse_to_start_without_secrets()


def test_one_bad_secret_among_good_ones_stops_the_start(settings):
    settings.STRIPE_WEBHOOK_SECRET = [GOOD["platform"], "whsec_..."]
    assert [error.id for error in checks.webhook_secrets()] == ["payments.E002"]


@pytest.mark.parametrize(
    ("debug", "key", "allowed"),
    [
        (True, "", True),
        (True, "sk_test_1", True),
        (False, "", False),
        (False, "sk_test_1", False),
        (True, "sk_live_1", False),
        (True, "rk_live_1", False),
        (True, "pk_test_1", True),
        (True, "pk_live_1", False),
    ],
)
def test_one_secret_for_both_endpoints_is_for_development_alone(settings, debug, key, allowed):
    settings.DEBUG = debug
    name = "STRIPE_PUBLISHABLE_KEY" if key.startswith("pk") else "STRIPE_SECRET_KEY"
    setattr(settings, name, key)
    settings.STRIPE_WEBHOOK_SECRET = [GOOD["platform"]]
    settings.STRIPE_CONNECT_WEBHOOK_SECRET = [GOOD["connect"], GOOD["platform"]]

    assert [error.id for error in checks.webhook_secrets()] == (
        [] if allowed else ["payments.E003"]
    )


def started(code, **environment):
    """Start a fresh Python with this environment; return how it ended."""
    return subprocess.run(
        [sys.executable, *code],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "pms.settings", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("debug", ["True", "False"])
def test_the_servers_application_refuses_to_load(debug):
    code = ["-c", "import pms.wsgi"]
    assert started(code, DEBUG=debug).returncode == 0

    refused = started(code, DEBUG=debug, STRIPE_CONNECT_WEBHOOK_SECRET="whsec_...")

    assert refused.returncode != 0
    assert "STRIPE_CONNECT_WEBHOOK_SECRET holds a secret that is" in refused.stderr


@pytest.mark.parametrize("command", ["check", "payments_work"])
def test_commands_refuse_to_run(command):
    refused = started(["manage.py", command], STRIPE_WEBHOOK_SECRET="")

    assert refused.returncode == 1
    assert "STRIPE_WEBHOOK_SECRET is empty." in refused.stderr


def test_spaces_around_a_secret_do_not_count():
    code = "from django.conf import settings; print(settings.STRIPE_WEBHOOK_SECRET)"
    done = started(["-c", code], STRIPE_WEBHOOK_SECRET=f" {GOOD['platform']} , {GOOD['connect']}")

    assert done.stdout.strip() == str([GOOD["platform"], GOOD["connect"]])
