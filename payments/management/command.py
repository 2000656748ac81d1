"""What our commands share: one JSON value with --json, sentences without."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments import hotel
from payments.reading import clean


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


class OfABooking(Command):
    """A command about one booking, by its code."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("code", type=clean, help="The booking's code, such as HB-2481.")
        parser.add_argument(
            "--organization",
            type=clean,
            metavar="SLUG",
            help="Whose booking, where several have that code.",
        )

    def booking(self, options: dict[str, Any]) -> hotel.Booking:
        """
        Return the booking that is meant.

        :raises CommandError: there is none, or one in each of several organizations.
        """
        found = hotel.with_code(options["code"], options["organization"])
        if not found:
            raise CommandError(f"There is no booking {options['code']}.")
        if len(found) > 1:
            slugs = ", ".join(sorted(booking.organization for booking in found))
            raise CommandError(
                f"{options['code']} is a booking of {slugs}: say which with --organization."
            )
        return found[0]


def table(rows: list[list[Any]]) -> list[str]:
    """Return rows as lines with their columns under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
