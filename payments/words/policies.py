"""Plain words for cancellation policies: what goes back, how much, and until when."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from payments import money
from payments.hotel import GivesBack, Step


def gives_back(found: GivesBack, currency: str, now: datetime, zone: ZoneInfo) -> str:
    """Return what a policy gives back: “The policy gives back 50 % until tomorrow 18:00: €437”."""
    if found.until is None:
        return "The policy gives nothing back any more."
    share = "everything" if found.percent == 100 else f"{found.percent} %"
    until = moment(found.until, now, zone)
    return f"The policy gives back {share} until {until}: {money.show(found.amount, currency)}."


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a moment as the front desk says it: tomorrow 18:00."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    days = {0: "today", 1: "tomorrow"}
    day = days.get((local.date() - today).days) or f"{local:%a} {local.day} {local:%b %Y}"
    return f"{day} {local:%H:%M}"


def disclosed(steps: Sequence[Step]) -> str:
    """Return a policy as a guest reads it before booking; nothing where there is none."""
    said = [
        f"Canceled until {step.until:%H:%M} {_day(step.days_before)}:"
        f" {step.refund_percent} % of what was paid is returned."
        for step in steps
        if step.refund_percent
    ]
    if not steps:
        return ""
    if not said:
        return "What was paid is not returned."
    return " ".join([*said, "Canceled later, or not arrived: nothing is returned."])


def _day(days_before: int) -> str:
    if not days_before:
        return "on the day of arrival"
    return f"{days_before} day{'' if days_before == 1 else 's'} before arrival"
