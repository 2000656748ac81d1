"""Payments, refunds and the attempts at them: to find one, and to see how it came about."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from payments import hotel, words
from payments.admin.display import alerts, show
from payments.admin.display.history import Line, lines_of
from payments.admin.lists import filters
from payments.admin.lists.read_only import ReadOnlyAdmin
from payments.admin.lists.search import Typed
from payments.admin.related import changes
from payments.admin.related.payments import SHOWN_WITH, entry_of, read
from payments.models import (
    KINDS,
    OF_A_CHARGE,
    Charge,
    ConnectedAccount,
    OwedRead,
    PaymentTransaction,
)
from payments.panels import steps
from payments.words import refunds

Type = PaymentTransaction.Type
STATUSES = (
    "requires_payment_method", "requires_confirmation", "requires_action", "processing",
    "requires_capture", "pending", "succeeded", "failed", "canceled",
)  # fmt: skip
THE_RECORD = [
    (
        "The record",
        {
            "fields": [
                ("stripe_id", "status"),
                ("of_organization", "house"),
                ("of_account", "mode"),
                ("when", "certainty"),
            ]
        },
    ),
    ("What Stripe sent", {"fields": ["events"]}),
]


class RecordAdmin(ReadOnlyAdmin):
    """A record of a Stripe object, with what Stripe sent about it."""

    change_form_before_template = "payments/admin/notices.html"
    search_fields = ["stripe_id"]  # makes the box; `get_search_results` says what is found
    shown_with: tuple[str, ...] = SHOWN_WITH

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return super().visible_to(user, rows).select_related(*self.shown_with)

    def get_object(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        found = super().get_object(request, *args, **options)
        if found is not None:
            found.reader = request.user  # events are shown as far as they may see them
        return found

    def render_change_form(self, request: HttpRequest, context: Any, **options: Any) -> Any:
        row = context["original"]
        context["doubt"] = alerts.doubt(row)
        context["notices"] = alerts.about(row, self.ids(row), request.user)
        return super().render_change_form(request, context, **options)

    def ids(self, row: Any) -> set[str]:
        """Return the Stripe ids of a record, and of what belongs to it."""
        return {row.stripe_id}

    @display(description="Booking")
    def booking(self, row: Any) -> str:
        return show.booking(row)

    @display(description="Organization")
    def of_organization(self, row: Any) -> str:
        return str(row.organization)

    @display(description="House")
    def house(self, row: Any) -> str:
        if row.property or not row.account:
            return str(row.property or show.NOTHING)
        return "None: its account is the organization's"

    @display(description="Account")
    def of_account(self, row: Any) -> str:
        if not row.account:
            return "The platform's own"
        if not hasattr(row, "_account"):
            read_accounts([row])
        return show.link(row._account, row.account)

    @display(description="When")
    def when(self, row: Any) -> str:
        return show.when(row, row.occurred_at)

    @display(description="Mode")
    def mode(self, row: Any) -> str:
        return "Live" if row.livemode else "Test"

    @display(description="Amount")
    def money(self, row: Any) -> str:
        return show.amount(row.amount, row.currency)

    @display(description="Certainty")
    def certainty(self, row: Any) -> str:
        doubt = alerts.doubt(row) or "As Stripe's events have told it so far."
        rows = OwedRead.objects.filter(row=row.pk).select_related("organization")
        owed = hotel.visible_as_a_whole(row.reader, rows).first()
        if owed is None:
            return show.said(doubt)
        since = show.when(owed, owed.created_at)
        return show.said(doubt, show.link(owed, f"To be read again since {since}"))

    @display(description="Events, newest first")
    def events(self, row: Any) -> str:
        found = changes.events(row, self.ids(row), row.reader)
        return show.part("events", events=show.event_rows(found), most=changes.MOST)


def read_accounts(rows: Sequence[Any]) -> None:
    """Read the accounts that these rows are filed under."""
    found = ConnectedAccount.objects.filter(
        stripe_id__in={row.account for row in rows},
        organization__in={row.organization_id for row in rows},
    )
    known = {(each.stripe_id, each.livemode, each.organization_id): each for each in found}
    for row in rows:
        row._account = known.get((row.account, row.livemode, row.organization_id))


@admin.register(PaymentTransaction)
class PaymentTransactionAdmin(RecordAdmin):
    """Payments, refunds and what disputes moved, in one list."""

    list_display = ["what", "booking", "money", "status_badge", "of_organization", "when"]
    list_filter = [
        filters.Matched,
        filters.choice("type", Type.choices),
        filters.choice(
            "status",
            [(status, status.replace("_", " ").capitalize()) for status in STATUSES],
        ),
        filters.choice("purpose", words.PURPOSES.items()),
        filters.Currency,
        filters.Organization,
        filters.Account,
        filters.Mode,
    ]
    search_help_text = "Guest, booking code, Stripe id or last four digits"

    def ids(self, row: PaymentTransaction) -> set[str]:
        found = {row.stripe_id, row.stripe_dispute_id} - {""}
        if row.type == Type.PAYMENT:
            found |= {child.stripe_id for child in entry_of(row).rows}
        return found

    def read_with(self, rows: Sequence[Any]) -> None:
        read(rows)

    def meant_by(self, typed: Typed) -> Q:
        named = typed.by_id if typed.is_id else typed.of_bookings
        return named | Q(pk__in=typed.attempts("payment"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        about = ["what_for", "bound"] if obj and obj.type == Type.PAYMENT else ["why", "of_payment"]
        return [
            (None, {"fields": ["summary", "booking", *about]}),
            ("How it went", {"fields": ["history"]}),
            *THE_RECORD,
        ]

    # The list ----------------------------------------------------------------

    @display(description="What moved")
    def what(self, row: PaymentTransaction) -> str:
        is_payment = row.type == Type.PAYMENT
        name = words.purpose(row) if is_payment else row.get_type_display()  # type: ignore[arg-type]
        return show.two_lines(name, row.stripe_id)

    @display(description="Status")
    def status_badge(self, row: PaymentTransaction) -> str:
        if row.type == Type.PAYMENT:
            return show.badge(words.payment(entry_of(row)))
        if row.type == Type.DISPUTE:
            return show.badge(words.movement(row))  # type: ignore[arg-type]
        return show.badge(refunds.refund(row) if row.seen else steps.AWAITED)  # type: ignore[arg-type]

    # One of them -------------------------------------------------------------

    @display(description="In short")
    def summary(self, row: PaymentTransaction) -> str:
        return show.part("summary", line=_line(row))

    @display(description="For")
    def what_for(self, row: PaymentTransaction) -> str:
        return words.purpose(row)  # type: ignore[arg-type]

    @display(description="Booking named by")
    def bound(self, row: PaymentTransaction) -> str:
        if row.bound_by:
            return row.get_bound_by_display()
        if row.reservation_id is None and row.account:
            return "Nobody: unmatched money counts for no booking"
        return show.NOTHING

    @display(description="Reason")
    def why(self, row: PaymentTransaction) -> str:
        why = refunds.REASONS.get(row.reason, row.reason.replace("_", " "))
        return why.capitalize() or show.NOTHING

    @display(description="Payment")
    def of_payment(self, row: PaymentTransaction) -> str:
        return show.link(row.payment) if row.payment else show.NOTHING

    @display(description="Attempts, refunds, disputes")
    def history(self, row: PaymentTransaction) -> str:
        return show.part("history", lines=lines_of([entry_of(row)], place=row), here=row.pk)


def _line(row: PaymentTransaction) -> Line | None:
    lines = lines_of([entry_of(row)], place=row)
    return next((line for line in lines if line.id == row.pk), None)


@admin.register(Charge)
class ChargeAdmin(RecordAdmin):
    """Attempts at a payment: with which card, at what risk, and how they went."""

    list_display = ["attempt", "booking", "money", "status_badge", "of_organization", "when"]
    list_filter = [
        filters.choice(
            "status", [("succeeded", "Succeeded"), ("pending", "Pending"), ("failed", "Failed")]
        ),
        filters.Currency,
        filters.Organization,
        filters.Account,
        filters.Mode,
    ]
    search_help_text = "Guest, booking code, Stripe id or last four digits"
    fieldsets = [
        (None, {"fields": ["status_badge", "booking", "of_payment", "money", "taken", "returned"]}),
        ("The card", {"fields": ["card", "declined", ("risk_level", "risk_score")]}),
        ("The hold", {"fields": ["hold_ends"]}),
        *THE_RECORD,
    ]  # fmt: skip

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return super().visible_to(user, rows).select_related("payment")

    def ids(self, charge: Charge) -> set[str]:
        found = {charge.stripe_id, charge.stripe_payment_intent_id} - {""}
        for kind in OF_A_CHARGE:
            of_it = KINDS[kind].objects.filter(charge=charge.pk).order_by()
            found |= set(of_it.values_list("stripe_id", flat=True))
        return found

    def meant_by(self, typed: Typed) -> Q:
        if typed.is_id:
            payments = PaymentTransaction.objects.filter(typed.by_id, type=Type.PAYMENT)
            return typed.by_id | Q(payment__in=typed.newest(payments))
        return typed.of_bookings | Q(pk__in=typed.attempts("pk"))

    @display(description="Attempt")
    def attempt(self, charge: Charge) -> str:
        return show.two_lines(words.method("", charge) or "Attempt", charge.stripe_id)

    @display(description="Status")
    def status_badge(self, charge: Charge) -> str:
        return show.badge(steps.how_it_went(charge))

    @display(description="Card")
    def card(self, charge: Charge) -> str:
        return words.method("", charge) or show.NOTHING

    @display(description="Payment")
    def of_payment(self, charge: Charge) -> str:
        return show.link(charge.payment)

    @display(description="Taken")
    def taken(self, charge: Charge) -> str:
        return show.amount(charge.amount_captured, charge.currency)

    @display(description="Given back or let go")
    def returned(self, charge: Charge) -> str:
        return show.amount(charge.amount_refunded, charge.currency)

    @display(description="Why it failed")
    def declined(self, charge: Charge) -> str:
        if charge.status != "failed":
            return show.NOTHING
        why = words.decline(charge.failure_code, charge.failure_reason, charge.payment_method)
        return f"{why} ({charge.failure_code})" if charge.failure_code else why

    @display(description="Held until")
    def hold_ends(self, charge: Charge) -> str:
        return show.when(charge, charge.capture_before)
