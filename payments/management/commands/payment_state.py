from typing import Any

from django.core.management.base import CommandError, CommandParser

from payments import hotel
from payments.management import command
from payments.money import show
from payments.panels import amount
from payments.reading import clean
from payments.records import bookings


class Command(command.Command):
    help = (
        "Print where a booking's money stands: every figure, and each payment, refund and charge "
        "behind it. The same for the same truth, whatever order Stripe's events came in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("code", type=clean, help="The booking's code, such as HB-2481.")
        parser.add_argument(
            "--organization",
            type=clean,
            metavar="SLUG",
            help="Whose booking, where several have that code.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = hotel.with_code(options["code"], options["organization"])
        if not found:
            raise CommandError(f"There is no booking {options['code']}.")
        if len(found) > 1:
            slugs = ", ".join(sorted(booking.organization for booking in found))
            raise CommandError(
                f"{options['code']} is a booking of {slugs}: say which with --organization."
            )
        (folio,) = bookings.folios(found)
        state = folio.as_json()
        currency = state["currency"]
        lines = [f"{state['reservation']} of {state['organization']}: {state['payment_status']}"]
        lines += command.table(
            [
                [f"  {name}", show(state[name], currency)]
                for name in (
                    "total", "extras", "paid_elsewhere", "paid", "authorized", "refunded",
                    "refund_pending", "disputed", "lost", "balance",
                )
            ]
        )  # fmt: skip
        lines += [
            f"  {line['type']:8} {line['stripe_id']}  {amount(line['amount'], line['currency'])}"
            f"  {line.get('status') or ''}"
            for line in state["transactions"]
        ]
        self.answer(state, lines, as_json=options["json"])
