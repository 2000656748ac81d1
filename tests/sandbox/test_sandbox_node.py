"""stripe-node talks to the sandbox unmodified, as stripe-python does."""

import shutil
import subprocess
from pathlib import Path

import pytest

STRIPE_NODE = "23.1.0"  # the one that pins the API version of our stripe-python
SCRIPT = Path(__file__).with_name("conformance.mjs")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder in which stripe-node is installed."""
    made = tmp_path_factory.mktemp("node")
    shutil.copy(SCRIPT, made)
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(
        ["npm", "install", *quiet, "--prefix", made, f"stripe@{STRIPE_NODE}"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"npm could not install stripe-node: {done.stderr.strip()[-200:]}")
    return made


@pytest.mark.node
def test_stripe_node_goes_through_it_all(sandbox, folder):
    done = subprocess.run(
        ["node", SCRIPT.name, sandbox.url],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "went through it all" in done.stdout
