from typing import Any

from payments.management import command
from payments.webhooks.router import catalogue


class Command(command.Command):
    help = (
        "List every Stripe event type that is handled, with what it means to a hotel. "
        "Phases are those of the plan; types beside it have none."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        routes = catalogue()
        value = [
            {
                "type": route.type,
                "phase": route.phase,
                "scope": route.scope,
                "offered": route.offered,
                "means": route.means,
            }
            for route in routes
        ]
        lines = command.table(
            [["PHASE", "TYPE", "SCOPE", "MEANS"]]
            + [
                [
                    str(route.phase or "–"),
                    route.type + ("" if route.offered else " †"),
                    route.scope,
                    route.means,
                ]
                for route in routes
            ]
        )
        if not all(route.offered for route in routes):
            lines.append("† Stripe no longer offers this type; old API versions still send it.")
        self.answer(value, lines, as_json=options["json"])
