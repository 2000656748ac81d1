from typing import Any

from payments.management import command
from payments.money import show
from payments.panels import amount
from payments.records import bookings


class Command(command.OfABooking):
    help = (
        "Print where a booking's money stands: every figure, and each payment, refund and charge "
        "behind it. The same for the same truth, whatever order Stripe's events came in."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        booking = self.booking(options)
        (folio,) = bookings.folios([booking])
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
