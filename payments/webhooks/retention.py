"""What is kept of an event, and for how long."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from payments import bulk
from payments.models import WebhookEvent
from payments.models.base import first_id_at

KEPT = timedelta(days=90)  # Stripe can send an event again for 30
_AT_ONCE = 1_000  # events in one transaction


def forget_payloads(now: datetime) -> int:
    """
    Take the payload from what was settled and came more than 90 days ago; return how many.

    Such an event stays with its id, type, outcome and what it was about. One in quarantine still
    waits for somebody, and keeps its payload.
    """
    old = WebhookEvent.objects.filter(WebhookEvent.MAY_BE_EMPTIED, pk__lt=first_id_at(now - KEPT))
    forgotten = 0
    while taken := _forget(old.order_by("pk")):
        forgotten += taken
    return forgotten


def _forget(old: Any) -> int:
    with transaction.atomic():
        rows = list(old.select_for_update(skip_locked=True).only("data")[:_AT_ONCE])
        for row in rows:
            row.body, row.data = None, _identity(row.data)
        bulk.update(WebhookEvent, ["body", "data"], rows)
    return len(rows)


def _identity(data: Any) -> dict[str, Any] | None:
    """Return what says which object an event was about, and nothing else."""
    if not isinstance(data, dict):
        return None
    return {name: data[name] for name in ("id", "object") if name in data}
