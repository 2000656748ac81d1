"""What to know before acting on a record: open alerts about it, and what makes it doubtful."""

from collections.abc import Collection
from typing import Any

from payments import hotel
from payments.admin.display import show
from payments.models import Alert
from payments.notifications import messages
from payments.words.alerts import SEVERITIES

READ_WITH = ("organization", "property", "acknowledged_by")


def notices(alerts: Collection[Alert]) -> list[dict[str, str]]:
    """Return alerts as a page shows them: what is the case, what to do, and who is on it."""
    said = messages.sentences(alerts)
    return [
        {
            "title": messages.title(alert),
            "sentence": said[alert.pk],
            "badge": show.badge(SEVERITIES[alert.severity]),
            "url": show.url(alert),
            "seen": _seen(alert),
        }
        for alert in alerts
    ]


def _seen(alert: Alert) -> str:
    if alert.acknowledged_at is None:
        return "Nobody is on it yet."
    who = alert.acknowledged_by or "Somebody"
    return f"{who} is on it since {show.when(alert, alert.acknowledged_at)}."


def about(row: Any, ids: Collection[str], reader: Any) -> list[dict[str, str]]:
    """
    Return the open alerts about a record, as far as this person may see alerts.

    :param ids: its own Stripe id, and those of what belongs to it.
    """
    alerts = Alert.objects.filter(
        object_id__in=ids,
        account=row.account,
        livemode=row.livemode,
        organization=row.organization_id,
        closed_at=None,
    )
    return notices(hotel.visible_to(reader, alerts.select_related(*READ_WITH)))


def doubt(row: Any) -> str:
    """Return what makes a record doubtful, and what to do about it; empty where nothing does."""
    if row.conflict:
        return (
            "Stripe told us two things about it that cannot both be true."
            " Look at it in the Stripe dashboard before you act on it."
        )
    return "" if row.seen else "Other objects name it; Stripe has not sent it yet."
