from typing import Any

from django.core.management.base import CommandParser

from payments.management import command
from payments.models import OutgoingRequest
from payments.operations.payments import additional_charges
from payments.outgoing import keeping, rereads

State = OutgoingRequest.State


class Command(command.Command):
    help = (
        "Keep every promise to ask Stripe that is due now, and every re-read, then end. "
        "A guest whose bank asks about a charge is mailed a link. “waiting” counts promises that "
        "were tried and have to be tried again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--all", action="store_true", help="Those too whose next attempt is not due yet."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ended = keeping.keep_due(early=options["all"])
        read = rereads.keep_due(early=options["all"])
        additional_charges.ask_guests()
        value = {
            "kept": ended[State.KEPT],
            "refused": ended[State.REFUSED],
            "waiting": ended[State.PROMISED],
            "read": read,
        }
        lines = [", ".join(f"{count} {word}" for word, count in value.items()) + "."]
        self.answer(value, lines, as_json=options["json"])
