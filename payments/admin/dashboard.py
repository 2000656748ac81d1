"""The first page: what came in, what is at risk and due, what waits, and what came last."""

from collections import Counter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, QuerySet, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince

from payments import hotel
from payments.admin.display import charts, show
from payments.admin.display.outcomes import OUTCOMES
from payments.admin.lists.filters import unmatched
from payments.admin.lists.read_only import (
    MOST_COUNTED,
    count,
    counted,
    named,
    sees_a_whole,
    whole,
    works_here,
)
from payments.analytics import arrivals, deadlines, income
from payments.analytics.sums import sum_of, total
from payments.models import (
    Alert,
    ConnectedAccount,
    Dispute,
    Notification,
    PaymentTransaction,
    Reason,
    State,
    WebhookEvent,
)
from payments.notifications import messages
from payments.words import connect, deadline, protection
from payments.words.alerts import SEVERITIES, URGENCY

SHOWN = 8  # rows in a list
MOST_CHARTS = 4  # currencies that are drawn; the others are in the lists
MOST_GROUPS = 500  # organizations that one can choose from


def index(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the first page's context: of one organization, or of all that this person may see."""
    if not works_here(request):
        return context
    user = request.user
    groups = hotel.groups(user, MOST_GROUPS)
    chosen = _chosen(request, groups)
    of = chosen.id if chosen else None
    zone = hotel.zone_named((chosen or groups[0]).timezone) if chosen or len(groups) == 1 else None

    def visible(rows: QuerySet[Any], *, whole: bool = False) -> QuerySet[Any]:
        seen = (hotel.visible_as_a_whole if whole else hotel.visible_to)(user, rows)
        seen = named(request, seen, as_a_whole=whole)
        return seen.filter(organization=of) if of else seen

    events = visible(WebhookEvent.objects.all(), whole=True)
    alerts = visible(Alert.objects.filter(closed_at=None))
    loose = visible(unmatched(PaymentTransaction.objects.all()))
    last = list(_last(events)) if sees_a_whole(request) else []
    cards = _cards(request, events, alerts, loose, visible, chosen)
    any_set_aside = any(card["name"] == "set aside" and card["value"] != "0" for card in cards)
    return {
        **context,
        "title": "Overview",
        "groups": groups if len(groups) > 1 else [],
        "chosen": chosen,
        "cards": cards,
        **_money_in(visible(PaymentTransaction.objects.all()), zone),
        "disputed": _disputed(visible(Dispute.objects.exclude(status__in=Dispute.OVER))),
        "risks": _risks(request, of),
        "deadlines": _deadlines(user, of),
        "quarantined": _quarantined(events) if any_set_aside else [],
        "alerts": _alerts(alerts),
        "loose": _loose(loose),
        "last_word": timesince(last[0].created_at, timezone.now(), depth=1) if last else "",
        "events": show.event_rows(last),
    }


def _chosen(request: HttpRequest, groups: list[hotel.Group]) -> hotel.Group | None:
    """Return the organization that was asked for, among those that this person may see."""
    asked = hotel.as_uuid(request.GET.get("organization", ""))
    return next((group for group in groups if group.id == asked), None)


# Figures -----------------------------------------------------------------


def _cards(
    request: HttpRequest,
    events: QuerySet[Any],
    alerts: QuerySet[Any],
    loose: QuerySet[Any],
    visible: Any,
    chosen: hotel.Group | None,
) -> list[dict[str, str]]:
    own = f"&organization={chosen.id}" if chosen else ""

    def card(
        title: str, name: str, rows: QuerySet[Any], note: str, model: str, query: str = ""
    ) -> dict[str, str]:
        listed = reverse(f"admin:payments_{model}_changelist")
        query = f"{query}{own}".lstrip("&")
        return {
            "name": name,
            "title": title,
            # The sidebar has counted the same, where no organization is chosen.
            "value": count(rows) if chosen else counted(request, name, rows),
            "note": note,
            "url": f"{listed}?{query}" if query else listed,
        }

    to_answer = visible(Dispute.objects.filter(status__in=Dispute.WAITING))
    undeliverable = Notification.State.UNDELIVERABLE
    lost = visible(Notification.objects.filter(state=undeliverable))
    cards = [
        card("Open alerts", "alerts", alerts, "What somebody should look at", "alert"),
        card(
            "Disputes to answer",
            "disputes",
            to_answer,
            "The bank waits for the hotel's side",
            "dispute",
            "standing=answer",
        ),
        card(
            "Unmatched money",
            "unmatched",
            loose,
            "Payments that belong to no booking yet",
            "paymenttransaction",
            "matched=no",
        ),
        card(
            "Undelivered mail",
            "lost mails",
            lost,
            "Nobody tries these again by itself",
            "notification",
            f"state={undeliverable}",
        ),
    ]
    if sees_a_whole(request):
        cards.append(
            card(
                "Events set aside",
                "set aside",
                events.filter(state=State.QUARANTINED),
                "Proven to be Stripe's, and not applied",
                "webhookevent",
                f"state={State.QUARANTINED}",
            )
        )
    if request.user.is_superuser and not chosen:  # whose an event is shows when it is worked on
        waiting = events.filter(state=State.RECEIVED)
        cards.append(
            card(
                "Events waiting",
                "waiting",
                waiting,
                _oldest(waiting),
                "webhookevent",
                f"state={State.RECEIVED}",
            )
        )
    return cards


def _oldest(waiting: QuerySet[Any]) -> str:
    first = waiting.order_by("next_attempt_at", "id").values_list("created_at", flat=True).first()
    return f"The oldest for {timesince(first, timezone.now())}" if first else "All is settled"


def _money_in(payments: QuerySet[Any], zone: ZoneInfo | None) -> dict[str, Any]:
    found = income.last_days(payments, zone or ZoneInfo("UTC"), timezone.now())
    return {
        "charts": [charts.of_income(each) for each in found.incomes[:MOST_CHARTS]],
        "more_currencies": [each.currency.upper() for each in found.incomes[MOST_CHARTS:]],
        "first": date_format(found.first, "j M"),
        "last": date_format(found.last, "j M"),
        "days": income.DAYS,
        "most": "" if found.whole else f"{income.MOST:,}",
        "clocks": zone.key if zone else "UTC",
    }


def _disputed(disputes: QuerySet[Any]) -> list[dict[str, Any]]:
    """Return what open disputes ask back, by currency."""
    rows = disputes.filter(seen=True).exclude(currency="").order_by("currency")
    whole, rest = sum_of("amount")
    sums = rows.values_list("currency").annotate(n=Count("pk"), a=whole, b=rest)
    listed = reverse("admin:payments_dispute_changelist")
    return [
        {"count": found, "amount": show.amount(total(*amount), currency), "url": listed}
        for currency, found, *amount in sums
    ]


# At risk and due ---------------------------------------------------------


def _risks(request: HttpRequest, organization: UUID | None) -> list[dict[str, Any]]:
    found = arrivals.at_risk(request.user, timezone.now(), organization)
    return [
        {
            "account": risk.account.property or risk.account.organization,
            "url": show.url(risk.account) if _opens(request, risk.account) else "",
            "badge": show.badge(connect.standing(risk.account)),
            "why": _why(risk.account),
            **_deadline(risk.account),
            "arrivals": risk.arrivals,
            "owing": risk.owing,
            "owed": [show.amount(owed, code) for code, owed in sorted(risk.owed.items())],
            "first": [
                {
                    "url": hotel.booking_url(each.id),
                    "code": each.code,
                    "guest": each.guest,
                    "house": each.house,
                    "on": date_format(each.arrival, "D j M"),
                    "owed": show.amount(max(0, each.owed), each.currency),
                }
                for each in risk.first
            ],
            "more": risk.arrivals - len(risk.first),
        }
        for risk in found[:SHOWN]
    ]


def _opens(request: HttpRequest, account: ConnectedAccount) -> bool:
    """Say whether this person may open the account's page: one of a house, or of all they see."""
    superuser = request.user.is_superuser
    return bool(superuser or account.property_id or account.organization_id in whole(request))


def _deadline(account: ConnectedAccount) -> dict[str, str]:
    at = account.current_deadline if account.is_connected and account.wanted else None
    if at is None:
        return {}
    left = deadline(at, timezone.now(), hotel.zone(account))
    return {"due": show.when(account, at), "left": show.badge(left)}


def _why(account: ConnectedAccount) -> str:
    if why := connect.cannot_take_cards(account):
        return f"No card can be taken: {why}."
    wanted = connect.requirements(account.wanted)
    return f"Stripe wants {', '.join(wanted)}." if wanted else ""


def _deadlines(user: Any, organization: UUID | None) -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "due": show.due(row, at, now),
            "url": show.url(row),
            **(_evidence(row) if isinstance(row, Dispute) else _requirement(row)),
        }
        for at, row in deadlines.next_ones(user, SHOWN, organization)
    ]


def _evidence(row: Dispute) -> dict[str, str]:
    return {
        "title": f"Evidence: {protection.why(row.reason).words.lower()}",
        "about": hotel.caption(row.reservation) if row.reservation else str(row.organization),
        "amount": show.amount(row.amount, row.currency),
    }


def _requirement(row: ConnectedAccount) -> dict[str, str]:
    wanted = ", ".join(connect.requirements(row.wanted))
    return {
        "title": f"Stripe wants {wanted}",
        "about": str(row.property or row.organization),
        "amount": "",
    }


# What waits --------------------------------------------------------------


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
    """Return what is the case now, the most urgent first, and of that the newest."""
    urgency = Case(*(When(severity=each, then=place) for place, each in enumerate(URGENCY)))
    rows = alerts.select_related("organization", "property", hotel.GUEST)
    shown = list(rows.order_by(urgency, "-id")[:SHOWN])
    said = messages.sentences(shown)
    return [
        {
            "title": messages.title(alert),
            "sentence": said[alert.pk],
            "badge": show.badge(SEVERITIES[alert.severity]),
            "about": hotel.caption(alert.reservation) if alert.reservation else "",
            "place": str(alert.property or alert.organization),
            "when": show.when(alert, alert.raised_at),
            "url": show.url(alert),
        }
        for alert in shown
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
