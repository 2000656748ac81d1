"""By whose clocks a day begins."""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone(row: Any) -> ZoneInfo:
    """
    Return the time zone of the house that a record belongs to; of no house, its organization's.

    A record of nobody keeps universal time.
    """
    place = getattr(row, "property", None) or row.organization
    return zone_named(place.timezone if place else "UTC")


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone of this name; universal time where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # such as Europe, a folder of them
        return ZoneInfo("UTC")
