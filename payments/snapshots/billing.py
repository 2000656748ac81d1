"""Invoices, what will be invoiced next, and planned changes of a subscription."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from payments.reading import Reader
from payments.snapshots.base import hints


@dataclass(frozen=True, slots=True)
class InvoiceSnapshot:
    """An invoice: the platform's to an organization, or a hotel's to a guest or group."""

    kind: ClassVar[str] = "invoice"
    whole: ClassVar[bool] = True
    stripe_id: str
    status: str
    stripe_customer_id: str
    stripe_subscription_id: str
    number: str
    currency: str
    total: int | None
    amount_due: int | None
    amount_paid: int | None
    attempt_count: int | None
    next_payment_attempt: datetime | None
    due_date: datetime | None
    hosted_invoice_url: str
    metadata: dict[str, str]
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class UpcomingInvoiceSnapshot:
    """What a subscription will be billed next. It has no id: it is no invoice yet."""

    kind: ClassVar[str] = "upcoming_invoice"
    whole: ClassVar[bool] = True
    stripe_id: str  # the subscription's, or the customer's where it names none
    stripe_customer_id: str
    currency: str
    amount_due: int | None
    billed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SubscriptionScheduleSnapshot:
    """Planned changes of a subscription."""

    kind: ClassVar[str] = "subscription_schedule"
    whole: ClassVar[bool] = True
    stripe_id: str
    status: str
    stripe_customer_id: str
    stripe_subscription_id: str
    phase_starts_at: datetime | None
    phase_ends_at: datetime | None
    ends_at: datetime | None
    end_behavior: str
    canceled_at: datetime | None
    completed_at: datetime | None
    released_at: datetime | None
    aborted: bool | None
    expiring: list[str] | None
    occurred_at: datetime | None


def _subscription(read: Reader) -> str:
    """Return an invoice's subscription, wherever its API version has it."""
    return read.ref("subscription") or read.at("parent", "subscription_details").ref("subscription")


def invoice(given: dict[str, Any]) -> InvoiceSnapshot:
    """
    Return what an invoice shows.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("invoice", given)
    return InvoiceSnapshot(
        stripe_id=read.own_id(),
        status=_invoice_status(read),
        stripe_customer_id=read.ref("customer"),
        stripe_subscription_id=_subscription(read),
        number=read.text("number", 100),
        currency=read.currency(),
        total=read.amount("total", signed=True),  # a credit is below zero
        amount_due=read.amount("amount_due", signed=True),
        amount_paid=read.amount("amount_paid"),
        attempt_count=read.small("attempt_count"),
        next_payment_attempt=read.time("next_payment_attempt"),
        due_date=read.time("due_date"),
        hosted_invoice_url=read.text("hosted_invoice_url", 2000),
        metadata=hints(given),
        occurred_at=read.time("created") or read.time("date"),
    )


def _invoice_status(read: Reader) -> str:
    """Return an invoice's status in today's words; before 2018-11 there were only flags."""
    status = read.text("status", 50)
    if status or "status" in read:
        return status
    if read.flag("paid"):
        return "paid"
    if read.flag("forgiven"):
        return "uncollectible"
    return "open" if read.flag("attempted") or read.flag("closed") else "draft"


def upcoming_invoice(given: dict[str, Any]) -> UpcomingInvoiceSnapshot | None:
    """
    Return what will be billed next and when; None where it names neither subscription nor customer.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("invoice", given)
    stripe_id = _subscription(read) or read.ref("customer")
    if not stripe_id:
        return None
    return UpcomingInvoiceSnapshot(
        stripe_id=stripe_id,
        stripe_customer_id=read.ref("customer"),
        currency=read.currency(),
        amount_due=read.amount("amount_due", signed=True),
        billed_at=read.time("next_payment_attempt") or read.time("period_end"),
    )


def subscription_schedule(
    given: dict[str, Any], *, expiring: bool, aborted: bool
) -> SubscriptionScheduleSnapshot:
    """
    Return what a subscription schedule shows.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("subscription_schedule", given)
    phase = read.at("current_phase")
    phase_ends_at = phase.time("end_date")
    ends = filter(None, (Reader(each).time("end_date") for each in read.each("phases")))
    ends_at = max(ends, default=phase_ends_at)
    return SubscriptionScheduleSnapshot(
        stripe_id=read.own_id(),
        status=read.text("status", 50),
        stripe_customer_id=read.ref("customer"),
        stripe_subscription_id=read.ref("subscription") or read.ref("released_subscription"),
        phase_starts_at=phase.time("start_date"),
        phase_ends_at=phase_ends_at,
        ends_at=ends_at,
        end_behavior=read.text("end_behavior", 50),
        canceled_at=read.time("canceled_at"),
        completed_at=read.time("completed_at"),
        released_at=read.time("released_at"),
        aborted=aborted or None,
        expiring=[ends_at.isoformat()] if expiring and ends_at else None,
        occurred_at=read.time("created"),
    )
