from collections import Counter
from typing import Any

from django.core.management.base import CommandError, CommandParser

from payments.management import command
from payments.models import Reason, State, WebhookEvent
from payments.reading import clean
from payments.webhooks import replaying


class Command(command.Command):
    help = (
        "Work on settled events again, or at once on one that waits, before this command ends. "
        "Replaying what was applied changes nothing; replaying what was set aside may."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "event_id",
            nargs="*",
            type=clean,
            help="Events by their Stripe id, in every account that has it.",
        )
        parser.add_argument(
            "--quarantined", action="store_true", help="Everything that is quarantined."
        )
        parser.add_argument(
            "--reason",
            choices=Reason.values,
            help="Everything set aside for this reason.",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Say what would happen, and change nothing.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rows = self._chosen(options)
        dry_run = options["dry_run"]
        outcomes = replaying.replay(rows, dry_run=dry_run)
        value = [
            {
                "event_id": row.stripe_event_id,
                "type": row.event_type or None,
                "account": row.account or None,
                "state": row.state,
                "reason": row.reason or None,
                "changes": len(row.changes or []),
            }
            for row in outcomes
        ]
        counts = Counter(row.state for row in outcomes)
        told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        lines = command.table(
            [["EVENT", "TYPE", "STATE", "REASON", "ROWS CHANGED"]]
            + [
                [
                    row["event_id"],
                    row["type"] or "–",
                    row["state"],
                    row["reason"] or "",
                    str(row["changes"]),
                ]
                for row in value
            ]
        )
        lines.append(f"{'Would be' if dry_run else 'Now'}: {told or 'nothing to do'}.")
        ids = [row.pk for row in outcomes]
        if left := WebhookEvent.objects.filter(pk__in=ids, body=None).count():
            lines.append(f"{left} left as they are: what Stripe sent is not kept any more.")
        self.answer(value, lines, as_json=options["json"])

    def _chosen(self, options: dict[str, Any]) -> Any:
        if not (options["event_id"] or options["quarantined"] or options["reason"]):
            raise CommandError("Name events by id, or say --quarantined or --reason R.")
        rows = WebhookEvent.objects.exclude(state=State.RECEIVED)
        if options["event_id"]:
            wanted = set(options["event_id"])
            there = WebhookEvent.objects.filter(stripe_event_id__in=wanted)
            missing = wanted - set(there.values_list("stripe_event_id", flat=True))
            if missing:
                raise CommandError(f"No such event: {', '.join(sorted(missing))}.")
            rows = there
        if options["quarantined"]:
            rows = rows.filter(state=State.QUARANTINED)
        if options["reason"]:
            rows = rows.filter(reason=options["reason"])
        return rows
