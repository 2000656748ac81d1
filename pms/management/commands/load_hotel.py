import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from payments.errors import Refused
from payments.management import command
from pms import documents


class Command(command.Command):
    help = (
        "Create or update organizations, properties, Stripe accounts, users, guests and "
        "reservations from a JSON document. Loading twice is loading once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="The document.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            document = json.loads(options["file"].read_text(encoding="utf-8"))
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except (ValueError, RecursionError) as error:
            raise CommandError(f"{options['file']} is not JSON: {error}.") from error
        try:
            counts = documents.load(document)
        except (documents.Unreadable, Refused) as error:
            raise CommandError(str(error)) from error
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        self.answer(counts, [f"Loaded {told}."], as_json=options["json"])
