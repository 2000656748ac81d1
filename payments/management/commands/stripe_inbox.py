from typing import Any

from django.core.management.base import CommandParser

from payments.management import command
from payments.models import Reason, State, WebhookEvent
from payments.reading import clean
from payments.records import events

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
        parser.add_argument(
            "--about",
            type=clean,
            metavar="ID",
            help="Only events that name this: an object by its Stripe id, or a booking by its code "
            "or its id. One that still waits has not been read, and names nothing yet.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rows = WebhookEvent.objects.order_by("id")
        if options["about"]:
            rows = events.naming(rows, options["about"])
        if options["state"]:
            rows = rows.filter(state=options["state"])
        if options["reason"]:
            rows = rows.filter(reason=options["reason"])
        value, received = [], []
        for at, *row in rows.values_list("created_at", *_COLUMNS.values()).iterator():
            received.append(f"{at:%Y-%m-%d %H:%M}")
            value.append({name: _told(each) for name, each in zip(_COLUMNS, row, strict=True)})
        lines = command.table(
            [["RECEIVED, UTC", "EVENT", "TYPE", "ACCOUNT", "STATE", "REASON"]]
            + [
                [
                    at,
                    row["event_id"],
                    row["type"] or "–",
                    row["account"] or "platform",
                    row["state"],
                    row["reason"] or "",
                ]
                for at, row in zip(received, value, strict=True)
            ]
        )
        narrowed = options["state"] or options["reason"] or options["about"]
        none = "There is no such event." if narrowed else "The inbox is empty."
        self.answer(value, lines if value else [none], as_json=options["json"])


def _told(value: Any) -> Any:
    return None if value == "" else value
