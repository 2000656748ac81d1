from typing import Any

from payments.management import command
from payments.models import State
from payments.webhooks import worker


class Command(command.Command):
    help = (
        "Settle every event that is due now, then end. "
        "“received” counts events that were tried, failed, and wait for their next attempt."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = worker.drain()
        value = {
            state.value: done[state]
            for state in (
                State.APPLIED,
                State.IGNORED,
                State.QUARANTINED,
                State.RECEIVED,
            )
        }
        lines = [", ".join(f"{count} {state}" for state, count in value.items()) + "."]
        self.answer(value, lines, as_json=options["json"])
