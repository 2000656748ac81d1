from typing import Any

from django.core.management.base import CommandParser

from payments.management import command
from payments.models import Reason, State, WebhookEvent

_COLUMNS = {
    "event_id": "stripe_event_id",
    "type": "event_type",
    "account": "account",
    "livemode": "livemode",
    "scope": "scope",
    "state": "state",
    "reason": "reason",
    "attempts": "attempts",
    "organization": "organization__slug",
}


class Command(command.Command):
    help = "List the events that Stripe sent, oldest first, and what became of each."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--state", choices=State.values, help="Only events in this state.")
        parser.add_argument("--reason", choices=Reason.values, help="Only for this reason.")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = WebhookEvent.objects.order_by("id")
        if options["state"]:
            rows = rows.filter(state=options["state"])
        if options["reason"]:
            rows = rows.filter(reason=options["reason"])
        value = [
            {name: _told(each) for name, each in zip(_COLUMNS, row, strict=True)}
            for row in rows.values_list(*_COLUMNS.values()).iterator()
        ]
        lines = command.table(
            [["EVENT", "TYPE", "ACCOUNT", "STATE", "REASON"]]
            + [
                [
                    row["event_id"],
                    row["type"] or "–",
                    row["account"] or "platform",
                    row["state"],
                    row["reason"] or "",
                ]
                for row in value
            ]
        )
        self.answer(value, lines if value else ["The inbox is empty."], as_json=options["json"])


def _told(value: Any) -> Any:
    return None if value == "" else value
