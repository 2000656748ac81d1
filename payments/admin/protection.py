"""Disputes by their deadlines, fraud warnings that can still be acted on, reviews."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from payments import hotel, words
from payments.admin.display import show
from payments.admin.display.history import lines_of
from payments.admin.lists import filters
from payments.admin.lists.read_only import beside, named
from payments.admin.lists.search import Typed
from payments.admin.payments import THE_RECORD, RecordAdmin
from payments.admin.related.payments import entry_of, read
from payments.models import Dispute, EarlyFraudWarning, PaymentTransaction, Review
from payments.words import Said, protection


class OfAChargeAdmin(RecordAdmin):
    """What is about one charge, and so about one payment and its booking."""

    search_help_text = "Guest, booking code, Stripe id or last four digits"

    def visible_to(self, user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return super().visible_to(user, rows).select_related("charge", "payment")

    def read_with(self, rows: Sequence[Any]) -> None:
        read(rows)

    def meant_by(self, typed: Typed) -> Q:
        of_charge = Q(charge__in=typed.attempts("pk"))
        if not typed.is_id:
            return typed.of_bookings | of_charge
        payments = PaymentTransaction.objects.filter(typed.by_id, type="payment")
        return typed.by_id | Q(payment__in=typed.newest(payments)) | of_charge

    @display(description="Payment")
    def of_payment(self, row: Any) -> str:
        return show.link(row.payment)

    @display(description="Attempt")
    def of_charge(self, row: Any) -> str:
        if row.charge is None:
            return show.NOTHING
        return show.link(row.charge, words.method("", row.charge) or row.charge)

    @display(description="All that moved")
    def history(self, row: Any) -> str:
        entry = entry_of(row)
        lines = lines_of([entry], place=row) if entry.payment.stripe_id else []
        return show.part("history", lines=lines, here=row.pk)


# Disputes ----------------------------------------------------------------


class DisputeStanding(filters.Standing):
    """Disputes that nobody has decided yet, those that wait for the hotel first."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> filters.Choices:
        return [("answer", "Waiting for the hotel"), ("over", "Over"), ("all", "Open and over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "answer":
                return queryset.filter(status__in=Dispute.WAITING)
            case "over":
                return queryset.filter(status__in=Dispute.OVER)
            case "all":
                return queryset
            case _:
                return queryset.exclude(status__in=Dispute.OVER)


@admin.register(Dispute)
class DisputeAdmin(OfAChargeAdmin):
    """The next deadline comes first: what is missed cannot be made good."""

    list_display = ["what", "booking", "money", "held", "standing", "due", "of_organization"]
    list_display_links = ["what"]
    list_filter = [
        DisputeStanding,
        filters.choice("reason", [(code, why.words) for code, why in protection.REASONS.items()]),
        filters.Currency,
        filters.Organization,
        filters.Account,
        filters.Mode,
    ]
    fieldsets = [
        (None, {"fields": ["now", "due", "booking"]}),
        ("The money", {"fields": [("money", "held"), ("fee", "refundable")]}),
        ("What the cardholder says", {"fields": ["says", ("code", "evidence")]}),
        ("What it is about", {"fields": [("of_payment", "of_charge"), "history"]}),
        *THE_RECORD,
    ]

    def get_ordering(self, request: HttpRequest) -> Any:
        if request.GET.get("standing") in ("over", "all"):
            return ["-id"]
        # Whose date is for nobody any more, because it is the bank's turn, comes after.
        due = Case(When(status__in=Dispute.WAITING, then="evidence_due_by"))
        return [due.asc(nulls_last=True), "-id"]

    def ids(self, row: Dispute) -> set[str]:
        return {row.stripe_id, *(line.stripe_id for line in entry_of(row).movements_of(row))}

    def waiting(self, request: HttpRequest) -> str:
        """Return how many wait for the hotel, for the sidebar."""
        rows = hotel.visible_to(request.user, Dispute.objects.filter(status__in=Dispute.WAITING))
        return beside(request, "disputes", named(request, rows))

    @display(description="Dispute")
    def what(self, row: Dispute) -> str:
        return show.two_lines(protection.why(row.reason).words, row.stripe_id)

    @display(description="Status")
    def standing(self, row: Dispute) -> str:
        return show.badge(protection.dispute(row))

    @display(description="Status")
    def now(self, row: Dispute) -> str:
        return show.noted(protection.dispute(row))

    @display(description="Held back now")
    def held(self, row: Dispute) -> str:
        entry = entry_of(row)
        return show.amount(entry.held_by(row), entry.currency_of(row))

    @display(description="Evidence due")
    def due(self, row: Dispute) -> str:
        if not row.needs_response:
            return show.NOTHING
        return show.due(row, row.evidence_due_by, timezone.now())

    @display(description="Fees, whoever wins")
    def fee(self, row: Dispute) -> str:
        fees = [(line.fee, line.currency) for line in entry_of(row).movements_of(row) if line.fee]
        return " and ".join(show.amount(fee, currency) for fee, currency in fees) or show.NOTHING

    @display(description="Of its charge can still be refunded")
    def refundable(self, row: Dispute) -> str:
        entry = entry_of(row)
        charge = entry.charge_of(row)
        return show.amount(entry.refundable(charge), charge.currency) if charge else show.NOTHING

    @display(description="Reason")
    def says(self, row: Dispute) -> str:
        why = protection.why(row.reason)
        helps = f"What helps: {why.helps}" if why.helps and row.is_open else ""
        return show.said(why.says or why.words, helps)

    @display(description="Card network's code")
    def code(self, row: Dispute) -> str:
        return row.network_reason_code or show.NOTHING

    @display(description="Evidence")
    def evidence(self, row: Dispute) -> str:
        if row.submission_count:
            times = "once" if row.submission_count == 1 else f"{row.submission_count} times"
            return f"Sent {times}"
        return "Begun, not sent" if row.has_evidence else "None yet"


# Early fraud warnings ----------------------------------------------------


class Actionable(filters.Standing):
    """Warnings that something can still be done about."""

    all_option = ["", "Can be acted on"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> filters.Choices:
        return [("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() == "all" else queryset.filter(actionable=True)


@admin.register(EarlyFraudWarning)
class EarlyFraudWarningAdmin(OfAChargeAdmin):
    """Before arrival is when the loss can be avoided, so each says where the stay stands."""

    list_display = ["what", "booking", "money", "stay", "gives_back", "of_organization", "when"]
    list_display_links = ["what"]
    list_filter = [
        Actionable,
        filters.choice(
            "fraud_type",
            [(code, says.capitalize()) for code, says in protection.FRAUD_TYPES.items()],
            title="what is wrong",
        ),
        filters.Organization,
        filters.Account,
        filters.Mode,
    ]
    fieldsets = [
        (None, {"fields": ["now", "says", "booking", ("money", "gives_back")]}),
        ("What it is about", {"fields": [("of_payment", "of_charge"), "history"]}),
        *THE_RECORD,
    ]

    @display(description="Warning")
    def what(self, row: EarlyFraudWarning) -> str:
        return show.two_lines(protection.fraud(row).capitalize(), row.stripe_id)

    @display(description="The bank thinks that")
    def says(self, row: EarlyFraudWarning) -> str:
        return protection.fraud(row)

    @display(description="Amount")
    def money(self, row: EarlyFraudWarning) -> str:
        charge = entry_of(row).charge_of(row)
        return show.amount(charge.amount, charge.currency) if charge else show.NOTHING

    @display(description="Stay")
    def stay(self, row: EarlyFraudWarning) -> str:
        return show.badge(_asks(row))

    @display(description="What to do")
    def now(self, row: EarlyFraudWarning) -> str:
        return show.noted(_asks(row))

    @display(description="A refund would give back")
    def gives_back(self, row: EarlyFraudWarning) -> str:
        entry = entry_of(row)
        charge = entry.charge_of(row)
        return show.amount(entry.refundable(charge), charge.currency) if charge else show.NOTHING

    @display(description="Status")
    def status(self, row: EarlyFraudWarning) -> str:
        return "Can be acted on" if row.actionable else "Nothing can be done any more"


def _asks(row: EarlyFraudWarning) -> Said:
    entry = entry_of(row)
    charge = entry.charge_of(row)
    return protection.warning(
        row,
        stay=hotel.stay_of(row, timezone.now()),
        disputed=entry.is_disputed(charge),
        refundable=entry.refundable(charge),
        coming=charge is not None and charge.status == "pending",
    )


# Reviews -----------------------------------------------------------------


class ReviewStanding(filters.Standing):
    """Reviews that wait for somebody."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "closed":
                return queryset.filter(closed=True)
            case "all":
                return queryset
            case _:
                return queryset.filter(closed=False)


@admin.register(Review)
class ReviewAdmin(OfAChargeAdmin):
    """Payments that Stripe wants somebody to look at."""

    list_display = ["what", "booking", "money", "standing", "of_organization", "when"]
    list_display_links = ["what"]
    list_filter = [
        ReviewStanding,
        filters.choice(
            "closed_reason",
            [(code, said.words) for code, said in protection.REVIEWS.items()],
            title="outcome",
        ),
        filters.Organization,
        filters.Account,
        filters.Mode,
    ]
    fieldsets = [
        (None, {"fields": ["now", "booking", "money"]}),
        ("What it is about", {"fields": [("of_payment", "of_charge"), "history"]}),
        *THE_RECORD,
    ]

    @display(description="Review")
    def what(self, row: Review) -> str:
        return show.two_lines(words.spelled(row.opened_reason) or "Review", row.stripe_id)

    @display(description="Amount")
    def money(self, row: Review) -> str:
        if row.payment is None:
            return show.NOTHING
        return show.amount(row.payment.amount, row.payment.currency)

    @display(description="Status")
    def standing(self, row: Review) -> str:
        return show.badge(protection.review(row))

    @display(description="Status")
    def now(self, row: Review) -> str:
        return show.noted(protection.review(row))

    @display(description="Status")
    def status(self, row: Review) -> str:
        return "Open" if row.is_open else "Closed"
