"""Who did what: to read, for nobody changes it afterwards."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from unfold.decorators import display

from payments import hotel
from payments.admin.display import show
from payments.admin.lists import filters
from payments.admin.lists.read_only import ReadOnlyAdmin
from payments.admin.lists.search import NOTHING, Typed
from payments.models import Activity
from payments.words import activity as words


@admin.register(Activity)
class ActivityAdmin(ReadOnlyAdmin):
    """What people did, and what the system did for them."""

    list_display = ["done", "booking", "of_organization", "at"]
    list_display_links = ["done"]
    list_filter = [filters.Organization]
    search_fields = ["who"]  # makes the box; `meant_by` says what is found
    search_help_text = "Guest or booking code"
    fieldsets = [
        (None, {"fields": ["done", "at", "booking", "of_organization"]}),
        ("Facts", {"fields": ["facts_shown"]}),
    ]

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().visible_to(user, rows)
        return rows.select_related("organization", "property", "user", hotel.GUEST)

    def meant_by(self, typed: Typed) -> Any:
        return NOTHING if typed.is_id else typed.of_bookings

    @display(description="What")
    def done(self, row: Activity) -> str:
        return show.two_lines(f"{row.who or words.SYSTEM} {words.did(row)}", row.kind)

    @display(description="When")
    def at(self, row: Activity) -> str:
        return show.when(row, row.created_at)

    @display(description="Booking")
    def booking(self, row: Activity) -> str:
        return show.booking(row)

    @display(description="Organization")
    def of_organization(self, row: Activity) -> str:
        return str(row.organization)

    @display(description="Ids and amounts")
    def facts_shown(self, row: Activity) -> str:
        return ", ".join(f"{name}: {value}" for name, value in sorted(row.facts.items()))
