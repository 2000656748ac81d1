"""What Stripe is to be asked about again: to read."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from payments import bulk, hotel
from payments.admin.display import show
from payments.admin.lists import filters
from payments.admin.lists.read_only import ReadOnlyAdmin, sees_a_whole
from payments.admin.lists.search import NOTHING, Typed
from payments.admin.payments import read_accounts
from payments.models import KINDS, OwedRead
from payments.reading import identifier
from payments.records.owing import NEEDS
from payments.words import rereads

_NAMES = {kind: str(KINDS[kind]._meta.verbose_name).capitalize() for kind in NEEDS}


@admin.register(OwedRead)
class OwedReadAdmin(ReadOnlyAdmin):
    """
    The worker asks by itself, and a row goes once Stripe has answered: few stay long.

    It belongs to an organization, not to one of its houses.
    """

    list_display = ["what", "why", "since", "tries", "next_attempt", "of_organization"]
    list_display_links = ["what"]
    list_filter = [
        filters.choice("kind", list(_NAMES.items())),
        filters.Organization,
        filters.Account,
        filters.Mode,
    ]
    ordering = ["id"]  # what has been owed the longest first
    search_fields = ["account"]  # makes the box; `meant_by` says what is found
    search_help_text = "Stripe id, its own or its account's"
    seen_as_a_whole = True
    fieldsets = [
        (None, {"fields": ["object", "why", "since"]}),
        ("Attempts", {"fields": [("tries", "next_attempt"), "failure"]}),
        ("Whose", {"fields": [("of_organization", "account", "mode")]}),
    ]

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return hotel.visible_as_a_whole(user, rows).select_related("organization")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return sees_a_whole(request)

    def meant_by(self, typed: Typed) -> Q:
        if not identifier(typed.text):
            return NOTHING
        found = [KINDS[kind].objects.filter(typed.by_id).order_by().values("pk") for kind in NEEDS]
        return Q(account=typed.text) | Q(row__in=found[0].union(*found[1:]))

    def read_with(self, rows: Sequence[Any]) -> None:
        kinds = list(NEEDS)
        asked = [
            bulk.Asked(KINDS[kind], "pk", [row.row for row in rows if row.kind == kind])
            for kind in kinds
        ]
        found = {each.pk: each for of_kind in bulk.read(asked) for each in of_kind}
        for row in rows:
            row.read_of = found.get(row.row)
        read_accounts(rows)

    def get_object(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        found = super().get_object(request, *args, **options)
        if found is not None:
            self.read_with([found])
        return found

    @display(description="Stripe is asked about")
    def what(self, row: Any) -> str:
        return show.two_lines(_NAMES.get(row.kind, row.kind), row.read_of or show.NOTHING)

    @display(description="Stripe is asked about")
    def object(self, row: Any) -> str:
        return show.two_lines(_NAMES.get(row.kind, row.kind), show.link(row.read_of))

    @display(description="Why")
    def why(self, row: Any) -> str:
        return rereads.why(row.kind, row.read_of) if row.read_of else "We keep it no more."

    @display(description="Owed since")
    def since(self, row: OwedRead) -> str:
        return show.when(row, row.created_at)

    @display(description="Attempts")
    def tries(self, row: OwedRead) -> str:
        if not row.last_error:
            return str(row.attempts)
        return show.two_lines(row.attempts, row.last_error)

    @display(description="Next attempt")
    def next_attempt(self, row: Any) -> str:
        account = row._account
        if account and not account.is_connected and not account.is_undecided:
            return "When the hotel connects its account again"
        return show.when(row, row.due_at)

    @display(description="What went wrong last")
    def failure(self, row: OwedRead) -> str:
        return row.last_error or show.NOTHING

    @display(description="Mode")
    def mode(self, row: OwedRead) -> str:
        return "Live" if row.livemode else "Test"

    @display(description="Organization")
    def of_organization(self, row: OwedRead) -> str:
        return str(row.organization)
