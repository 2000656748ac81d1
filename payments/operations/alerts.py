"""What staff do about an alert: say that they have seen it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from payments import hotel
from payments.models import Alert
from payments.operations import activity

logger = structlog.get_logger(__name__)


def acknowledge(alerts: Collection[UUID], *, by: Any) -> list[Alert]:
    """
    Note that somebody is on these alerts; return those that nobody was on before.

    What is the case stays open until it no longer is. What only happened is closed by being seen.

    Left out are those that are closed, and those of organizations where this person only looks.
    """
    rows = hotel.visible_to(by, Alert.objects.filter(pk__in=alerts, closed_at=None))
    organizations = set(rows.order_by().values_list("organization", flat=True))
    theirs = hotel.organizations_where(by, hotel.Right.TAKE_ALERTS, organizations)
    rows = rows.filter(organization__in=theirs, acknowledged_at=None)
    now = timezone.now()
    with transaction.atomic():
        seen = list(rows.select_for_update(no_key=True).order_by("pk"))
        held = Alert.objects.filter(pk__in=[alert.pk for alert in seen])
        held.filter(is_news=True).update(closed_at=now, acknowledged_at=now, acknowledged_by=by.pk)
        held.filter(is_news=False).update(acknowledged_at=now, acknowledged_by=by.pk)
        for alert in seen:
            kind = "alert_closed" if alert.is_news else "alert_taken"
            activity.note(kind, by=by, of=alert, alert=str(alert.pk), about=alert.kind)
    for alert in seen:
        logger.info("alert.acknowledged", alert=str(alert.pk), kind=alert.kind, by=by.pk)
    return seen
