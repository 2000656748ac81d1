"""Invoices and planned subscriptions: the platform's to hotels, and hotels' own to guests."""

import builtins
from typing import ClassVar

from django.db import models

from payments.merge import Frozen, Max, Min, Once, Or, Rank, Register, Union
from payments.models.base import (
    BookingRecord,
    StripeRecord,
    flag,
    moment,
    money,
    of_organization,
    one_per_account,
    stripe_id,
    text,
)


class Invoice(BookingRecord):
    """An invoice. Filed under no account: what the organization pays for the hotel system."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("hosted_invoice_url",)

    MERGE: ClassVar[Frozen] = Frozen(
        # One that was given up may still be paid, or voided.
        status=Rank("draft", "open", "uncollectible", "paid void", excludes="paid void"),
        amount_paid=Max(),
        attempt_count=Max(),
        currency=Once(),
        stripe_customer_id=Register(),
        stripe_subscription_id=Register(),
        number=Register(),
        total=Register(),
        amount_due=Register(),
        next_payment_attempt=Register(),
        due_date=Register(),
        hosted_invoice_url=Register(),
        metadata=Register(),
        occurred_at=Min(),
    )

    stripe_customer_id = stripe_id()
    stripe_subscription_id = stripe_id()
    status = text(50)
    number = text(100)
    currency = text(3)
    total = money()
    amount_due = money()
    amount_paid = money()
    attempt_count = models.IntegerField(null=True, blank=True)
    next_payment_attempt = moment()
    due_date = moment()
    hosted_invoice_url = text(2000)
    metadata = models.JSONField(null=True, blank=True)
    erased_at = moment()

    class Meta:
        db_table = "invoices"
        ordering = ["-id"]
        constraints = [one_per_account("invoice_is_unique_in_account")]
        indexes = [of_organization("invoices_of_organization")]


class UpcomingInvoice(StripeRecord):
    """
    What a subscription will be billed next, and when: a notice, never an invoice.

    Stripe gives it no id; it is kept under its subscription's, the newest notice over the older.
    """

    MERGE: ClassVar[Frozen] = Frozen(
        stripe_customer_id=Register(),
        currency=Register(),
        amount_due=Register(),
        billed_at=Register(),
    )

    stripe_customer_id = stripe_id()
    currency = text(3)
    amount_due = money()
    billed_at = moment()

    class Meta:
        db_table = "upcoming_invoices"
        ordering = ["-id"]
        constraints = [one_per_account("upcoming_invoice_is_unique_in_account")]
        indexes = [of_organization("upcoming_of_organization")]


class SubscriptionSchedule(StripeRecord):
    """Planned changes of a subscription, with one final state."""

    MERGE: ClassVar[Frozen] = Frozen(
        status=Rank(
            "not_started",
            "active",
            "completed released canceled",
            excludes="completed released canceled",
        ),
        canceled_at=Once(),
        completed_at=Once(),
        released_at=Once(),
        aborted=Or(),
        expiring=Union(),  # each end that Stripe warned of
        stripe_customer_id=Register(),
        stripe_subscription_id=Register(),
        phase_starts_at=Register(),
        phase_ends_at=Register(),
        ends_at=Register(),
        end_behavior=Register(),
        occurred_at=Min(),
    )

    stripe_customer_id = stripe_id()
    stripe_subscription_id = stripe_id()
    status = text(50)
    phase_starts_at = moment()
    phase_ends_at = moment()
    ends_at = moment()  # of its last phase
    end_behavior = text(50)
    canceled_at = moment()
    completed_at = moment()
    released_at = moment()
    aborted = flag()  # canceled, because nobody paid
    expiring = models.JSONField(null=True, blank=True)

    class Meta:
        db_table = "subscription_schedules"
        ordering = ["-id"]
        verbose_name = "plan"
        constraints = [one_per_account("schedule_is_unique_in_account")]
        indexes = [of_organization("schedules_of_organization")]

    @builtins.property
    def runs_out(self) -> bool:
        """Whether Stripe warned of the end that it has now; an extended one has another."""
        ends = self.ends_at
        warned = ends is not None and ends.isoformat() in (self.expiring or [])
        return warned and self.status == "active"
