"""The map of the code says what the import rules say, and names only what is there."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAP = (ROOT / "payments/README.md").read_text()


def test_the_map_has_the_layers_that_imports_are_held_to():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    held = settings["tool"]["importlinter"]["contracts"][0]["layers"]

    drawn = re.findall(r"(?m)^    (\S+(?: \| \S+)*)", MAP.partition("## Who may import whom")[2])

    plain = [layer.replace("(", "").replace(")", "") for layer in held]
    assert [sorted(layer.split(" | ")) for layer in drawn] == [
        sorted(layer.split(" | ")) for layer in plain
    ]


def test_each_file_and_folder_that_the_map_names_is_there():
    named = set(re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?|[a-z_]+\.py)`", MAP))

    missing = [
        name
        for name in named
        if not (ROOT / name).exists() and not any((ROOT / "payments").rglob(name.rstrip("/")))
    ]

    assert len(named) > 40
    assert missing == []
