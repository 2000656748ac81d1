"""What the platform sends to hotels' accounts, and what it keeps of their charges."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from payments.admin.connect import OfAccountAdmin
from payments.admin.display import show
from payments.admin.lists import filters
from payments.admin.lists.search import Typed
from payments.admin.payments import THE_RECORD
from payments.models import ApplicationFee, Charge, Transfer
from payments.words import transfers


class Back(filters.Choice):
    """What went back, in part or whole, as its column says."""

    words = [("0", "No"), ("1", "In part or whole")]
    amount = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        whole = {str(self.parameter_name): True}
        back = Q(**whole) | Q(**{f"{self.amount}__gt": 0})
        if self.value() in dict(self.words):
            return queryset.filter(back if self.value() == "1" else ~back)
        return queryset.none() if self.value() else queryset


class TakenBack(Back):
    """A share that was reversed."""

    title, parameter_name, amount = "taken back", "reversed", "amount_reversed"


class GivenBack(Back):
    """A fee that was refunded."""

    title, parameter_name, amount = "given back", "refunded", "amount_refunded"


class MovedAdmin(OfAccountAdmin):
    """Money between the platform and a hotel: whose account, for which charge."""

    search_help_text = "Stripe id: its own, its account's or its charge's"
    to, source = "", ""  # the columns that say so

    def meant_by(self, typed: Typed) -> Q:
        text = typed.text
        return typed.by_id | Q(**{self.to: text}) | Q(**{self.source: text})

    @display(description="Hotel's account")
    def whose(self, row: Any) -> str:
        return show.code(getattr(row, self.to))

    @display(description="Charge")
    def of_charge(self, row: Any) -> str:
        source = getattr(row, self.source)
        charges = Charge.objects.filter(stripe_id=source, organization=row.organization_id)
        found = charges.first() if source else None
        return show.link(found) if found else show.code(source)


@admin.register(Transfer)
class TransferAdmin(MovedAdmin):
    """A share sent to a hotel's account, perhaps taken back in parts."""

    to, source = "destination", "source_transaction"
    list_display = ["what", "money", "back", "standing", "of_organization", "mode", "when"]
    list_display_links = ["what"]
    list_filter = [
        TakenBack,
        filters.Currency,
        filters.Organization,
        filters.Mode,
    ]
    fieldsets = [
        (None, {"fields": ["standing", ("money", "back"), "whose", "of_charge"]}),
        ("Taken back", {"fields": ["parts"]}),
        *THE_RECORD,
    ]

    @display(description="Transfer")
    def what(self, row: Transfer) -> str:
        return show.two_lines(row.destination or "Nobody told", row.stripe_id)

    @display(description="Taken back")
    def back(self, row: Transfer) -> str:
        if not row.amount_reversed:
            return show.NOTHING
        return show.amount(row.amount_reversed, row.currency)

    @display(description="Status")
    def standing(self, row: Transfer) -> str:
        return show.badge(transfers.transfer(row))

    @display(description="Status")
    def status(self, row: Transfer) -> str:
        return transfers.transfer(row).words

    @display(description="Reversals")
    def parts(self, row: Transfer) -> str:
        listed = row.reversals if isinstance(row.reversals, list) else []
        return show.table(["Reversal"], [[show.code(str(id))] for id in listed], empty="None.")


@admin.register(ApplicationFee)
class ApplicationFeeAdmin(MovedAdmin):
    """What the platform keeps of a hotel's charge."""

    to, source = "hotel_account", "stripe_charge_id"
    list_display = ["what", "money", "back", "standing", "of_organization", "mode", "when"]
    list_display_links = ["what"]
    list_filter = [
        GivenBack,
        filters.Currency,
        filters.Organization,
        filters.Mode,
    ]
    fieldsets = [
        (None, {"fields": ["standing", ("money", "back"), "whose", "of_charge"]}),
        *THE_RECORD,
    ]

    @display(description="Fee")
    def what(self, row: ApplicationFee) -> str:
        return show.two_lines(row.hotel_account or "Nobody told", row.stripe_id)

    @display(description="Given back")
    def back(self, row: ApplicationFee) -> str:
        if not row.amount_refunded:
            return show.NOTHING
        return show.amount(row.amount_refunded, row.currency)

    @display(description="Status")
    def standing(self, row: ApplicationFee) -> str:
        return show.badge(transfers.fee(row))

    @display(description="Status")
    def status(self, row: ApplicationFee) -> str:
        return transfers.fee(row).words
