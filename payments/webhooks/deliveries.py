"""
Whether Stripe's deliveries reach us: endpoints that differ, events that never came, silence.

All hotels depend on it, and nobody would look: each is an alert, which ends by itself.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import structlog
from django.db.models.functions import TruncHour
from django.utils import timezone

from payments import conf, hotel
from payments.effects import Alert
from payments.models import Alert as AlertRow
from payments.models import ConnectedAccount, Severity, WebhookEvent
from payments.models.base import first_id_at
from payments.outgoing import budget
from payments.records import telling
from payments.webhooks import endpoints

logger = structlog.get_logger(__name__)

PLATFORM = ""
_LATELY = timedelta(days=30)  # by which an account's rhythm is known
_SHORT = timedelta(hours=2)  # a silence that nobody needs to look at
_SOON = timedelta(days=2)  # who arrives until then should be paying
_KNOWN_FOR = timedelta(days=7)  # before that nobody knows what is usual


def say_whether_they_fail(account: str, since: datetime | None) -> None:
    """
    Say since when an account's events do not reach us; that they do again ends the alert.

    :param since: when the first of those happened that did not; None where all of them came.
    """
    row = ConnectedAccount.objects.filter(stripe_id=account, livemode=conf.asks_live()).first()
    if row is None:
        if since:
            logger.warning("deliveries.fail", account="platform", since=since.isoformat())
        return
    standing = AlertRow.objects.filter(
        kind="deliveries_fail", object_id=account, livemode=row.livemode, closed_at=None
    )
    if since is None:
        standing.update(closed_at=timezone.now())
    elif not standing.exists():
        telling.say_what_happened([_alert("deliveries_fail", row, at=since.isoformat())])


def _alert(kind: str, row: ConnectedAccount, **facts: Any) -> Alert:
    return Alert(
        kind=kind,
        severity=Severity.CRITICAL,
        lasting=True,
        account=row.account,
        livemode=row.livemode,
        object_id=row.stripe_id,
        organization_id=row.organization_id,
        property_id=row.property_id,
        facts=facts,
    )


def watch_endpoints() -> None:
    """Say of an endpoint that Stripe does not use as we need it; all hotels depend on it."""
    standing = AlertRow.objects.filter(kind="endpoint_differs", closed_at=None)
    budget.wait(PLATFORM)
    wrong = endpoints.troubles()
    live = conf.asks_live()
    standing.filter(livemode=live).exclude(object_id__in=wrong).update(closed_at=timezone.now())
    accounts = [row for row in ConnectedAccount.objects.filter(livemode=live) if row.is_connected]
    for scope, why in wrong.items():
        told = list(standing.filter(object_id=scope))
        for alert in told:
            alert.facts["why"] = why
        AlertRow.objects.bulk_update(told, ["facts"])
        known = {alert.account for alert in told}
        telling.say_what_happened(
            replace(_alert("endpoint_differs", row, scope=scope, why=why), object_id=scope)
            for row in accounts
            if row.account not in known
        )


def notice_silent_accounts(now: datetime) -> int:
    """
    Say of which accounts Stripe is silent for longer than it ever was lately; return of how many.

    Only while guests arrive who owe money, so that there is something to hear. How long is unusual
    is each account's own: half as long again as its longest pause of thirty days.
    """
    silent = 0
    charging = ConnectedAccount.objects.filter(charges_enabled=True).exclude(stripe_id="")
    for row in charging.select_related("organization", "property"):
        since = _silent_since(row, now) if row.is_connected else None
        standing = AlertRow.objects.filter(
            kind="account_silent", object_id=row.stripe_id, livemode=row.livemode, closed_at=None
        )
        if since is None:
            standing.update(closed_at=now)
            continue
        silent += 1
        if not standing.exists():
            telling.say_what_happened([_alert("account_silent", row, at=since.isoformat())])
    return silent


def _silent_since(row: ConnectedAccount, now: datetime) -> datetime | None:
    """Return since when an account has been silent, where that is unusual and matters."""
    said = WebhookEvent.objects.filter(
        organization=row.organization_id,
        account=row.account,
        livemode=row.livemode,
        id__gte=first_id_at(now - _LATELY),
        created_at__lte=now,
    )
    last = said.order_by("-id").values_list("created_at", flat=True).first()
    if last is None or now - last < _SHORT:
        return None
    today = now.astimezone(hotel.zone(row)).date()
    if not hotel.arrivals_at_risk(row.organization_id, row.account, today, today + _SOON):
        return None
    hours = said.annotate(hour=TruncHour("created_at")).order_by("hour")
    heard = list(hours.values_list("hour", flat=True).distinct())
    if heard[-1] - heard[0] < _KNOWN_FOR:
        return None
    longest = max(after - before for before, after in pairwise(heard))
    return last if now - last > longest * 3 / 2 else None
