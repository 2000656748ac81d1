"""What follows from what will be billed, and from a subscription's plan."""

from datetime import datetime

from payments.effects import MANAGERS, Effects, tell
from payments.models import SubscriptionSchedule, UpcomingInvoice


def follow_upcoming_invoice(upcoming: UpcomingInvoice, now: datetime) -> Effects:
    """What will be billed, and when: told before it is."""
    if upcoming.billed_at is not None and upcoming.billed_at > now:
        yield tell(
            "invoice_upcoming",
            upcoming,
            to=MANAGERS,
            detail=upcoming.billed_at.isoformat(),
            amount=upcoming.amount_due,
            currency=upcoming.currency,
            at=upcoming.billed_at.isoformat(),
        )


def follow_subscription_schedule(schedule: SubscriptionSchedule, now: datetime) -> Effects:
    """A plan that was canceled, or runs out soon."""
    if schedule.status == "canceled":
        yield tell("schedule_canceled", schedule, to=MANAGERS, unpaid=schedule.aborted)
    elif schedule.runs_out and (ends := schedule.ends_at) and ends > now:
        at = ends.isoformat()
        yield tell("schedule_expiring", schedule, to=MANAGERS, detail=at, at=at)
