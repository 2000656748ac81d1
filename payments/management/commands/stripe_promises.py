from typing import Any

from django.core.management.base import CommandParser

from payments.management import command
from payments.models import OutgoingRequest


class Command(command.Command):
    help = "List what was promised to be asked of Stripe, and what became of it, oldest first."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--state", choices=OutgoingRequest.State.values, help="Only those in this state."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rows = OutgoingRequest.objects.select_related("organization").order_by("pk")
        if options["state"]:
            rows = rows.filter(state=options["state"])
        value = [
            {
                "id": str(row.pk),
                "kind": row.kind,
                "organization": row.organization.slug,
                "account": row.account or None,
                "state": row.state,
                "attempts": row.attempts,
                "stripe_id": row.stripe_id or row.target or None,
                "error": row.error or None,
            }
            for row in rows.iterator()
        ]
        columns = ("id", "kind", "state", "attempts", "account", "stripe_id", "error")
        found = [[str(each[name] or "") for name in columns] for each in value]
        lines = command.table([list(columns), *found]) if found else ["Nothing was promised."]
        self.answer(value, lines, as_json=options["json"])
