"""What we asked of Stripe, and what came of it: to read."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from unfold.decorators import display

from payments import hotel
from payments.admin.display import show
from payments.admin.lists import filters
from payments.admin.lists.read_only import ReadOnlyAdmin
from payments.admin.lists.search import NOTHING, Typed
from payments.models import OutgoingRequest
from payments.reading import identifier
from payments.words import BAD, GOOD, WAIT, Said
from payments.words.requests import ASKED

STATES: dict[str, Said] = {
    OutgoingRequest.State.PROMISED: Said("Under way", WAIT, "It is asked again by itself."),
    OutgoingRequest.State.KEPT: Said("Done", GOOD, "Stripe has done it."),
    OutgoingRequest.State.REFUSED: Said("Refused", BAD, "Stripe will not do it."),
}


@admin.register(OutgoingRequest)
class OutgoingRequestAdmin(ReadOnlyAdmin):
    """No parameter is shown: some are about people, and are forgotten once Stripe has decided."""

    list_display = ["what", "standing", "booking", "tries", "of_organization", "at"]
    list_display_links = ["what"]
    list_filter = [
        filters.choice("state", [(state, said.words) for state, said in STATES.items()]),
        filters.Organization,
        filters.Mode,
    ]
    search_fields = ["stripe_id"]  # makes the box; `meant_by` says what is found
    search_help_text = "Guest, booking code or Stripe id"
    fieldsets = [
        (None, {"fields": ["standing", ("what", "booking"), ("at", "decided")]}),
        ("Attempts", {"fields": [("tries", "next_attempt"), "failure"]}),
        ("Whose", {"fields": [("of_organization", "account")]}),
    ]

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().visible_to(user, rows)
        return rows.select_related("organization", "property", hotel.GUEST)

    def meant_by(self, typed: Typed) -> Any:
        if not typed.is_id:
            return typed.of_bookings
        named = Q(stripe_id=typed.text) | Q(target=typed.text)
        return named if identifier(typed.text) else NOTHING

    @display(description="Stripe was asked")
    def what(self, row: OutgoingRequest) -> str:
        return show.two_lines(ASKED.get(row.kind, row.kind), row.stripe_id or row.target)

    @display(description="State")
    def standing(self, row: OutgoingRequest) -> str:
        return show.badge(STATES[row.state])

    @display(description="Booking")
    def booking(self, row: OutgoingRequest) -> str:
        return show.booking(row)

    @display(description="Attempts")
    def tries(self, row: OutgoingRequest) -> int:
        return row.attempts

    @display(description="Next attempt")
    def next_attempt(self, row: OutgoingRequest) -> str:
        return show.NOTHING if row.is_decided else show.when(row, row.next_attempt_at)

    @display(description="What Stripe said")
    def failure(self, row: OutgoingRequest) -> str:
        return row.error or show.NOTHING

    @display(description="Asked")
    def at(self, row: OutgoingRequest) -> str:
        return show.when(row, row.created_at)

    @display(description="Decided")
    def decided(self, row: OutgoingRequest) -> str:
        return show.when(row, row.settled_at)

    @display(description="Organization")
    def of_organization(self, row: OutgoingRequest) -> str:
        return str(row.organization)
