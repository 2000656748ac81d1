"""The first page: what waits, what was set aside, what is wrong, and what came last."""

from collections import Counter
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince

from payments import hotel
from payments.admin import show
from payments.admin.base import MOST_COUNTED, count, works_here
from payments.admin.filters import unmatched
from payments.admin.outcomes import OUTCOMES, SEVERITIES
from payments.models import Alert, PaymentTransaction, Reason, State, WebhookEvent
from payments.notifications import messages

SHOWN = 8  # rows in a list


def index(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the first page's context, narrowed to what this person may see."""
    if not works_here(request):
        return context
    user = request.user
    events = hotel.visible_as_a_whole(user, WebhookEvent.objects.all())
    alerts = hotel.visible_to(user, Alert.objects.filter(closed_at=None))
    loose = hotel.visible_to(user, unmatched(PaymentTransaction.objects.all()))
    return {
        **context,
        "title": "Overview",
        "cards": _cards(request, events, alerts, loose),
        "quarantined": _quarantined(events),
        "alerts": _alerts(alerts),
        "loose": _loose(loose),
        "events": show.told(_last(events)),
    }


def _cards(
    request: HttpRequest, events: QuerySet[Any], alerts: QuerySet[Any], loose: QuerySet[Any]
) -> list[dict[str, str]]:
    listed = reverse("admin:payments_webhookevent_changelist")
    cards = [
        {
            "title": "Open alerts",
            "value": count(alerts),
            "note": "What somebody should look at",
            "url": reverse("admin:payments_alert_changelist"),
        },
        {
            "title": "Unmatched money",
            "value": count(loose),
            "note": "Payments that belong to no booking yet",
            "url": reverse("admin:payments_paymenttransaction_changelist") + "?matched=no",
        },
    ]
    if hotel.works_for_a_whole(request.user):
        cards.append(
            {
                "title": "Events set aside",
                "value": count(events.filter(state=State.QUARANTINED)),
                "note": "Proven to be Stripe's, and not applied",
                "url": f"{listed}?state={State.QUARANTINED}",
            }
        )
    if request.user.is_superuser:  # whose an event is shows only when it is worked on
        waiting = events.filter(state=State.RECEIVED)
        cards.append(
            {
                "title": "Events waiting",
                "value": count(waiting),
                "note": _oldest(waiting),
                "url": f"{listed}?state={State.RECEIVED}",
            }
        )
    return cards


def _oldest(waiting: QuerySet[Any]) -> str:
    first = waiting.order_by("next_attempt_at", "id").values_list("created_at", flat=True).first()
    return f"The oldest for {timesince(first, timezone.now())}" if first else "All is settled"


def _quarantined(events: QuerySet[Any]) -> list[dict[str, str]]:
    """Return for which reasons events were set aside, counted no farther than anybody reads."""
    rows = events.filter(state=State.QUARANTINED).order_by()
    reasons = Counter(rows.values_list("reason", flat=True)[:MOST_COUNTED])
    listed = reverse("admin:payments_webhookevent_changelist")
    labels = dict(Reason.choices)
    return [
        {
            "reason": str(labels.get(reason, reason)),
            "count": f"{found:,}",
            "to_do": OUTCOMES[reason].to_do if reason in OUTCOMES else "",
            "url": f"{listed}?state={State.QUARANTINED}&reason={reason}",
        }
        for reason, found in reasons.most_common()
    ]


def _alerts(alerts: QuerySet[Any]) -> list[dict[str, str]]:
    rows = alerts.select_related("organization", "property").order_by("-id")[:SHOWN]
    return [
        {
            "title": messages.title(alert),
            "sentence": messages.sentence(alert),
            "badge": show.badge(SEVERITIES[alert.severity]),
            "when": show.when(alert, alert.raised_at),
            "url": show.url(alert),
        }
        for alert in rows
    ]


def _loose(loose: QuerySet[Any]) -> list[dict[str, str]]:
    rows = loose.select_related("organization", "property").order_by("-id")[:SHOWN]
    return [
        {
            "stripe_id": row.stripe_id,
            "amount": show.amount(row.amount_received or row.amount, row.currency),
            "organization": str(row.organization),
            "when": show.when(row, row.occurred_at),
            "url": show.url(row),
        }
        for row in rows
    ]


def _last(events: QuerySet[Any]) -> QuerySet[Any]:
    rows = events.select_related("organization").defer("body", "data", "changes", "last_error")
    return rows.order_by("-id")[:SHOWN]
