"""Alerts: what staff must know, and whether it is still true."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from payments import hotel
from payments.admin import audit, filters, show
from payments.admin.base import ReadOnlyAdmin, count
from payments.admin.outcomes import CLOSED, SEVERITIES
from payments.models import Alert, Charge, PaymentTransaction, Severity
from payments.notifications import messages
from payments.reading import identifier


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """An alert closes by itself when what it says is no longer true; nobody ticks it off."""

    list_display = ["title", "says", "severity_badge", "booking", "of_organization", "raised"]
    list_filter = [
        filters.Standing,
        filters.choice("severity", Severity.choices),
        filters.choice(
            "kind", [(kind, message.title) for kind, message in messages.MESSAGES.items()]
        ),
        filters.Organization,
        filters.Mode,
    ]
    search_fields = ["object_id"]  # makes the box; `get_search_results` says what is found
    search_help_text = "Guest, booking code or Stripe id"
    fieldsets = [
        (None, {"fields": ["severity_badge", "says", "booking", "about"]}),
        ("What Stripe sent", {"fields": ["events"]}),
        (
            "The alert",
            {
                "fields": [
                    ("of_organization", "house"),
                    ("account", "mode"),
                    ("raised", "closed"),
                ]
            },
        ),
    ]

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().visible_to(user, rows)
        return rows.select_related("organization", "property", hotel.GUEST)

    def waiting(self, request: HttpRequest) -> str:
        """Return how many alerts are open, for the sidebar; nothing where none is."""
        rows = hotel.visible_to(request.user, Alert.objects.filter(closed_at=None))
        return "" if (found := count(rows)) == "0" else found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if "_" in term:
            return queryset.filter(object_id=term) if identifier(term) else queryset.none(), False
        meant = hotel.meant_by(term).order_by().values("pk")
        return queryset.filter(reservation__in=meant), False

    def get_object(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        found = super().get_object(request, *args, **options)
        if found is not None:
            found.reader = request.user  # events are shown as far as they may see them
        return found

    @display(description="Alert")
    def title(self, alert: Alert) -> str:
        return messages.title(alert)

    @display(description="What is the case, and what to do")
    def says(self, alert: Alert) -> str:
        return show.said(messages.sentence(alert))

    @display(description="How urgent")
    def severity_badge(self, alert: Alert) -> str:
        if alert.closed_at:
            return show.badge(CLOSED)
        return show.badge(SEVERITIES[alert.severity])

    @display(description="Booking")
    def booking(self, alert: Alert) -> str:
        if alert.reservation is None:
            return show.NOTHING
        return show.link(alert.reservation, hotel.caption(alert.reservation))

    @display(description="Organization")
    def of_organization(self, alert: Alert) -> str:
        return str(alert.organization)

    @display(description="House")
    def house(self, alert: Alert) -> str:
        return str(alert.property or show.NOTHING)

    @display(description="Mode")
    def mode(self, alert: Alert) -> str:
        return "Live" if alert.livemode else "Test"

    @display(description="Raised")
    def raised(self, alert: Alert) -> str:
        return show.when(alert, alert.raised_at)

    @display(description="Closed")
    def closed(self, alert: Alert) -> str:
        return show.when(alert, alert.closed_at) if alert.closed_at else "Still open"

    @display(description="About")
    def about(self, alert: Alert) -> str:
        row = _object(alert)
        return show.link(row) if row else show.code(alert.object_id)

    @display(description="Events, newest first")
    def events(self, alert: Alert) -> str:
        found = audit.events(alert, {alert.object_id}, alert.reader)  # type: ignore[attr-defined]
        return show.part("events", events=show.told(found), most=audit.MOST)


def _object(alert: Alert) -> Any:
    """Return the record that an alert is about, of its own organization."""
    same = Q(
        stripe_id=alert.object_id,
        account=alert.account,
        livemode=alert.livemode,
        organization=alert.organization_id,
    )
    return PaymentTransaction.objects.filter(same).first() or Charge.objects.filter(same).first()
