"""The events that Stripe sent about some objects."""

from collections.abc import Collection

from django.db.models import QuerySet

from payments.models import WebhookEvent
from payments.models.inbox import ABOUT

MOST = 1_000  # events that are looked through


def about(rows: QuerySet[WebhookEvent], ids: Collection[str]) -> QuerySet[WebhookEvent]:
    """Return the events among these that are about objects with these Stripe ids."""
    found = rows.filter(data__isnull=False).alias(about=ABOUT).filter(about__in=set(ids))
    # Their keys first: asked to sort as well, PostgreSQL walks through all events by key.
    return rows.filter(pk__in=list(found.order_by().values_list("pk", flat=True)[:MOST]))
