"""Invoices: what hotels pay for the hotel system, and what guests pay hotels; plans, too."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display

from payments.admin.connect import OfAccountAdmin
from payments.admin.customers import Whose
from payments.admin.display import show
from payments.admin.lists import filters
from payments.admin.lists.search import Typed
from payments.admin.payments import THE_RECORD, RecordAdmin
from payments.models import Invoice, SubscriptionSchedule, UpcomingInvoice
from payments.words import billing, spelled

OF_PLATFORM = "For the hotel system"
OF_HOTEL = "To a guest"
STATUSES = {"open": "Open"} | {code: said.words for code, said in billing.INVOICES.items()}


@admin.register(Invoice)
class InvoiceAdmin(RecordAdmin):
    """The platform's to an organization, or a hotel's to a guest or a group."""

    list_display = [
        "what",
        "whose",
        "booking",
        "money",
        "open",
        "standing",
        "due",
        "of_organization",
    ]
    list_display_links = ["what"]
    list_filter = [
        Whose,
        filters.choice("status", STATUSES.items()),
        filters.Currency,
        filters.Organization,
        filters.Account,
        filters.Mode,
    ]
    search_help_text = "Guest, booking code, invoice number or Stripe id"
    fieldsets = [
        (None, {"fields": ["now", "whose", "booking", ("money", "paid", "open")]}),
        ("When it is paid", {"fields": [("due", "next_attempt"), ("attempt_count", "page")]}),
        ("At Stripe", {"fields": [("number", "of_customer"), "stripe_subscription_id"]}),
        *THE_RECORD,
    ]

    def meant_by(self, typed: Typed) -> Q:
        if typed.is_id:
            text = typed.text
            return typed.by_id | Q(stripe_customer_id=text) | Q(stripe_subscription_id=text)
        return typed.of_bookings | Q(number=typed.text)

    @display(description="Invoice")
    def what(self, row: Invoice) -> str:
        return show.two_lines(row.number or "No number yet", row.stripe_id)

    @display(description="Whose")
    def whose(self, row: Invoice) -> str:
        return OF_HOTEL if row.account else OF_PLATFORM

    @display(description="Total")
    def money(self, row: Invoice) -> str:
        return show.amount(row.total, row.currency)

    @display(description="Paid")
    def paid(self, row: Invoice) -> str:
        return show.amount(row.amount_paid, row.currency)

    @display(description="Still open")
    def open(self, row: Invoice) -> str:
        if row.status in ("paid", "void") or row.amount_due is None:
            return show.NOTHING
        return show.amount(max(0, row.amount_due - (row.amount_paid or 0)), row.currency)

    @display(description="Status")
    def standing(self, row: Invoice) -> str:
        return show.badge(billing.invoice(row, timezone.now()))

    @display(description="Status")
    def now(self, row: Invoice) -> str:
        return show.noted(billing.invoice(row, timezone.now()))

    @display(description="Due")
    def due(self, row: Invoice) -> str:
        if row.status == "open":
            return show.due(row, row.due_date, timezone.now())
        return show.when(row, row.due_date)

    @display(description="Stripe tries next")
    def next_attempt(self, row: Invoice) -> str:
        return show.when(row, row.next_payment_attempt)

    @display(description="Page at Stripe")
    def page(self, row: Invoice) -> str:
        if not row.hosted_invoice_url.startswith("https://"):
            return show.NOTHING
        link = '<a class="pay-link" href="{}" rel="noopener noreferrer" target="_blank">Open</a>'
        return format_html(link, row.hosted_invoice_url)

    @display(description="Customer")
    def of_customer(self, row: Invoice) -> str:
        return show.code(row.stripe_customer_id)


class OfSubscriptionAdmin(OfAccountAdmin):
    """What is about a subscription."""

    search_help_text = "Stripe id, its own, its customer's or its subscription's"
    subscription = "stripe_subscription_id"

    def meant_by(self, typed: Typed) -> Q:
        text = typed.text
        return typed.by_id | Q(stripe_customer_id=text) | Q(**{self.subscription: text})

    @display(description="Whose")
    def whose(self, row: Any) -> str:
        return OF_HOTEL if row.account else OF_PLATFORM

    @display(description="Customer")
    def of_customer(self, row: Any) -> str:
        return show.code(row.stripe_customer_id)


@admin.register(UpcomingInvoice)
class UpcomingInvoiceAdmin(OfSubscriptionAdmin):
    """A notice of what will be billed, and when; never an invoice."""

    subscription = "stripe_id"
    list_display = ["what", "whose", "money", "billed", "of_organization", "mode"]
    list_display_links = ["what"]
    list_filter = [Whose, filters.Organization, filters.Account, filters.Mode]
    fieldsets = [
        (None, {"fields": ["what", "whose", ("money", "billed"), "of_customer"]}),
        THE_RECORD[0],  # what Stripe sent of it has no id to be found by
    ]

    @display(description="Subscription")
    def what(self, row: UpcomingInvoice) -> str:
        return show.two_lines("Next invoice", row.stripe_id)

    @display(description="Amount")
    def money(self, row: UpcomingInvoice) -> str:
        return show.amount(row.amount_due, row.currency)

    @display(description="Billed")
    def billed(self, row: UpcomingInvoice) -> str:
        return show.when(row, row.billed_at)

    @display(description="Status")
    def status(self, row: UpcomingInvoice) -> str:
        past = row.billed_at is not None and row.billed_at < timezone.now()
        return "Billed by now" if past else "To come"


@admin.register(SubscriptionSchedule)
class SubscriptionScheduleAdmin(OfSubscriptionAdmin):
    """What a subscription's plan will become, and when."""

    list_display = ["what", "whose", "standing", "phase", "of_organization", "mode"]
    list_display_links = ["what"]
    list_filter = [
        Whose,
        filters.choice("status", [(code, said.words) for code, said in billing.SCHEDULES.items()]),
        filters.Organization,
        filters.Account,
        filters.Mode,
    ]
    fieldsets = [
        (None, {"fields": ["now", "whose", "phase", "afterwards"]}),
        ("At Stripe", {"fields": [("of_customer", "stripe_subscription_id")]}),
        ("How it ended", {"fields": [("completed", "released", "canceled")]}),
        *THE_RECORD,
    ]

    @display(description="Schedule")
    def what(self, row: SubscriptionSchedule) -> str:
        return show.two_lines(row.stripe_subscription_id or "No subscription yet", row.stripe_id)

    @display(description="Status")
    def standing(self, row: SubscriptionSchedule) -> str:
        return show.badge(billing.schedule(row))

    @display(description="Status")
    def now(self, row: SubscriptionSchedule) -> str:
        return show.noted(billing.schedule(row))

    @display(description="Phase")
    def phase(self, row: SubscriptionSchedule) -> str:
        if row.phase_starts_at is None and row.phase_ends_at is None:
            return show.NOTHING
        until = f"to {show.when(row, row.phase_ends_at)}"
        return show.two_lines(show.when(row, row.phase_starts_at), until)

    @display(description="Afterwards")
    def afterwards(self, row: SubscriptionSchedule) -> str:
        ends = {"cancel": "The subscription ends", "release": "The subscription goes on"}
        return ends.get(row.end_behavior, spelled(row.end_behavior)) or show.NOTHING

    @display(description="Completed")
    def completed(self, row: SubscriptionSchedule) -> str:
        return show.when(row, row.completed_at)

    @display(description="Released")
    def released(self, row: SubscriptionSchedule) -> str:
        return show.when(row, row.released_at)

    @display(description="Canceled")
    def canceled(self, row: SubscriptionSchedule) -> str:
        return show.when(row, row.canceled_at)
