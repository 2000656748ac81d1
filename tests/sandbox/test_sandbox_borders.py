"""The sandbox is the far side of the wire: it and the app know nothing of each other."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def imported_by(package):
    """Return the top-level packages that the modules of a package import."""
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


@pytest.mark.parametrize(
    ("package", "never"),
    [("sandbox", "payments"), ("sandbox", "stripe"), ("payments", "sandbox")],
)
def test_neither_side_imports_the_other(package, never):
    imported = set(imported_by(package))

    assert imported
    assert never not in imported
