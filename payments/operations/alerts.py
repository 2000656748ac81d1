"""Alerts as staff list them, and what they do about one: say that they have seen it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Case, QuerySet, When
from django.utils import timezone

from payments import hotel
from payments.models import Alert
from payments.operations import activity
from payments.words.alerts import URGENCY

logger = structlog.get_logger(__name__)


OPEN, NOBODYS, MINE, CLOSED = "open", "nobodys", "mine", "closed"


def listed(user: Any, standing: str = OPEN) -> QuerySet[Any]:
    """
    Return the alerts that this person may see: open ones by urgency, closed ones newest first.

    :param standing: open ones; of these what nobody looks after, or what they do; or closed ones.
    """
    rows = hotel.visible_to(user, Alert.objects.filter(closed_at__isnull=standing != CLOSED))
    if standing == CLOSED:
        return rows.order_by("-id")
    if standing == NOBODYS:
        rows = rows.filter(acknowledged_at=None)
    if standing == MINE:
        rows = rows.filter(acknowledged_by=user.pk)
    urgency = Case(*(When(severity=each, then=place) for place, each in enumerate(URGENCY)))
    return rows.order_by(urgency, "-id")


def count(user: Any, most: int) -> int:
    """Return how many alerts nobody looks after yet; beyond `most`, nobody counts on."""
    return listed(user, NOBODYS).order_by()[: most + 1].count()


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
