"""Customers at Stripe, among them the organizations that the platform bills."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from payments.admin import filters, show
from payments.admin.base import ReadOnlyAdmin
from payments.models import Customer


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    """Whom Stripe knows as somebody's customer."""

    list_display = ["stripe_id", "whose", "of_organization", "mode", "when"]
    list_filter = [filters.Organization, filters.Account, filters.Mode]
    search_fields = ["stripe_id"]
    search_help_text = "Customer id"
    fieldsets = [(None, {"fields": ["stripe_id", "whose", "of_organization", "mode", "when"]})]

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return super().visible_to(user, rows).select_related("organization", "property")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        return queryset.filter(stripe_id=term) if term else queryset, False

    @display(description="Customer of")
    def whose(self, customer: Customer) -> str:
        return customer.account or "The platform, which bills this organization"

    @display(description="Organization")
    def of_organization(self, customer: Customer) -> str:
        return str(customer.organization)

    @display(description="Mode")
    def mode(self, customer: Customer) -> str:
        return "Live" if customer.livemode else "Test"

    @display(description="When")
    def when(self, customer: Customer) -> str:
        return show.when(customer, customer.occurred_at)
