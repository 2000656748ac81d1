"""Mails about what will be billed: the hotel system to a hotel, or by a hotel to its customers."""

from payments.notifications.case import Case
from payments.notifications.mails.registry import BAD, Mail, mail, told


@mail("invoice_upcoming", about="upcoming_invoice")
def invoice_upcoming(case: Case) -> Mail:
    """What will be billed, before it is."""
    amount, day = case.amount(), case.day()
    if case.account:
        subject = f"{amount} will be billed to a customer of {case.house} on {day}"
        title = "A customer's next invoice"
        says = f"On {day} your Stripe account bills a customer {amount}. Nothing to do now."
    else:
        subject = f"{amount} for the hotel system will be billed on {day}"
        title = "Your next invoice"
        says = f"On {day} we bill {case.house} {amount} for the hotel system. Nothing to do now."
    return Mail(
        subject=subject,
        title=title,
        figure=amount,
        says=[says],
        lines=told(("Billed on", day), (_named(case), case.object)),
    )


@mail("schedule_canceled", about="subscription_schedule")
def schedule_canceled(case: Case) -> Mail:
    """A plan was canceled."""
    whose, hotels = _whose(case), bool(case.account)
    if case.fact("unpaid"):
        says = f"{whose} was not paid, so Stripe has ended it."
        to_do = (
            "Ask the customer how to go on."
            if hotels
            else "Pay what is owed, or write to us to go on."
        )
    else:
        says = f"What was planned for {_subscription(case)} was canceled."
        whom = "look in your Stripe dashboard" if hotels else "write to us"
        to_do = f"If nobody here did this, {whom}."
    return Mail(
        subject=f"{whose} was canceled ({case.house})",
        title=f"{whose} was canceled",
        says=[says],
        lines=told(("Plan", case.object)),
        to_do=to_do,
        tone=BAD,
    )


@mail("schedule_expiring", about="subscription_schedule")
def schedule_expiring(case: Case) -> Mail:
    """A plan runs out."""
    day, whose = case.day(), _whose(case)
    return Mail(
        subject=f"{whose} runs out on {day} ({case.house})",
        title=f"{whose} runs out soon",
        says=[f"The plan of {_subscription(case)} runs until {day}, and nothing is planned after."],
        lines=told(("Until", f"{case.moment()} ({case.clock})"), ("Plan", case.object)),
        to_do="Agree with the customer on what comes then."
        if case.account
        else "Choose a new plan before then.",
    )


def _named(case: Case) -> str:
    """Return what a notice is kept under: of a plan not begun, Stripe names the customer alone."""
    return "Customer" if case.object.startswith("cus_") else "Subscription"


def _whose(case: Case) -> str:
    return "A customer's plan" if case.account else "Your plan"


def _subscription(case: Case) -> str:
    return "a customer's subscription" if case.account else "your subscription of the hotel system"
