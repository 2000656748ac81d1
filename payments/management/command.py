"""What our commands share: one JSON value with --json, sentences without."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """A command that speaks to people, and with `--json` to programs."""

    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON value and nothing else."
        )

    def answer(self, value: Any, lines: list[str], *, as_json: bool) -> None:
        """Print the value as JSON, or the lines for a person."""
        if as_json:
            self.stdout.write(json.dumps(value, sort_keys=True, ensure_ascii=False))
        else:
            for line in lines:
                self.stdout.write(line)


def table(rows: list[list[Any]]) -> list[str]:
    """Return rows as lines with their columns under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
