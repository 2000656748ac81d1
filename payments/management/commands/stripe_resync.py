import sys
from datetime import UTC, datetime, time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from payments.gateway.errors import Unconfigured
from payments.management import command
from payments.models import ConnectedAccount
from payments.reading import clean
from payments.webhooks import resyncing


class Command(command.Command):
    help = (
        "Fetch events that no webhook brought, from the platform's own account and each hotel's, "
        "and settle them. With --objects also compare payments, charges, refunds, disputes, fraud "
        "warnings, reviews and accounts with what is kept, and mend what differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--account", type=clean, help="Of this account alone.")
        parser.add_argument("--since", help="A date or time (ISO 8601); else 30 days back.")
        parser.add_argument("--objects", action="store_true", help="Compare the objects, too.")

    def handle(self, *args: Any, **options: Any) -> None:
        since = _moment(options["since"])
        of = _accounts(options["account"])
        try:
            found = resyncing.resync(of, since, objects=options["objects"])
        except Unconfigured as error:
            raise CommandError(f"Stripe cannot be asked: {error.message}") from error
        value: dict[str, Any] = {
            "events": found.events,
            "new": found.new,
            "objects": found.objects,
            "mended": found.mended,
        }
        lines = [
            *found.differences,
            *(f"{account or 'platform'} failed: {why}" for account, why in found.failed.items()),
            f"{found.events} events, {found.new} of them new; "
            f"{found.objects} objects, {found.mended} of them mended.",
        ]
        if found.failed:
            value["failed"] = [
                {"account": account or None, "error": why} for account, why in found.failed.items()
            ]
        self.answer(value, lines, as_json=options["json"])
        if found.failed:
            sys.exit(1)


def _accounts(named: str | None) -> list[str] | None:
    """
    Return whose events to fetch: one account's, or None for all.

    :raises CommandError: nobody has that account.
    """
    if not named:
        return None
    if not ConnectedAccount.objects.filter(stripe_id=named).exists():
        raise CommandError(f"There is no account {named}.")
    return [named]


def _moment(given: str | None) -> datetime:
    """
    Return from when on.

    :raises CommandError: it is no date and no time.
    """
    if not given:
        return timezone.now() - resyncing.FARTHEST
    try:
        found = parse_datetime(given) if len(given) > len("2026-01-01") else None
        day = None if found else parse_date(given)
    except ValueError as error:
        raise CommandError(f"--since: {error}") from error
    if found is None and day is not None:
        found = datetime.combine(day, time.min)
    if found is None:
        raise CommandError("--since takes a date or a time, as 2026-11-01 or 2026-11-01T12:00Z.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
