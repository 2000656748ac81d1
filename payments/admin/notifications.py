"""Alerts: what staff must know, whether it is still true, and who is on it."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib import messages as banners
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST
from unfold.decorators import action, display

from payments import hotel
from payments.admin.display import show
from payments.admin.lists import filters
from payments.admin.lists.read_only import ReadOnlyAdmin, beside, named
from payments.admin.lists.search import NOTHING, Typed
from payments.admin.related import changes, records
from payments.models import Alert, Severity
from payments.notifications import messages
from payments.operations import alerts
from payments.panels.alerts import lines
from payments.reading import identifier
from payments.words.alerts import CLOSED, SEVERITIES


class ToldAdmin(ReadOnlyAdmin):
    """What somebody is told: about which record and booking, and what Stripe sent of it."""

    search_fields = ["object_id"]  # makes the box; `get_search_results` says what is found
    search_help_text = "Guest, booking code or Stripe id"

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().visible_to(user, rows)
        return rows.select_related("organization", "property", hotel.GUEST)

    def may_change(self, request: HttpRequest, row: Any) -> bool:
        """Say whether this person may do something about it, not only look."""
        right = hotel.Right.TAKE_ALERTS
        return hotel.may(request.user, right, row.organization_id, row.property_id)

    def meant_by(self, typed: Typed) -> Q:
        if not typed.is_id:
            return typed.of_bookings
        return Q(object_id=typed.text) if identifier(typed.text) else NOTHING

    def get_object(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        found = super().get_object(request, *args, **options)
        if found is not None:
            found.reader = request.user  # events are shown as far as they may see them
        return found

    @display(description="Booking")
    def booking(self, row: Any) -> str:
        return show.booking(row)

    @display(description="Organization")
    def of_organization(self, row: Any) -> str:
        return str(row.organization)

    @display(description="House")
    def house(self, row: Any) -> str:
        return str(row.property or show.NOTHING)

    @display(description="Mode")
    def mode(self, row: Any) -> str:
        return "Live" if row.livemode else "Test"

    @display(description="About")
    def about(self, row: Any) -> str:
        found = records.record_of(row)
        return show.link(found) if found else show.code(row.object_id)

    @display(description="Events, newest first")
    def events(self, row: Any) -> str:
        found = changes.events(row, {row.object_id}, row.reader)
        return show.part("events", events=show.event_rows(found), most=changes.MOST)


class AlertStanding(filters.Standing):
    """Alerts that are still true, or of these what nobody is on."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> filters.Choices:
        return [("unseen", "Open, nobody is on it"), *super().lookups(request, model_admin)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "unseen":
            return queryset.filter(closed_at=None, acknowledged_at=None)
        return super().queryset(request, queryset)


@admin.register(Alert)
class AlertAdmin(ToldAdmin):
    """What is the case closes by itself, and what only happened by being seen."""

    actions = ["acknowledge_chosen"]
    change_form_outer_before_template = "payments/admin/acknowledge.html"
    list_display = ["what", "severity_badge", "booking", "seen", "of_organization", "raised"]
    list_display_links = ["what"]
    list_filter = [
        AlertStanding,
        filters.choice("severity", Severity.choices),
        filters.choice(
            "kind", [(kind, message.title) for kind, message in messages.MESSAGES.items()]
        ),
        filters.Organization,
        filters.Mode,
    ]
    fieldsets = [
        (None, {"fields": ["severity_badge", "says", "where", "seen", "booking", "about"]}),
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
        return super().visible_to(user, rows).select_related("acknowledged_by")

    def waiting(self, request: HttpRequest) -> str:
        """Return how many alerts are open, for the sidebar; nothing where none is."""
        rows = hotel.visible_to(request.user, Alert.objects.filter(closed_at=None))
        rows = named(request, rows)
        return beside(request, "alerts", rows)

    def read_with(self, rows: Sequence[Any]) -> None:
        said = messages.sentences(rows)
        for row in rows:
            row.sentence = said[row.pk]

    @display(description="What is the case, and what to do")
    def what(self, alert: Any) -> str:
        return show.titled(messages.title(alert), alert.sentence)

    @display(description="What to do")
    def says(self, alert: Alert) -> str:
        return show.said(messages.sentence(alert))

    @display(description="Where to act")
    def where(self, alert: Any) -> str:
        """Return a link to the staff page where it is dealt with, for whoever may open it."""
        (line,) = lines([alert], hotel.rights_of(alert.reader))
        if not line.page:
            return show.NOTHING
        return format_html('<a class="pay-link" href="{}">{}</a>', line.page, line.leads_to)

    @display(description="How urgent")
    def severity_badge(self, alert: Alert) -> str:
        if alert.closed_at:
            return show.badge(CLOSED)
        return show.badge(SEVERITIES[alert.severity])

    @display(description="Raised")
    def raised(self, alert: Alert) -> str:
        return show.when(alert, alert.raised_at)

    @display(description="Closed")
    def closed(self, alert: Alert) -> str:
        return show.when(alert, alert.closed_at) if alert.closed_at else "Still open"

    @display(description="Who is on it")
    def seen(self, alert: Alert) -> str:
        if alert.acknowledged_at is None:
            return "Nobody yet" if alert.closed_at is None else show.NOTHING
        return show.two_lines(
            alert.acknowledged_by or "Somebody", show.when(alert, alert.acknowledged_at)
        )

    # Somebody is on it -------------------------------------------------------

    def has_acknowledge_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether this person may say of this alert, or of any, that they are on it."""
        if isinstance(obj, Alert):
            return obj.closed_at is None and self.may_change(request, obj)
        return hotel.may_anywhere(request.user, hotel.Right.TAKE_ALERTS)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.acknowledge_one))
        address = path("<uuid:pk>/acknowledge/", view, name="payments_alert_acknowledge")
        return [address, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        alert = self.get_object(request, object_id)
        may = alert is not None and alert.acknowledged_at is None
        may = may and self.has_acknowledge_permission(request, alert)
        context = {"may_acknowledge": may, **(extra_context or {})}
        page: HttpResponse = super().change_view(request, object_id, form_url, context)
        return page

    def acknowledge_one(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Note that this person is on one alert."""
        alert = get_object_or_404(self.get_queryset(request), pk=pk)
        self._acknowledge(request, [alert.pk])
        return HttpResponseRedirect(reverse("admin:payments_alert_change", args=[pk]))

    @action(description="I look after the chosen alerts", permissions=["acknowledge"])
    def acknowledge_chosen(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        """Note that this person is on the chosen alerts."""
        self._acknowledge(request, list(queryset.values_list("pk", flat=True)))

    def _acknowledge(self, request: HttpRequest, chosen: Collection[UUID]) -> None:
        seen = alerts.acknowledge(chosen, by=request.user)
        for alert in seen:
            self.log_change(request, alert, "Looks after it.")
        left = len(chosen) - len(seen)
        told = (
            f"{len(seen)} alert{' is' if len(seen) == 1 else 's are'} noted as looked after by you."
        )
        if left:
            told += f" Left out: {left} closed, seen by others before, or not yours to change."
        self.message_user(request, told, banners.WARNING if left else banners.SUCCESS)
