"""Plain words for invoices and for plans that are billed."""

from datetime import datetime

from payments.models import Invoice, SubscriptionSchedule
from payments.words import BAD, GOOD, QUIET, WAIT, Said, spelled

INVOICES = {
    "draft": Said("Draft", QUIET, "Not sent yet; it may still change."),
    "paid": Said("Paid", GOOD),
    "uncollectible": Said("Given up", BAD, "It is not expected to be paid any more."),
    "void": Said("Voided", QUIET, "As if it had never been."),
}

SCHEDULES = {
    "not_started": Said("Not begun", QUIET),
    "active": Said("Running", GOOD),
    "completed": Said("Completed", QUIET, "It has run its course."),
    "released": Said("Released", QUIET, "The plan goes on without a schedule."),
    "canceled": Said("Canceled", BAD, "The plan ended with it."),
}


def invoice(row: Invoice, now: datetime) -> Said:
    """Return where an invoice stands."""
    if not row.seen:
        return Said("Details awaited", WAIT)
    if row.status == "open":
        if row.due_date is not None and row.due_date < now:
            return Said("Overdue", BAD, "It should have been paid by now.")
        if row.attempt_count and row.next_payment_attempt:
            return Said("Payment failed", BAD, "Stripe tries again by itself.")
        return Said("Open", WAIT)
    return INVOICES.get(row.status) or Said(spelled(row.status) or "Unknown", QUIET)


def schedule(row: SubscriptionSchedule) -> Said:
    """Return where a plan stands."""
    if not row.seen:
        return Said("Details awaited", WAIT)
    if row.status == "canceled" and row.aborted:
        return Said("Canceled", BAD, "Stripe ended it, because nobody paid.")
    if row.runs_out:
        return Said("Runs out", WAIT, "Nothing is planned after its last phase.")
    return SCHEDULES.get(row.status) or Said(spelled(row.status) or "Unknown", QUIET)
