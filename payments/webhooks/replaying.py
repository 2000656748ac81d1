"""Working on events again, or at once on those that wait: for the command, and for admin."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from payments.models import WebhookEvent
from payments.webhooks import inbox, worker


def replay(rows: QuerySet[WebhookEvent], *, dry_run: bool = False) -> list[WebhookEvent]:
    """
    Work on these events now, and return them as they are then, oldest first.

    One whose body retention has taken stays as it is.

    :param dry_run: undo everything at the end; what is returned says what would be.
    """
    ids = list(rows.order_by("id").values_list("pk", flat=True))
    if dry_run:
        with transaction.atomic():
            outcomes = _replayed(ids)
            transaction.set_rollback(True)
        return outcomes
    return _replayed(ids)


def _replayed(ids: Sequence[Any]) -> list[WebhookEvent]:
    outcomes: list[WebhookEvent] = []
    size = settings.PAYMENTS_BATCH_SIZE
    for start in range(0, len(ids), size):
        part = ids[start : start + size]
        inbox.again(WebhookEvent.objects.filter(pk__in=part))
        worker.work(size, ids=part)
        outcomes += WebhookEvent.objects.filter(pk__in=part).defer("body", "data").order_by("id")
    return outcomes
