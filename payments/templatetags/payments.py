"""Template tags for whoever shows money: payments' own pages and the host's."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from payments import hotel, panels, words
from payments.hotel import Right
from payments.operations import alerts
from payments.operations.payments import unmatched
from payments.panels import answers, names

register = template.Library()

ICONS = {
    words.GOOD: "check-circle",
    words.WAIT: "clock",
    words.BAD: "x-circle",
    words.HELD: "lock-closed",
    words.BACK: "arrow-uturn-left",
    words.QUIET: "minus-circle",
}
MOST_COUNTED = 99


@dataclass(frozen=True)
class Place:
    """
    Where the menu leads.

    :param section: what a page of it says that it is part of.
    :param view: the name of its address.
    :param right: what somebody must be allowed to do somewhere to go there.
    """

    section: str
    view: str
    name: str
    right: Right


PLACES = {
    "": [Place("bookings", "bookings", "Bookings", Right.LOOK)],
    "Desks": [
        Place("disputes", "payments:disputes", "Disputes", Right.PROTECT),
        Place("warnings", "payments:warnings", "Fraud warnings", Right.PROTECT),
        Place("holds", "payments:holds", "Holds", Right.LOOK),
        Place("unmatched", "payments:unmatched", "Unmatched money", Right.LOOK),
    ],
    "Office": [
        Place("accounts", "payments:accounts", "Accounts", Right.SEE_ACCOUNTS),
        Place("analytics", "payments:analytics", "Analytics", Right.FIGURES),
    ],
}


@register.filter
def money(amount: int | None, currency: str) -> str:
    """Return an amount in minor units as its currency is written."""
    return panels.amount(amount, currency)


@register.filter
def money_in_words(sums: dict[str, int]) -> str:
    """Return sums in several currencies in a row: €385.20 and ¥98,000."""
    return panels.amounts(sums.items())


@register.filter
def icon(tone: str) -> str:
    """Return the name of a tone's icon."""
    return ICONS.get(tone, "minus-circle")


@register.filter
def called(record: Any) -> str:
    """Return what people call a record."""
    return names.called(record)


@register.simple_tag
def moment(value: datetime | None, zone: str) -> SafeString | str:
    """
    Return a time as the clocks of a house show it, with the exact moment for machines.

    The year is said where it is not this one.
    """
    if value is None:
        return ""
    there = value.astimezone(hotel.zone_named(zone))
    this_year = there.year == timezone.localdate(timezone=there.tzinfo).year
    shown = date_format(there, "j M, H:i" if this_year else "j M Y, H:i")
    return format_html('<time datetime="{}">{}</time>', there.isoformat(), shown)


@register.simple_tag
def dates(arrival: date, departure: date) -> SafeString:
    """Return the days of a stay, each part said once: 5 – 9 Dec 2026."""
    first = "j M Y"
    if arrival.year == departure.year:
        first = "j" if arrival.month == departure.month else "j M"
    return format_html(
        '<time datetime="{}">{}</time> – <time datetime="{}">{}</time>',
        arrival.isoformat(),
        date_format(arrival, first),
        departure.isoformat(),
        date_format(departure, "j M Y"),
    )


@register.simple_tag
def payment_status(status: str) -> SafeString:
    """Show a booking's `payment_status` in plain words."""
    return _badge(status)


@lru_cache(maxsize=100)  # there are a dozen, and a list has one in each row
def _badge(status: str) -> SafeString:
    return render_to_string("payments/staff/_badge.html", {"said": words.booking(status)})


@register.simple_tag
def navigation(user: Any) -> dict[str, Any]:
    """Return where this person may go and whether they take payments, and how much waits."""
    rights = hotel.rights_of(user)
    return {
        "groups": [
            {"name": name, "places": shown}
            for name, places in PLACES.items()
            if (shown := [place for place in places if rights.anywhere(place.right)])
        ],
        "may_take": rights.anywhere(hotel.Right.TAKE_PAYMENTS),
        "alerts": _counted(alerts.count(user, MOST_COUNTED)),
        "unmatched": _counted(unmatched.count(user, MOST_COUNTED)),
    }


def _counted(count: int) -> str:
    """Return how many there are, as a few characters say it; empty where there are none."""
    if count > MOST_COUNTED:
        return f"{MOST_COUNTED}+"
    return str(count) if count else ""


@register.simple_tag(takes_context=True)
def answer_to(context: Any, money: panels.Money) -> answers.Answer | None:
    """Return the hotel's answer to the dispute of a booking that presses most."""
    return panels.answer_of(money, context["request"].user)


@register.simple_tag
def stand_in() -> str:
    """Return where guests and banks act while something stands in for Stripe; else nothing."""
    base: str = settings.STRIPE_API_BASE
    return "" if base.rstrip("/") == "https://api.stripe.com" else base


@register.simple_tag
def test_mode() -> bool:
    """Say whether no real money moves here."""
    return not settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
