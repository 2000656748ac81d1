"""Connected accounts: whose they are, and whether they can take money."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from payments.admin import filters, show
from payments.admin.base import ReadOnlyAdmin
from payments.models import ConnectedAccount
from payments.words import BAD, GOOD, WAIT, Said


@admin.register(ConnectedAccount)
class ConnectedAccountAdmin(ReadOnlyAdmin):
    """A hotel's own Stripe account, in one mode."""

    list_display = ["stripe_id", "of_organization", "house", "standing", "mode", "connected"]
    list_filter = [filters.Organization, filters.Mode]
    search_fields = ["stripe_id"]
    search_help_text = "Account id"
    fieldsets = [
        (None, {"fields": ["standing", "stripe_id", "of_organization", "house", "mode"]}),
        ("Since", {"fields": ["connected", "disconnected"]}),
    ]

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return super().visible_to(user, rows).select_related("organization", "property")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        return queryset.filter(stripe_id=term) if term else queryset, False

    @display(description="Organization")
    def of_organization(self, account: ConnectedAccount) -> str:
        return str(account.organization)

    @display(description="House")
    def house(self, account: ConnectedAccount) -> str:
        return str(account.property or "All: one account for the organization")

    @display(description="Standing")
    def standing(self, account: ConnectedAccount) -> str:
        if account.disconnected_at:
            return show.badge(Said("Disconnected", BAD))
        if account.charges_enabled:
            return show.badge(Said("Takes payments", GOOD))
        if account.details_submitted:
            return show.badge(Said("Stripe is checking", WAIT))
        return show.badge(Said("Connected", WAIT))

    @display(description="Mode")
    def mode(self, account: ConnectedAccount) -> str:
        return "Live" if account.livemode else "Test"

    @display(description="Connected")
    def connected(self, account: ConnectedAccount) -> str:
        return show.when(account, account.connected_at)

    @display(description="Disconnected")
    def disconnected(self, account: ConnectedAccount) -> str:
        return show.when(account, account.disconnected_at)
