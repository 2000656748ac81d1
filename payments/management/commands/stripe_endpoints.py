from typing import Any

from django.core.management.base import CommandError, CommandParser

from payments.gateway.errors import GatewayError
from payments.management import command
from payments.webhooks import endpoints

_VARIABLES = {"platform": "STRIPE_WEBHOOK_SECRET", "connect": "STRIPE_CONNECT_WEBHOOK_SECRET"}


class Command(command.Command):
    help = (
        "Register our two webhook endpoints at Stripe with exactly the events that we handle and "
        "the API version that we read; never twice. Says which variables to set."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be done.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = endpoints.register(dry_run=options["dry_run"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        except GatewayError as error:
            raise CommandError(f"Stripe said no: {error.message}") from error
        lines = []
        for each in found:
            lines.append(
                f"{each['scope']}: {each['url']}, {len(each['types'])} types. {each['did']}"
            )
            if "secret" in each:
                lines.append(f"  Set {_VARIABLES[each['scope']]}={each['secret']}")
        value = [{name: each[name] for name in each if name != "did"} for each in found]
        self.answer(value, lines, as_json=options["json"])
