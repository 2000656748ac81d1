"""Whom Stripe knows as a hotel's guest, the cards they left, and whom the platform bills."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from payments import hotel
from payments.admin.connect import OfAccountAdmin
from payments.admin.display import show
from payments.admin.lists import filters
from payments.admin.lists.search import Typed
from payments.admin.payments import THE_RECORD, RecordAdmin
from payments.models import CashBalanceTransaction, Customer, PaymentMethod, SetupIntent
from payments.words import BAD, GOOD, QUIET, Said, customers, decline

MOST = 50  # cards, and times that one was left, beside a customer
CURRENT = Said("Customer", GOOD)
PLATFORM = "The platform, which bills this organization"


class Whose(DropdownFilter):
    """The hotels' own, or the platform's."""

    title = "whose"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> filters.Choices:
        return [("hotel", "The hotel's own"), ("platform", "The platform's")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "hotel":
            return queryset.exclude(account="")
        return queryset.filter(account="") if self.value() else queryset


@admin.register(Customer)
class CustomerAdmin(OfAccountAdmin):
    """A guest as one hotel's account knows them; or an organization that the platform bills."""

    list_display = ["who", "whose", "of_organization", "mode", "when"]
    list_display_links = ["who"]
    list_filter = [Whose, filters.Organization, filters.Account, filters.Mode]
    search_help_text = "Guest, booking code or Stripe id"
    fieldsets = [
        (None, {"fields": ["who", "whose", "standing", "email"]}),
        ("Cards on file", {"fields": ["methods"]}),
        ("When a card was to be left", {"fields": ["setups"]}),
        *THE_RECORD,
    ]

    def meant_by(self, typed: Typed) -> Q:
        if typed.is_id:
            methods = PaymentMethod.objects.filter(typed.by_id)
            return typed.by_id | Q(pk__in=typed.newest(methods, "customer"))
        stays = SetupIntent.objects.filter(typed.of_bookings)
        return Q(name__icontains=typed.text) | Q(pk__in=typed.newest(stays, "customer"))

    @display(description="Customer")
    def who(self, row: Customer) -> str:
        name = row.name or (row.organization.name if not row.account else "No name told")
        return show.two_lines(name, row.stripe_id)

    @display(description="Customer of")
    def whose(self, row: Customer) -> str:
        return row.account or PLATFORM

    @display(description="Standing")
    def standing(self, row: Customer) -> str:
        if row.deleted:
            return show.noted(Said("Deleted", QUIET, "Gone for good: no card can be charged."))
        return show.noted(Said("Behind with paying", BAD) if row.delinquent else CURRENT)

    @display(description="At Stripe")
    def status(self, row: Customer) -> str:
        return "Deleted" if row.deleted else "There"

    @display(description="Cards")
    def methods(self, row: Customer) -> str:
        rows = PaymentMethod.objects.filter(customer=row.pk, organization=row.organization_id)
        today = timezone.localdate(timezone=hotel.zone(row))
        return show.table(
            ["Card", "Standing", "Renewed by the network"],
            [
                [
                    show.link(each, customers.method(each)),
                    show.noted(_with_default(each, row, customers.chargeable(each, today))),
                    show.when(row, each.network_updated_at),
                ]
                for each in rows.order_by("-id")[:MOST]
            ],
            empty="None.",
            most=MOST,
        )

    @display(description="Attempts")
    def setups(self, row: Customer) -> str:
        rows = SetupIntent.objects.filter(customer=row.pk, organization=row.organization_id)
        rows = rows.select_related(hotel.GUEST)
        return show.table(
            ["When", "Outcome", "Booking"],
            [
                [
                    show.link(each, show.when(row, each.occurred_at)),
                    show.noted(customers.setup(each)),
                    self.booking(each),
                ]
                for each in rows.order_by("-id")[:MOST]
            ],
            empty="None.",
            most=MOST,
        )


def _with_default(method: PaymentMethod, customer: Customer, said: Said) -> Said:
    if said.note or method.stripe_id != customer.default_payment_method:
        return said
    return Said(said.words, said.tone, "Used by default.")


@admin.register(PaymentMethod)
class PaymentMethodAdmin(OfAccountAdmin):
    """A card, bank account or source on file; never its number."""

    list_display = ["what", "of_customer", "standing", "of_organization", "mode", "when"]
    list_display_links = ["what"]
    list_filter = [
        filters.choice("detached", [("0", "On file"), ("1", "Taken off")], title="standing"),
        filters.Organization,
        filters.Account,
        filters.Mode,
    ]
    search_help_text = "Stripe id, its own or its customer's"
    fieldsets = [
        (None, {"fields": ["now", "what", "of_customer", ("kind", "funding"), "country"]}),
        ("Renewed by the card network", {"fields": ["renewed"]}),
        *THE_RECORD,
    ]

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return super().visible_to(user, rows).select_related("customer")

    def meant_by(self, typed: Typed) -> Q:
        named = typed.by_id if typed.is_id else Q(name__icontains=typed.text)
        owned = Q(customer__in=typed.newest(Customer.objects.filter(named)))
        return typed.by_id | owned

    @display(description="Card")
    def what(self, row: PaymentMethod) -> str:
        return show.two_lines(customers.method(row), row.stripe_id)

    @display(description="Customer")
    def of_customer(self, row: PaymentMethod) -> str:
        return show.link(row.customer, row.customer and (row.customer.name or row.customer))

    @display(description="Standing")
    def standing(self, row: PaymentMethod) -> str:
        return show.badge(self._said(row))

    @display(description="Standing")
    def now(self, row: PaymentMethod) -> str:
        return show.noted(self._said(row))

    def _said(self, row: PaymentMethod) -> Said:
        return customers.chargeable(row, timezone.localdate(timezone=hotel.zone(row)))

    @display(description="Kind")
    def kind(self, row: PaymentMethod) -> str:
        return row.type.replace("_", " ").capitalize() or show.NOTHING

    @display(description="Last")
    def renewed(self, row: PaymentMethod) -> str:
        return show.when(row, row.network_updated_at)


@admin.register(SetupIntent)
class SetupIntentAdmin(RecordAdmin):
    """A guest's card being saved for later."""

    list_display = ["what", "booking", "standing", "of_organization", "when"]
    list_display_links = ["what"]
    list_filter = [
        filters.choice(
            "status", [(status, said.words) for status, said in customers.SETUPS.items()]
        ),
        filters.Organization,
        filters.Account,
        filters.Mode,
    ]
    search_help_text = "Guest, booking code or Stripe id"
    fieldsets = [
        (None, {"fields": ["now", "declined", "booking", ("of_customer", "usage")]}),
        *THE_RECORD,
    ]

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return super().visible_to(user, rows).select_related("customer")

    def meant_by(self, typed: Typed) -> Q:
        if typed.is_id:
            owners = Customer.objects.filter(typed.by_id)
            return typed.by_id | Q(customer__in=typed.newest(owners))
        return typed.of_bookings

    @display(description="Card to be left")
    def what(self, row: SetupIntent) -> str:
        who = row.customer.name if row.customer else ""
        return show.two_lines(who or "Somebody's card", row.stripe_id)

    @display(description="Outcome")
    def standing(self, row: SetupIntent) -> str:
        return show.badge(customers.setup(row))

    @display(description="Outcome")
    def now(self, row: SetupIntent) -> str:
        return show.noted(customers.setup(row))

    @display(description="Why it was declined")
    def declined(self, row: SetupIntent) -> str:
        return decline(row.failure_code, row.failure_reason) or show.NOTHING

    @display(description="Customer")
    def of_customer(self, row: SetupIntent) -> str:
        return show.link(row.customer, row.customer and (row.customer.name or row.customer))


@admin.register(CashBalanceTransaction)
class CashBalanceTransactionAdmin(RecordAdmin):
    """Money that a guest sent by bank transfer, and that waits at Stripe for a payment."""

    list_display = ["what", "money", "left", "booking", "standing", "of_organization", "when"]
    list_display_links = ["what"]
    list_filter = [
        filters.choice("type", [(type, said.words) for type, said in customers.MOVEMENTS.items()]),
        filters.Organization,
        filters.Account,
        filters.Mode,
    ]
    search_help_text = "Guest, booking code or Stripe id"
    fieldsets = [
        (
            None,
            {"fields": ["now", ("money", "left"), "booking", ("of_customer", "of_payment")]},
        ),
        *THE_RECORD,
    ]

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return super().visible_to(user, rows).select_related("customer", "payment")

    def meant_by(self, typed: Typed) -> Q:
        if typed.is_id:
            owners = Customer.objects.filter(typed.by_id)
            return typed.by_id | Q(customer__in=typed.newest(owners))
        return typed.of_bookings

    @display(description="Bank transfer of")
    def what(self, row: CashBalanceTransaction) -> str:
        who = row.customer.name if row.customer else ""
        return show.two_lines(who or "Somebody", row.stripe_id)

    @display(description="Amount")
    def money(self, row: CashBalanceTransaction) -> str:
        return show.amount(row.net_amount, row.currency)

    @display(description="Left at Stripe")
    def left(self, row: CashBalanceTransaction) -> str:
        return show.amount(row.ending_balance, row.currency)

    @display(description="What happened")
    def standing(self, row: CashBalanceTransaction) -> str:
        return show.badge(customers.movement(row))

    @display(description="What happened")
    def now(self, row: CashBalanceTransaction) -> str:
        return show.noted(customers.movement(row))

    @display(description="At Stripe")
    def status(self, row: CashBalanceTransaction) -> str:
        return customers.movement(row).words

    @display(description="Customer")
    def of_customer(self, row: CashBalanceTransaction) -> str:
        return show.link(row.customer, row.customer and (row.customer.name or row.customer))

    @display(description="Payment")
    def of_payment(self, row: CashBalanceTransaction) -> str:
        return show.link(row.payment)
