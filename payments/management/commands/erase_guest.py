import dataclasses
from typing import Any

from django.core.management.base import CommandError, CommandParser

from payments.errors import Refused
from payments.management import command
from payments.operations import erasing


class Command(command.OfABooking):
    help = (
        "Forget the guest of a booking, with all bookings of that guest: name, e-mail, files, "
        "what staff wrote, and what Stripe sent. Amounts, dates and states stay. It cannot be "
        "undone, and may be done again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, **options: Any) -> None:
        booking = self.booking(options)
        if not options["yes"]:
            self._ask(options["code"])
        try:
            erased = erasing.erase(booking=booking)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        lines = [
            f"The guest of {', '.join(erased.bookings)} is erased.",
            f"Emptied: {erased.customers} customers and {erased.events} events of Stripe's; "
            f"deleted: {erased.files} files.",
            "Stripe has a copy of its own: erase it in Stripe's dashboard, too.",
        ]
        self.answer(dataclasses.asdict(erased), lines, as_json=options["json"])

    def _ask(self, code: str) -> None:
        self.stderr.write(f"Who the guest of {code} is will be forgotten for good.")
        self.stderr.write("Type yes: ", ending="")
        try:
            typed = input()
        except EOFError:
            typed = ""
        if typed.strip().lower() != "yes":
            raise CommandError("Nothing was erased.")
