"""What `make run` and `make test` decide, and what they say when something is missing."""

import ast
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SETTINGS = re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

# Stands in for the Python of `.venv`: knows the project's commands by name alone.
PROJECT = """#!{python}
import http.server, json, sys, time
arguments = sys.argv[1:]
if arguments[0] == "-c":
    first = {{"load": False, "demo": False, "events": False}}
    print(json.dumps(first) if "django" in arguments[1] else "3 11")
elif arguments[1] == "payments_work":
    print("working", flush=True)
    time.sleep({worker_lives})
    sys.exit("the worker has had enough")
elif arguments[1] in ("runserver", "sandbox"):
    port = arguments[-1].split(":")[-1] if arguments[1] == "runserver" else arguments[4]
    host = "127.0.0.1"
    http.server.HTTPServer((host, int(port)), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def script(path, text):
    """Write a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def python_that_says(path, version):
    """Write a program that says it is this version of Python."""
    return script(path, f"#!/bin/sh\necho {version}\n")


@pytest.fixture
def dev(tmp_path, monkeypatch):
    """dev.py in a folder of its own, with pinned requirements and an empty environment."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    shutil.copy(ROOT / "dev.py", tmp_path)
    (tmp_path / "requirements.txt").write_text("django==5.2.19\n")
    (tmp_path / "requirements-dev.txt").write_text("django==5.2.19\npytest==9.2.0\n")
    spec = importlib.util.spec_from_file_location("dev", tmp_path / "dev.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def installs(dev, monkeypatch):
    """What is run to install; a test adds to `failing` what does not work."""

    class Installs(list):
        failing = set()

    ran = Installs()

    def logged(name, *command):
        line = " ".join(map(str, command)).replace(str(dev.VENV), ".venv")
        ran.append(line)
        if line.endswith(" .venv"):
            python_that_says(dev.PYTHON, "3 11")
        dev.LOGS.mkdir(parents=True, exist_ok=True)
        dev.log_of(name).write_text("Temporary failure in name resolution")
        there = not line.startswith(".venv") or dev.PYTHON.exists()
        return there and not any(each in line for each in ran.failing)

    monkeypatch.setattr(dev, "logged", logged)
    monkeypatch.setattr(dev, "newest_python", lambda: sys.executable)
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    return ran


# Which Python ----------------------------------------------------------------------------------


def test_the_newest_python_that_fits_is_taken(dev, tmp_path, monkeypatch):
    for name, version in {
        "python3.11": "3 11",
        "python3.12": "3 12",
        "python3.14": "3 9",  # a name may lie
        "python3": "3 15",  # too new
    }.items():
        python_that_says(tmp_path / "bin" / name, version)
    script(tmp_path / "bin" / "python3.13", "#!/bin/sh\nexit 127\n")  # does not start
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "executable", "/nowhere/python3")

    assert dev.newest_python() == str(tmp_path / "bin" / "python3.12")


def test_without_a_fitting_python_it_says_which_would_and_how_to_get_one(
    dev, tmp_path, monkeypatch
):
    python_that_says(tmp_path / "bin" / "python3", "3 10")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python3"))

    with pytest.raises(dev.Problem, match=r"from 3\.11 to 3\.14[\s\S]*apt install python3"):
        dev.newest_python()


def test_an_old_python_can_read_it():
    assert ast.parse((ROOT / "dev.py").read_text(), feature_version=(3, 8))


# Packages --------------------------------------------------------------------------------------


def test_packages_are_installed_once_until_their_pins_change(dev, installs):
    dev.install("requirements.txt")
    first = len(installs)
    dev.install("requirements.txt")
    assert len(installs) == first > 0

    (dev.ROOT / "requirements.txt").write_text("django==5.2.20\n")
    dev.install("requirements.txt")
    assert len(installs) > first


def test_what_tests_need_holds_what_running_needs(dev, installs):
    dev.install("requirements-dev.txt")
    before = len(installs)

    dev.install("requirements.txt")

    assert len(installs) == before


def test_running_does_not_need_what_tests_need(dev, installs):
    dev.install("requirements.txt")

    dev.install("requirements-dev.txt")

    assert "-r requirements-dev.txt" in installs[-1]


def test_uv_is_used_where_it_is(dev, installs, monkeypatch):
    monkeypatch.setattr(dev.shutil, "which", lambda name: "/usr/bin/uv")

    dev.install("requirements.txt")

    assert [line.split()[0] for line in installs] == ["uv", "uv"]


def test_pip_takes_over_where_uv_fails(dev, installs, monkeypatch):
    monkeypatch.setattr(dev.shutil, "which", lambda name: "/usr/bin/uv")
    installs.failing |= {"uv pip", "-m pip --version"}

    dev.install("requirements.txt")

    assert any("-m venv --clear .venv" in line for line in installs)
    assert ".venv/bin/python -m pip" in installs[-1]


def test_a_virtual_environment_whose_python_is_gone_is_made_anew(dev, installs):
    dev.install("requirements.txt")
    script(dev.PYTHON, "#!/nowhere/python3\n")

    dev.install("requirements.txt")

    assert dev.version_of(dev.PYTHON) == (3, 11)


def test_without_ensurepip_it_names_the_package_of_debian(dev, installs):
    installs.failing.add("ensurepip")

    with pytest.raises(dev.Problem, match=r"apt install python3\.\d+-venv"):
        dev.install("requirements.txt")


def test_without_a_network_it_asks_for_one(dev, installs):
    installs.failing.add("pip --disable-pip-version-check")

    with pytest.raises(dev.Problem, match="online"):
        dev.install("requirements.txt")

    assert not dev.STAMP.exists()


def test_the_pins_name_versions_and_nothing_else():
    pins = {}
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text().splitlines()
        pins[name] = {line for line in lines if not line.strip().startswith("#")}
        assert all(re.fullmatch(r"[a-z0-9.-]+==[0-9][\w.]*( ; .+)?", line) for line in pins[name])
    assert pins["requirements.txt"] < pins["requirements-dev.txt"]


# The environment -------------------------------------------------------------------------------


def test_secrets_are_made_once_and_for_this_user_alone(dev):
    dev.write_env()
    first = dev.ENV_FILE.read_text()
    dev.write_env()

    assert dev.ENV_FILE.read_text() == first
    assert dev.ENV_FILE.stat().st_mode & 0o777 == 0o600
    secrets = [dev.setting("STRIPE_WEBHOOK_SECRET"), dev.setting("STRIPE_CONNECT_WEBHOOK_SECRET")]
    assert all(re.fullmatch("whsec_[0-9a-f]{32}", secret) for secret in secrets)
    assert len({*secrets, dev.setting("SECRET_KEY")}) == 3


def test_every_setting_that_a_machine_may_choose_is_explained():
    settings = (ROOT / "pms" / "settings.py").read_text()
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"(\w+)"', settings))

    assert set(SETTINGS) == read
    assert SETTINGS[:3] == ["SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_CONNECT_WEBHOOK_SECRET"]


def test_stripes_stand_in_is_used_until_somebody_has_keys(dev):
    assert dev.stand_in_port() is None
    dev.write_env()
    assert dev.stand_in_port() == 12111
    assert dev.setting("STRIPE_SECRET_KEY") == "sk_test_sandbox"

    dev.ENV_FILE.write_text("STRIPE_SECRET_KEY=sk_test_mine\n")

    assert dev.stand_in_port() is None


def test_the_port_comes_from_the_environment_then_env_then_8000(dev, monkeypatch):
    assert dev.chosen_port() == 8000
    dev.ENV_FILE.write_text("DEBUG=True\nexport PORT='8123'\n")
    assert dev.chosen_port() == 8123
    monkeypatch.setenv("PORT", "8124")
    assert dev.chosen_port() == 8124


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "80 80"])
def test_what_is_no_port_is_refused(dev, monkeypatch, port):
    monkeypatch.setenv("PORT", port)

    with pytest.raises(dev.Problem, match=r"PORT is .* a number from 1 to 65535"):
        dev.chosen_port()


def test_a_taken_port_is_told_with_the_way_to_another(dev):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(dev.Problem, match=rf"Port {port} is taken[\s\S]*PORT={port + 1} make"):
            dev.refuse_taken(port, "PORT")
        with pytest.raises(dev.Problem, match=rf"STRIPE_API_BASE=http://127.0.0.1:{port + 1} make"):
            dev.refuse_taken(port, "STRIPE_API_BASE")


@pytest.mark.parametrize(
    ("words", "way_out"),
    [
        ('FATAL:  database "hotel" does not exist', "Create the database"),
        ("port 5432 failed: Connection refused", "Start the server or mend DATABASE_URL"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_with_the_way_out(dev, monkeypatch, words, way_out):
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody:hush@127.0.0.1/hotel")
    errors = f'  File "base.py", line 1\n    connect()\ndjango.db.utils.OperationalError: {words}'

    told = dev.explained(errors, dev.log_of("prepare"))

    assert words in told
    assert way_out in told
    assert "hush" not in told


def test_a_missing_setting_is_told_with_the_way_out(dev):
    errors = "ImproperlyConfigured: Set the SECRET_KEY environment variable"

    assert "SECRET_KEY is not set: add it to .env" in dev.explained(errors, dev.log_of("prepare"))


# Running ---------------------------------------------------------------------------------------


@pytest.fixture
def running(dev, monkeypatch):
    """Start `dev.py run` where the worker lives so many seconds; return it and its port."""
    started = []
    with socket.socket() as free, socket.socket() as another:
        free.bind(("127.0.0.1", 0))
        another.bind(("127.0.0.1", 0))
        port, stand_in = free.getsockname()[1], another.getsockname()[1]
    (dev.ROOT / "healthz").write_text("{}")
    (dev.ROOT / "_sandbox").mkdir()
    (dev.ROOT / "_sandbox" / "clock").write_text("{}")

    def run(worker_lives):
        script(dev.PYTHON, PROJECT.format(python=sys.executable, worker_lives=worker_lives))
        dev.STAMP.write_text(json.dumps({dev.RUNTIME: dev.fingerprint(dev.RUNTIME)}))
        started.append(
            subprocess.Popen(
                [sys.executable, "dev.py", "run"],
                cwd=dev.ROOT,
                env={
                    **os.environ,
                    "PORT": str(port),
                    "STRIPE_API_BASE": f"http://127.0.0.1:{stand_in}",
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[0], port

    yield run
    for process in started:
        process.terminate()
        process.communicate(timeout=30)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_that_was_started(dev, running, number):
    process, port = running(worker_lives=60)
    told = ""
    while "Ctrl-C ends everything" not in told:
        told += process.stdout.readline()
        assert process.poll() is None, told
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
        assert answer.status == 200

    process.send_signal(number)
    rest, _ = process.communicate(timeout=30)

    assert "All of it has ended." in rest
    assert process.returncode == 0
    dev.refuse_taken(port, "PORT")


def test_when_the_worker_dies_it_says_so_and_ends_the_rest(dev, running):
    process, port = running(worker_lives=0.5)

    told, _ = process.communicate(timeout=30)

    assert "The worker ended by itself (exit code 1)" in told
    assert "the worker has had enough" in told
    assert process.returncode == 1
    dev.refuse_taken(port, "PORT")


def test_an_unknown_command_gets_the_known_ones():
    told = subprocess.run(
        [sys.executable, ROOT / "dev.py", "fly"], capture_output=True, text=True, check=False
    )

    assert told.returncode == 2
    assert "dev.py run" in told.stdout
    assert "dev.py test" in told.stdout
