"""Webhook events: what Stripe sent, what became of it, and how to try again."""

from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet, Value
from django.db.models.lookups import Exact
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from unfold.decorators import action, display

from payments import hotel
from payments.admin.display import payload, show
from payments.admin.display.outcomes import STATES, outcome_of
from payments.admin.lists import filters
from payments.admin.lists.read_only import ReadOnlyAdmin, beside, named, sees_a_whole
from payments.admin.lists.search import NOTHING, Typed
from payments.admin.related import changes
from payments.models import Reason, Scope, State, WebhookEvent
from payments.models.inbox import ABOUT
from payments.reading import identifier
from payments.webhooks import replaying
from payments.webhooks.router import route

MOST_REPLAYED = 500  # events while somebody waits for the page


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    """
    The inbox.

    An event belongs to an organization, not to one of its houses: it is for those who may see all
    of its houses. One of nobody is for superusers.
    """

    actions = ["replay_chosen"]
    change_form_outer_before_template = "payments/admin/replay.html"
    list_display = ["event", "outcome_badge", "why", "whose", "tries", "received"]
    list_display_links = ["event"]
    seen_as_a_whole = True
    list_filter = [
        filters.choice("state", [(state, said.words) for state, said in STATES.items()]),
        filters.choice("reason", Reason.choices),
        filters.EventType,
        filters.Account,
        filters.Organization,
        filters.choice("scope", Scope.choices, title="endpoint"),
        filters.Mode,
    ]
    search_fields = ["stripe_event_id"]  # makes the box; `get_search_results` says what is found
    search_help_text = "Event id, or the id of what it is about"
    fieldsets = [
        ("What it changed", {"fields": ["changed"]}),
        (
            "The event",
            {
                "fields": [
                    ("stripe_event_id", "event_type"),
                    ("account", "filed_under"),
                    ("scope", "mode"),
                    ("received", "settled"),
                    ("attempts", "next_attempt"),
                ]
            },
        ),
        ("What came", {"fields": ["payload"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        failed = ["last_failure"] if obj and obj.last_error else []
        return [(None, {"fields": ["meaning", "outcome", *failed]}), *self.fieldsets]

    # Whose -----------------------------------------------------------------

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return hotel.visible_as_a_whole(user, rows).select_related("organization")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return sees_a_whole(request)

    def waiting(self, request: HttpRequest) -> str:
        """Return how many events were set aside, for the sidebar; nothing where none was."""
        rows = WebhookEvent.objects.filter(state=State.QUARANTINED)
        rows = hotel.visible_as_a_whole(request.user, rows)
        rows = named(request, rows, as_a_whole=True)
        return beside(request, "set aside", rows)

    def has_replay_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Say whether this person may have this event, or any, worked on again."""
        if isinstance(obj, WebhookEvent) and obj.body is None:
            return False  # nothing is left to work on
        if isinstance(obj, WebhookEvent):
            return hotel.may(request.user, hotel.Right.REPLAY, obj.organization_id)
        return hotel.may_anywhere(request.user, hotel.Right.REPLAY)

    # The list ----------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        match = request.resolver_match
        if match is not None and (match.url_name or "").endswith("_changelist"):
            rows = rows.defer("body", "data", "changes", "last_error")
        return rows

    def meant_by(self, typed: Typed) -> Q:
        if not identifier(typed.text):
            return NOTHING
        if typed.text.startswith(("evt_", "sha256:")):
            return Q(stripe_event_id=typed.text)
        return Q(Exact(ABOUT, Value(typed.text)), data__isnull=False)

    @display(description="Event")
    def event(self, event: WebhookEvent) -> str:
        return show.two_lines(event.event_type or "No type", event.stripe_event_id)

    @display(description="Received")
    def received(self, event: WebhookEvent) -> str:
        return show.when(event, event.created_at)

    @display(description="State")
    def outcome_badge(self, event: WebhookEvent) -> str:
        return show.badge(STATES[event.state])

    @display(description="Reason")
    def why(self, event: WebhookEvent) -> str:
        return event.get_reason_display() if event.reason else show.NOTHING

    @display(description="Organization")
    def filed_under(self, event: WebhookEvent) -> str:
        return str(event.organization or show.NOTHING)

    @display(description="Organization and account")
    def whose(self, event: WebhookEvent) -> str:
        platform = event.scope == Scope.PLATFORM
        none = "The platform's account" if platform else "No account"
        return show.two_lines(event.organization or "Nobody's", event.account or none)

    @display(description="Attempts")
    def tries(self, event: WebhookEvent) -> int:
        return event.attempts

    # One event ---------------------------------------------------------------

    @display(description="What it means")
    def meaning(self, event: WebhookEvent) -> str:
        if not event.event_type:
            return "It says of no type."
        found = route(event.event_type)
        return found.means if found else "Nothing here follows from events of this type."

    @display(description="What became of it")
    def outcome(self, event: WebhookEvent) -> str:
        found = outcome_of(event)
        reason = event.get_reason_display() if event.reason else ""
        return show.part(
            "outcome", badge=show.badge(STATES[event.state]), reason=reason, outcome=found
        )

    @display(description="Last error")
    def last_failure(self, event: WebhookEvent) -> str:
        return event.last_error or show.NOTHING

    @display(description="Records, before and after")
    def changed(self, event: WebhookEvent) -> str:
        return show.part("changes", changes=changes.changes(event, event.reader))  # type: ignore[attr-defined]

    @display(description="Mode")
    def mode(self, event: WebhookEvent) -> str:
        return "Live" if event.livemode else "Test"

    @display(description="Settled")
    def settled(self, event: WebhookEvent) -> str:
        return show.when(event, event.processed_at)

    @display(description="Next attempt")
    def next_attempt(self, event: WebhookEvent) -> str:
        waits = event.state == State.RECEIVED
        return show.when(event, event.next_attempt_at) if waits else show.NOTHING

    @display(description="Payload")
    def payload(self, event: WebhookEvent) -> str:
        body = None if event.body is None else bytes(event.body)
        return show.part("payload", payload=payload.readable(body))

    def get_object(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        found = super().get_object(request, *args, **options)
        if found is not None:
            found.reader = request.user  # what it changed is linked as far as they may see it
        return found

    # Again -------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.replay_one))
        address = path("<uuid:pk>/replay/", view, name="payments_webhookevent_replay")
        return [address, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        event = self.get_object(request, object_id)
        may = event is not None and self.has_replay_permission(request, event)
        context = {"may_replay": may, **(extra_context or {})}
        page: HttpResponse = super().change_view(request, object_id, form_url, context)
        return page

    def replay_one(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Have one event worked on again, and say what became of it."""
        event = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_replay_permission(request, event):
            raise PermissionDenied
        self._replay(request, WebhookEvent.objects.filter(pk=event.pk))
        return HttpResponseRedirect(reverse("admin:payments_webhookevent_change", args=[pk]))

    @action(description="Replay the chosen events", permissions=["replay"])
    def replay_chosen(self, request: HttpRequest, queryset: QuerySet[WebhookEvent]) -> None:
        """Have the chosen events worked on again, those of organizations where one may."""
        if not request.user.is_superuser:
            mine = hotel.organizations_where(request.user, hotel.Right.REPLAY)
            queryset = queryset.filter(organization__in=mine)
        queryset = queryset.filter(body__isnull=False)
        chosen = list(queryset.order_by("id").values_list("pk", flat=True)[:MOST_REPLAYED])
        self._replay(request, WebhookEvent.objects.filter(pk__in=chosen))

    def _replay(self, request: HttpRequest, rows: QuerySet[WebhookEvent]) -> None:
        outcomes = replaying.replay(rows)
        states = Counter(event.state for event in outcomes)
        told = ", ".join(
            f"{states[state]} {said.words.lower()}"
            for state, said in STATES.items()
            if states[state]
        )
        for event in outcomes:
            self.log_change(request, event, f"Replayed: {STATES[event.state].words.lower()}.")
        all_well = set(states) <= {State.APPLIED, State.IGNORED}
        level = messages.SUCCESS if all_well else messages.WARNING
        self.message_user(request, f"Replayed: {told or 'nothing'}.", level)
