"""Mails about a hotel's own Stripe account, to the hotel alone."""

from datetime import timedelta

from django.utils import timezone

from payments import hotel
from payments.notifications import links, messages
from payments.notifications.case import Case
from payments.notifications.mails.registry import BAD, GOOD, Lines, Mail, mail, told
from payments.words import connect

OPEN = "Open the account"
_SOON = timedelta(days=14)


@mail("account_connected", about="account")
def account_connected(case: Case) -> Mail:
    """The hotel is connected."""
    return Mail(
        subject=f"{case.house} is connected to Stripe",
        title="Your Stripe account is connected",
        says=[
            f"The Stripe account {case.account} is connected to the bookings of {case.house}."
            " Guests' payments, refunds and disputes appear on their bookings by themselves."
        ],
        lines=_lines(case),
        to_do="If nobody here did this, disconnect it.",
        link=links.account(case.row),
        link_words=OPEN,
        tone=GOOD,
    )


@mail("account_disconnected", about="account")
def account_disconnected(case: Case) -> Mail:
    """The connection was closed."""
    says, to_do = messages.account_disconnected(case)
    return Mail(
        subject=f"No card can be taken: {case.house} is disconnected from Stripe",
        title="Your Stripe account is disconnected",
        says=[says, *_at_risk(case)],
        lines=_lines(case),
        to_do=to_do,
        link=links.account(case.row),
        link_words=OPEN,
        tone=BAD,
    )


@mail("charges_stopped", about="account")
def charges_stopped(case: Case) -> Mail:
    """No guest can pay by card."""
    says, to_do = messages.charges_stopped(case)
    return Mail(
        subject=f"No card can be taken: Stripe has stopped {case.house}",
        title="Guests cannot pay by card",
        says=[says, *_at_risk(case)],
        lines=_lines(case),
        to_do=to_do,
        link=links.account(case.row),
        link_words=OPEN,
        tone=BAD,
    )


@mail("payouts_stopped", about="account")
def payouts_stopped(case: Case) -> Mail:
    """Money stays at Stripe."""
    says, to_do = messages.payouts_stopped(case)
    return Mail(
        subject=f"Stripe has stopped the payouts of {case.house}",
        title="Your payouts are stopped",
        says=[says],
        lines=_lines(case),
        to_do=to_do,
        link=links.account(case.row),
        link_words=OPEN,
        tone=BAD,
    )


@mail("requirement_due", about="account")
def requirement_due(case: Case) -> Mail:
    """Stripe wants to know something, by a day."""
    says, to_do = messages.requirement_due(case)
    late = bool(case.texts("past_due"))
    by = f" by {case.day()}" if case.has("at") else " soon"
    overdue = connect.requirements(case.texts("past_due"))
    other = [each for each in connect.requirements(case.texts("wanted")) if each not in overdue]
    return Mail(
        subject=f"Overdue: Stripe needs something from {case.house}"
        if late
        else f"Stripe needs something{by} from {case.house}",
        title="Stripe needs something from you",
        says=[says, *_at_risk(case)],
        lines=told(
            ("Overdue", "; ".join(overdue)),
            ("Wanted", "; ".join(other)),
            ("Refused", " ".join(dict.fromkeys(case.texts("refused")))),
            ("By", case.day() if case.has("at") else ""),
            *_lines(case),
        ),
        to_do=to_do,
        link=links.account(case.row),
        link_words=OPEN,
        tone=BAD,
    )


@mail("payout_account_changed", about="external_account")
def payout_account_changed(case: Case) -> Mail:
    """Where payouts go has changed: a security mail."""
    says, to_do = messages.payout_account_changed(case)
    return Mail(
        subject=f"Security: where payouts go has changed at {case.house}",
        title="Where your payouts go has changed",
        says=[says],
        lines=_lines(case),
        to_do=to_do,
        link=links.account(case.row),
        link_words=OPEN,
        tone=BAD,
    )


@mail("capability_stopped", about="capability")
def capability_stopped(case: Case) -> Mail:
    """The account may do less than before."""
    says, to_do = messages.capability_stopped(case)
    return Mail(
        subject=f"Stripe has stopped “{messages.ability(case)}” for {case.house}",
        title="Your Stripe account may do less than before",
        says=[says, *_at_risk(case)],
        lines=_lines(case),
        to_do=to_do,
        link=links.account(case.row),
        link_words=OPEN,
        tone=BAD,
    )


def _lines(case: Case) -> Lines:
    return told(("House", case.house), ("Stripe account", case.account))


def _at_risk(case: Case) -> list[str]:
    """Return how many guests arrive soon and still owe."""
    today = timezone.now().astimezone(hotel.zone(case.row)).date()
    row = case.row
    count = hotel.arrivals_at_risk(row.organization_id, row.account, today, today + _SOON)
    if not count:
        return []
    who = "booking arrives" if count == 1 else "bookings arrive"
    owes = "owes" if count == 1 else "owe"
    return [f"{count} {who} in the next 14 days and still {owes} money."]
