"""What somebody saw of a booking's money when they opened a dialog, and what has changed since."""

import re

from payments import money
from payments.folio import Folio
from payments.hotel import Booking


def of(folio: Folio) -> str:
    """Return what an action depends on, as it is now, for a hidden field."""
    return ",".join(str(value) for _, value in _facts(folio))


def changed(seen: str, folio: Folio) -> str:
    """
    Return what is no longer as somebody saw it, in a sentence; empty where all is.

    :param seen: what `of` returned then.
    """
    before = seen.split(",")
    facts, booking = _facts(folio), folio.booking
    if len(before) != len(facts):
        return "This booking has changed since you opened it. Look again, then go on."
    said = [
        f"{name} was {_show(old, booking)} and is {_show(str(now), booking)} now"
        for (name, now), old in zip(facts, before, strict=True)
        if str(now) != old
    ]
    if not said:
        return ""
    return f"It changed since you opened this: {'; '.join(said)}. Look again, then go on."


def _facts(folio: Folio) -> list[tuple[str, int]]:
    figures = folio.figures
    return [
        ("Total", folio.booking.total),
        ("Paid", figures.paid),
        ("Payment under way", folio.under_way),
        ("Refunded", figures.refunded),
        ("Refund under way", figures.refund_pending),
        ("On hold", figures.authorized),
        ("Disputed", figures.disputed),
    ]


def _show(value: str, booking: Booking) -> str:
    known = re.fullmatch(r"-?\d{1,18}", value)
    return money.show(int(value), booking.currency) if known else "something else"
