"""What staff do about an alert: say that they have seen it. It closes by itself."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import structlog
from django.utils import timezone

from payments import hotel
from payments.models import Alert

logger = structlog.get_logger(__name__)


def acknowledge(alerts: Collection[UUID], *, by: Any) -> list[Alert]:
    """
    Note that somebody is on these alerts; return those that nobody was on before.

    Left out are those that are closed, and those of organizations where this person only looks.
    """
    rows = hotel.visible_to(by, Alert.objects.filter(pk__in=alerts, closed_at=None))
    organizations = set(rows.order_by().values_list("organization", flat=True))
    rows = rows.filter(organization__in=hotel.may_change(by, organizations), acknowledged_at=None)
    seen = list(rows)
    Alert.objects.filter(pk__in=[alert.pk for alert in seen], acknowledged_at=None).update(
        acknowledged_at=timezone.now(), acknowledged_by=by.pk
    )
    for alert in seen:
        logger.info("alert.acknowledged", alert=str(alert.pk), kind=alert.kind, by=by.pk)
    return seen
