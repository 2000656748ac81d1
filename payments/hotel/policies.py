"""
What a rate's cancellation policy gives back, and until when. Pure.

A policy is a list of steps, as `load_hotel` reads them, the strictest last:

    {"days_before": 3, "refund_percent": 50, "until": "18:00"}

Half goes back to whoever cancels until 18:00 by the house's clocks on the third day before arrival.
After the last step nothing does. `until` may be left out, and is 18:00 then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from payments import money
from payments.hotel.clocks import zone_named

UNTIL = time(18)
MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Step:
    """Whoever cancels by then gets so much back."""

    days_before: int
    refund_percent: int
    until: time = UNTIL

    def ends(self, arrival: date, timezone: str) -> datetime:
        """Return the last moment at which this step holds."""
        day = arrival - timedelta(days=self.days_before)
        return datetime.combine(day, self.until, zone_named(timezone))


@dataclass(frozen=True, slots=True)
class GivesBack:
    """
    What a policy gives back of an amount at a moment.

    :param amount: in minor units.
    :param until: when less goes back; None where nothing does any more.
    """

    percent: int
    amount: int
    until: datetime | None


def steps_of(policy: Any) -> list[Step]:
    """
    Return a policy's steps.

    :raises ValueError: it is no such list; the text says what is wrong, as a sentence goes on.
    """
    if not isinstance(policy, list):
        raise ValueError("is no list of steps.")
    steps = [_step(each) for each in policy]
    for former, later in pairwise(steps):
        if (-former.days_before, former.until) >= (-later.days_before, later.until):
            raise ValueError("has its steps in the wrong order: the one before arrival comes last.")
        if former.refund_percent < later.refund_percent:
            raise ValueError("gives more back to whoever cancels later.")
    return steps


def gives_back(
    steps: Iterable[Step],
    *,
    amount: int,
    currency: str,
    arrival: date,
    timezone: str,
    at: datetime,
) -> GivesBack:
    """
    Return what a policy gives back of an amount to whoever cancels at a moment.

    Rounded to the nearest minor unit, a half in the guest's favour; of currencies with three
    digits, to what Stripe can return, whose last digit is 0.

    :param amount: in minor units of `currency`.
    :param timezone: the house's.
    """
    for step in steps:
        ends = step.ends(arrival, timezone)
        if at <= ends and step.refund_percent:
            share = _share(amount, step.refund_percent, currency)
            return GivesBack(step.refund_percent, share, ends)
    return GivesBack(0, 0, None)


def _share(amount: int, percent: int, currency: str) -> int:
    unit = 10 if money.exponent(currency) == 3 else 1
    return min(amount, (amount * percent + 50 * unit) // (100 * unit) * unit)


def _step(given: Any) -> Step:
    if not isinstance(given, dict) or not {"days_before", "refund_percent"} <= given.keys():
        raise ValueError("has a step without days_before and refund_percent.")
    if not given.keys() <= {"days_before", "refund_percent", "until"}:
        raise ValueError("has a step with more than days_before, refund_percent and until.")
    return Step(
        _whole(given["days_before"], "days_before", MOST_DAYS),
        _whole(given["refund_percent"], "refund_percent", 100),
        _clock(given["until"]) if given.get("until") is not None else UNTIL,
    )


def _whole(value: Any, name: str, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"has a step whose {name} is no whole number from 0 to {most}.")
    return value


def _clock(value: Any) -> time:
    try:
        read = time.fromisoformat(value)
    except (TypeError, ValueError):
        read = None
    if read is None or read.tzinfo or f"{read:%H:%M}" != value:
        raise ValueError("has a step whose until is no time as in 18:00.")
    return read
