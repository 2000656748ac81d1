"""Mails about what the hotel system itself will cost, and for how long."""

from payments.notifications.case import Case
from payments.notifications.mails.registry import BAD, Mail, mail, told


@mail("invoice_upcoming", about="upcoming_invoice")
def invoice_upcoming(case: Case) -> Mail:
    """What will be billed, before it is."""
    amount, day = case.amount(), case.day()
    return Mail(
        subject=f"{amount} for the hotel system will be billed on {day}",
        title="Your next invoice",
        figure=amount,
        says=[f"On {day} we bill {case.house} {amount} for the hotel system. Nothing to do now."],
        lines=told(("Billed on", day), ("Subscription", case.object)),
    )


@mail("schedule_canceled", about="subscription_schedule")
def schedule_canceled(case: Case) -> Mail:
    """A plan was canceled."""
    return Mail(
        subject=f"Your plan was canceled ({case.house})",
        title="Your plan was canceled",
        says=["What was planned for your subscription of the hotel system was canceled."],
        lines=told(("Plan", case.object)),
        to_do="If nobody here did this, write to us.",
        tone=BAD,
    )


@mail("schedule_expiring", about="subscription_schedule")
def schedule_expiring(case: Case) -> Mail:
    """A plan runs out."""
    day = case.day()
    return Mail(
        subject=f"Your plan runs out on {day} ({case.house})",
        title="Your plan runs out soon",
        says=[f"Your plan of the hotel system runs until {day}, and nothing is planned after."],
        lines=told(("Until", f"{case.moment()} ({case.clock})"), ("Plan", case.object)),
        to_do="Choose a new plan before then.",
    )
