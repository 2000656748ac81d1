"""What is news, and what is history that nobody is told any more."""

from dataclasses import replace
from datetime import datetime, timedelta

from payments.effects import Alert, Effects, Letter
from payments.hotel import Booking

NEWS_FOR = timedelta(days=7)  # longer than Stripe tries to bring an event


def still_told(effects: Effects, booking: Booking | None, now: datetime) -> Effects:
    """
    Yield what is still to be told of these effects.

    So nobody gets a receipt for last year's stay when a hotel's past is read from Stripe. An alert
    is only not raised any more: one that nobody has seen yet stays.
    """
    for effect in effects:
        if not _is_history(effect, booking, now):
            yield effect
        elif isinstance(effect, Alert):
            yield replace(effect, late=True)


def _is_history(effect: Alert | Letter, booking: Booking | None, now: datetime) -> bool:
    """Say whether something happened long ago in a stay that is over, and waits for nobody."""
    if booking is None or not effect.is_news or booking.stay(now) != "departed":
        return False
    return effect.happened_at is not None and effect.happened_at < now - NEWS_FOR
