#!/usr/bin/env python3
"""
Two commands for a laptop that has a Python and nothing else.

    python3 dev.py run           the demo hotel: database, Stripe's stand-in, worker and web server;
                                 Ctrl-C ends it
    python3 dev.py test [ARGS]   the tests; what follows is for pytest
    python3 dev.py install       only what both need, into .venv

`make run` and `make test` call them. It uses the standard library alone, and nothing that is newer
than Python 3.8: whatever runs this file only looks for a Python that fits.
"""

import hashlib
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"  # which requirements are in there
ENV_FILE = ROOT / ".env"
LOGS = ROOT / "var" / "log"
HOTEL = ROOT / "var" / "hotel.json"  # the demo hotel as it was loaded, logins included
STAND_IN = ROOT / "var" / "sandbox.json"  # what Stripe's stand-in knows

STAND_IN_PORT = 12111

OLDEST, NEWEST = (3, 11), (3, 14)
RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"  # the second holds the first
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Problem(Exception):
    """What went wrong and the way out, in a sentence for whoever ran the command."""


class Stop(BaseException):
    """Somebody pressed Ctrl-C, or the system asks us to end."""


def main(arguments):
    """Run one of the commands; return the exit code."""
    commands = {"run": run, "test": test, "install": lambda rest: install(DEVELOPMENT)}
    name, rest = (arguments or [""])[0], arguments[1:]
    if name not in commands:
        say(__doc__.strip())
        return 2
    for number in SIGNALS:
        signal.signal(number, stop)
    os.chdir(ROOT)
    try:
        commands[name](rest)
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr, flush=True)
        return 1
    except Stop:
        say("Stopped.")
        return 130
    return 0


def say(line=""):
    """Print a line at once, also where output goes to a file."""
    print(line, flush=True)


def stop(number, frame):
    """Turn a signal into an exception, so that whatever was started is ended on the way out."""
    raise Stop


@contextmanager
def undisturbed():
    """Let a signal wait until this is done."""
    came = []
    for number in SIGNALS:
        signal.signal(number, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        for number in SIGNALS:
            signal.signal(number, stop)
    if came:
        raise Stop


# Python and packages ---------------------------------------------------------------------------


def install(wanted):
    """Put the pinned packages into `.venv`, made for the newest Python; once."""
    if not fits(PYTHON):
        shutil.rmtree(VENV, ignore_errors=True)
    elif stamped().get(wanted) == fingerprint(wanted):
        return
    log_of("install").unlink(missing_ok=True)
    python = str(PYTHON) if VENV.exists() else newest_python()
    version = "{}.{}".format(*version_of(python))
    say(f"Installing {wanted} into .venv for Python {version}; the first time takes a minute.")
    if not (shutil.which("uv") and with_uv(python, wanted)):
        with_pip(python, wanted)
    names = [RUNTIME, DEVELOPMENT] if wanted == DEVELOPMENT else [RUNTIME]
    STAMP.write_text(json.dumps({name: fingerprint(name) for name in names}))


def stamped():
    """Return the fingerprints of what is installed."""
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def fingerprint(wanted):
    """Return what changes when a requirements file does."""
    return hashlib.sha256((ROOT / wanted).read_bytes()).hexdigest()


def newest_python():
    """Return the newest Python that fits. Names may lie, so each says its version itself."""
    names = [f"python3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)] + ["python3"]
    folders = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)]
    paths = [str(folder / name) for folder in folders for name in names] + [sys.executable]
    fitting = [path for path in paths if os.access(path, os.X_OK) and fits(path)]
    if not fitting:
        raise Problem(
            "No Python fits: this needs one from {}.{} to {}.{} on the PATH, and this is {}.{}.\n"
            "Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install "
            "python), then run this again.".format(*OLDEST, *NEWEST, *sys.version_info[:2])
        )
    return max(fitting, key=version_of)


def fits(python):
    """Tell whether this is a Python that starts, and of a version that the packages are for."""
    return OLDEST <= (version_of(python) or (0, 0)) <= NEWEST


def version_of(python):
    """Return what a Python says its version is, as two numbers; None if it does not start."""
    ask = [str(python), "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        major, minor = subprocess.check_output(ask, stderr=subprocess.DEVNULL, timeout=20).split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def with_uv(python, wanted):
    """Install with uv, which is quick; tell whether it could."""
    made = VENV.exists() or logged("install", "uv", "venv", "--python", python, VENV)
    if made and logged("install", "uv", "pip", "install", "--python", PYTHON, "-r", wanted):
        return True
    say("uv could not; pip tries.")
    return False


def with_pip(python, wanted):
    """Install with pip, which every Python can bring along."""
    log = log_of("install")
    if not logged("install", PYTHON, "-m", "pip", "--version"):  # uv makes a `.venv` without
        python = python if python != str(PYTHON) else newest_python()
        if not logged("install", python, "-c", "import venv, ensurepip"):
            version = "{}.{}".format(*version_of(python))
            raise Problem(
                f"Python {version} is here, but without what makes a virtual environment.\n"
                f"On Debian and Ubuntu: apt install python{version}-venv. Then run this again."
            )
        if not logged("install", python, "-m", "venv", "--clear", VENV):
            raise Problem(f".venv cannot be made. {end_of(log)}")
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    if not logged("install", *pip, "--progress-bar", "off", "-r", wanted):
        if re.search(r"resolution|unreachable|connection|timed out|proxy", log.read_text(), re.I):
            raise Problem(
                "The packages cannot be fetched: is this machine online, or does it need a proxy "
                f"(HTTPS_PROXY)?\n{log.relative_to(ROOT)} has the details."
            )
        raise Problem(f"The packages cannot be installed. {end_of(log)}")


# The demo hotel --------------------------------------------------------------------------------

# All that has to be done and known first, in one start of Django, since each takes a second.
PREPARE = """
import json
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("check")
call_command("migrate", interactive=False, verbosity=0)
from organizations.models import Organization
from payments.models import WebhookEvent
there = set(Organization.objects.values_list("slug", flat=True))
demo = set()
if settings.DEBUG:
    from sandbox.hotel import HOUSES
    demo = {house.slug for house in HOUSES}
print(json.dumps({
    "load": bool(demo) and not there,
    "demo": bool(demo) and demo <= there,
    "events": WebhookEvent.objects.exists(),
}))
"""


def run(rest):
    """Start everything, show what there is, and wait for Ctrl-C."""
    port = chosen_port()
    address = f"http://127.0.0.1:{port}"
    refuse_taken(port, "PORT")
    install(RUNTIME)
    write_env()
    stand_in = stand_in_port()
    if stand_in:
        refuse_taken(stand_in, "STRIPE_API_BASE")
        script = f"{setting('STRIPE_API_BASE').rstrip('/')}/stripe.js"
        os.environ.setdefault("STRIPE_JS_URL", script)  # on whichever port it was put
    os.environ.update(PORT=str(port), DJANGO_SETTINGS_MODULE="pms.settings", PYTHONUNBUFFERED="1")

    say("Preparing the database.")
    database = json.loads(answer("prepare", "-c", PREPARE).splitlines()[-1])
    if database["load"]:
        say("Loading the demo hotel.")
    if database["load"] or (database["demo"] and not HOTEL.exists()):
        HOTEL.write_text(answer("demo", "manage.py", "sandbox", "hotel"), encoding="utf-8")
    if database["load"]:
        answer("demo", "manage.py", "load_hotel", HOTEL)

    started = {}
    try:
        if stand_in:
            say("Starting Stripe's stand-in.")
            with undisturbed():
                started["stand-in"] = start(
                    "stand-in", "sandbox", "serve", "--port", str(stand_in), "--state", STAND_IN
                )
            wait_for(f"http://127.0.0.1:{stand_in}", "/_sandbox/clock", "stand-in", started)
        say("Starting the worker and the web server.")
        with undisturbed():
            started["worker"] = start("worker", "payments_work")
            started["web server"] = start("web server", "runserver", "--noreload", address[7:])
        wait_for(address, "/healthz", "web server", started)
        demo = database["load"] or database["demo"]
        if demo and not database["events"]:
            say("Playing the demo: what Stripe would send about some stays.")
            answer(
                "demo", "manage.py", "sandbox", "demo", "--url", f"{address}/api/webhooks/stripe"
            )
        welcome(address, demo, stand_in)
        while True:
            watch(started)
            time.sleep(0.5)
    except Stop:
        say("\nEnding it.")
    finally:
        with undisturbed():
            end(started)
    say("All of it has ended.")


def write_env():
    """Write `.env` with secrets of this machine's own, unless there is one."""
    if ENV_FILE.exists():
        return
    ENV_FILE.touch(mode=0o600)
    ENV_FILE.write_text(
        "# Written by `make run` for this machine. All that may stand here is in .env.example.\n"
        "DEBUG=True\n"
        f"SECRET_KEY={secrets.token_urlsafe(48)}\n"
        f"STRIPE_WEBHOOK_SECRET=whsec_{secrets.token_hex(16)}\n"
        f"STRIPE_CONNECT_WEBHOOK_SECRET=whsec_{secrets.token_hex(16)}\n"
        "# Stripe's stand-in, which `make run` starts (docs/sandbox.md). For Stripe itself: keys\n"
        "# and a client id of your own here, and neither STRIPE_API_BASE nor STRIPE_JS_URL.\n"
        "STRIPE_SECRET_KEY=sk_test_sandbox\n"
        "STRIPE_PUBLISHABLE_KEY=pk_test_sandbox\n"
        "STRIPE_CLIENT_ID=ca_sandbox\n"
        f"STRIPE_API_BASE=http://127.0.0.1:{STAND_IN_PORT}\n"
        f"STRIPE_JS_URL=http://127.0.0.1:{STAND_IN_PORT}/stripe.js\n"
    )
    say("Wrote .env with secrets of this machine's own.")


def setting(name):
    """Return what the environment says, else `.env`; empty if neither does."""
    text = ENV_FILE.read_text(encoding="utf-8") if ENV_FILE.exists() else ""
    found = re.findall(rf"^\s*(?:export\s+)?{name}\s*=\s*(.*?)\s*$", text, re.MULTILINE)
    return os.environ.get(name) or (found or [""])[-1].strip("'\"")


def chosen_port():
    """Return the port that the web server is to have."""
    port = setting("PORT") or "8000"
    if not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise Problem(f"PORT is {port!r}, and has to be a number from 1 to 65535.")
    return int(port)


def stand_in_port():
    """Return the port of Stripe's stand-in; None where Stripe itself, or nobody, is asked."""
    found = re.fullmatch(r"http://(?:127\.0\.0\.1|localhost):(\d+)/?", setting("STRIPE_API_BASE"))
    return int(found[1]) if found else None


def refuse_taken(port, name):
    """Refuse a port that somebody else has, or that is the system's."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise Problem(f"Port {port} is the system's: {name} needs 1024 or more.") from error
        except OSError as error:
            raise Problem(
                f"Port {port} is taken; perhaps this runs in another window already.\nTo use "
                f"another: {name}={way_out(port % 65535 + 1, name)} make run, or write {name}=… "
                "into .env."
            ) from error


def way_out(port, name):
    """Return what a setting would be with another port."""
    return port if name == "PORT" else f"http://127.0.0.1:{port}"


def wait_for(address, path, name, started):
    """Wait until something that was started says that it is well."""
    deadline = time.monotonic() + 60  # seconds
    while not healthy(address, path):
        watch(started)
        if time.monotonic() > deadline:
            raise Problem(f"{address}{path} does not answer 200. {end_of(log_of(name))}")
        time.sleep(0.05)


def healthy(address, path):
    """Ask a server whether it can do its work."""
    connection = http.client.HTTPConnection(address[7:], timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def welcome(address, demo, stand_in):
    """Say where everything is, who can log in, and what to look at."""
    say(f"\nThe hotel's system runs at {address}/")
    say(f"  bookings  {address}/bookings/")
    say(f"  admin     {address}/admin/")
    say(f"  health    {address}/healthz, figures at /metrics, the API at /api/schema/")
    if stand_in:
        say(f"  sandbox   http://127.0.0.1:{stand_in}/ stands in for Stripe: its control page is")
        say("            where guests and banks act (test cards: docs/sandbox.md)")
    if demo:
        for hotel in json.loads(HOTEL.read_text(encoding="utf-8"))["organizations"]:
            say(f"\n{hotel['name']}: log in as")
            for user in hotel["users"]:
                say(f"  {user['username']:<24} password {user['password']}")
        say("\nTo see money move, play another story onto a booking and look at it again:")
        say("  .venv/bin/python manage.py sandbox list")
        say("  .venv/bin/python manage.py sandbox play deposit_and_balance --seed 2")
        say("  .venv/bin/python manage.py stripe_inbox")
    say("\nCtrl-C ends everything. The logs are in var/log.")


# Processes -------------------------------------------------------------------------------------


def start(name, *arguments):
    """Start a command in a process group of its own, so that all of it can be ended."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with log_of(name).open("wb") as log:
        command = [str(PYTHON), "manage.py", *map(str, arguments)]
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def watch(started):
    """Refuse to go on when something that was started has ended by itself."""
    for name, process in started.items():
        if process.poll() is not None:
            raise Problem(
                f"The {name} ended by itself (exit code {process.returncode}), so the rest ends "
                f"too. {end_of(log_of(name))}"
            )


def end(started):
    """End what still runs: first ask, then insist."""
    running = [process for process in started.values() if process.poll() is None]
    for process in running:
        os.killpg(process.pid, signal.SIGTERM)
    for process in running:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answer(name, *arguments):
    """Run something with the project's Python; return what it printed, or say why it failed."""
    done = subprocess.run(
        [str(PYTHON), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
        encoding="utf-8",
    )
    if done.returncode:
        LOGS.mkdir(parents=True, exist_ok=True)
        log_of(name).write_text(done.stdout + done.stderr, encoding="utf-8")
        raise Problem(explained(done.stderr, log_of(name)))
    return done.stdout


def explained(errors, log):
    """Return what to do about a failure, where that is known; else the failure's own words."""
    words = re.split(r"\n {2,}.*", "\n" + errors)[-1].strip()  # what follows the traceback
    missing = re.search(r"Set the (\w+) environment variable", words)
    if missing:
        return (
            f"{missing[1]} is not set: add it to .env, as .env.example explains, or move .env away "
            "and let `make run` write a new one."
        )
    if "OperationalError" in words and setting("DATABASE_URL"):
        reason = words.split("OperationalError:")[-1].strip()
        way_out = (
            "Create the database that DATABASE_URL names, then run this again."
            if "does not exist" in reason
            else "Start the server or mend DATABASE_URL (environment or .env); unset, it is SQLite."
        )
        return f"The database cannot be used: {reason}\n{way_out}"
    return f"{words}\n{log.relative_to(ROOT)} has all of it."


def logged(name, *command):
    """Run a command, add what it prints to a log, and tell whether it went well."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with log_of(name).open("ab") as log:
        try:
            subprocess.check_call(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        except (OSError, subprocess.CalledProcessError):
            return False
    return True


def log_of(name):
    """Return the file that something writes to."""
    return LOGS / f"{name.replace(' ', '-')}.log"


def end_of(log):
    """Return the last lines of a log, and where it is."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-12:]
    return "\n  ".join([f"{log.relative_to(ROOT)} ends with:", *lines])


# Tests -----------------------------------------------------------------------------------------


def test(rest):
    """Become the tests, on every core unless told otherwise."""
    install(DEVELOPMENT)
    parallel = [] if any(each.startswith(("-n", "--pdb")) for each in rest) else ["-n", "auto"]
    os.execv(PYTHON, [str(PYTHON), "-m", "pytest", *parallel, *rest])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
