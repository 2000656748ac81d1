from typing import Any

from django.core.management.base import CommandError, CommandParser

from payments import hotel
from payments.errors import Refused
from payments.management import command
from payments.operations.connect import architecture
from payments.reading import clean


class Command(command.Command):
    help = (
        "Let one account take an organization's money, or an account for each of its houses. "
        "Old money stays where it was taken."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("organization", type=clean, help="The organization's slug.")
        parser.add_argument("to", choices=[hotel.CENTRALIZED, hotel.PER_PROPERTY])
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would happen, and change nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            move = architecture.move(
                organization=options["organization"],
                to=options["to"],
                dry_run=options["dry_run"],
            )
        except Refused as error:
            raise CommandError(str(error)) from error
        value = {
            "organization": move.organization,
            "before": move.before,
            "after": move.after,
            "accounts": move.accounts,
            "dry_run": options["dry_run"],
        }
        goes = "would go" if options["dry_run"] else "goes"
        lines = [f"{move.organization}: {move.before} → {move.after}. New money {goes} to"]
        lines += [
            f"  {slug}: {account or 'no account yet: it takes no cards until one is connected'}"
            for slug, account in move.accounts.items()
        ]
        self.answer(value, lines, as_json=options["json"])
