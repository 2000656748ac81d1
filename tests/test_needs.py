"""A skipped test is forgiven on a laptop, and never where the change is judged."""

import pytest

from tests.support import needs


class Report:
    """What pytest reports of a test."""

    def __init__(self, outcome, **more):
        self.outcome = outcome
        self.longrepr = ("test_pages.py", 7, "Skipped: no Chromium")
        vars(self).update(more)

    @property
    def skipped(self):
        return self.outcome == "skipped"


@pytest.fixture(params=[{}, {"wasxfail": "one day"}], ids=["skipped", "expected to fail"])
def report(request):
    return Report("skipped", **request.param)


def test_on_a_laptop_a_skip_stays_a_skip(report, monkeypatch):
    monkeypatch.delenv("CI", raising=False)

    assert needs.unskipped(report).outcome == "skipped"


def test_in_ci_a_skip_fails(report, monkeypatch):
    monkeypatch.setenv("CI", "true")

    assert needs.unskipped(report).outcome == "failed"
    assert "nothing may be skipped" in report.longrepr
    assert not hasattr(report, "wasxfail")


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_in_ci_what_ran_keeps_its_outcome(outcome, monkeypatch):
    monkeypatch.setenv("CI", "true")

    assert needs.unskipped(Report(outcome)).outcome == outcome


def test_the_browser_may_be_named(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "sh")
    assert needs.chromium().endswith("/sh")
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    assert needs.chromium() is None
