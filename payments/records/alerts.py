"""Alerts: raised once for each key, closed when what they say is no longer true."""

from collections.abc import Collection, Iterable
from datetime import datetime

from payments import effects
from payments.models import Alert


def settle(
    wanted: Iterable[effects.Alert],
    objects: Collection[tuple[str, bool, str]],
    now: datetime,
) -> None:
    """
    Raise what is true now of these objects, and close what no longer is.

    :param objects: (account, livemode, Stripe id) of all that the rules were asked about.
    """
    due = {alert.key: alert for alert in wanted}
    rows = Alert.objects.filter(object_id__in={name for _, _, name in objects}, lasting=False)
    standing = {key: row for row in rows if (key := _key(row))[:3] in objects}
    raise_all(alert for key, alert in due.items() if key not in standing)
    over = [row.pk for key, row in standing.items() if key not in due and row.closed_at is None]
    back = [row.pk for key, row in standing.items() if key in due and row.closed_at is not None]
    if over:
        Alert.objects.filter(pk__in=over).update(closed_at=now)
    if back:
        Alert.objects.filter(pk__in=back).update(closed_at=None)
    moved = [row for key, row in standing.items() if key in due and _follow(row, due[key])]
    Alert.objects.bulk_update(moved, ["reservation", "property"])


def raise_all(wanted: Iterable[effects.Alert], *, lasting: bool = False) -> None:
    """
    Raise these alerts, each unless it has been raised before.

    :param lasting: it speaks of something that happened, so it never closes by itself.
    """
    Alert.objects.bulk_create(
        [
            Alert(
                account=alert.account,
                livemode=alert.livemode,
                object_id=alert.object_id,
                kind=alert.kind,
                detail=alert.detail,
                severity=alert.severity,
                facts=alert.facts,
                lasting=lasting,
                organization_id=alert.organization_id,
                property_id=alert.property_id,
                reservation_id=alert.reservation_id,
            )
            for alert in sorted(wanted, key=lambda alert: alert.key)  # the same order everywhere
        ],
        ignore_conflicts=True,
    )


def _follow(row: Alert, alert: effects.Alert) -> bool:
    """File an alert under the booking that its object is of now; say whether that is another."""
    before = (row.reservation_id, row.property_id)
    row.reservation_id, row.property_id = alert.reservation_id, alert.property_id
    return before != (row.reservation_id, row.property_id)


def _key(row: Alert) -> effects.Key:
    return (row.account, row.livemode, row.object_id, row.kind, row.detail)
