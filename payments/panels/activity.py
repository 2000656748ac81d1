"""Who did what about a booking, as its page shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from payments import hotel
from payments.models import Activity
from payments.words import activity as words

MOST = 50  # lines on a page


@dataclass(frozen=True)
class Line:
    """Something that somebody did."""

    who: str
    did: str
    at: datetime
    url: str = ""  # of a file that was added


def of(reservation: UUID, user: Any) -> list[Line]:
    """Return what was done about a booking that this person may see, newest first."""
    rows = hotel.visible_to(user, Activity.objects.filter(reservation=reservation))
    found = rows.select_related("user").order_by("-id")[:MOST]
    return [Line(_who(row), words.did(row), row.created_at, _file(row)) for row in found]


def _file(row: Activity) -> str:
    file = hotel.as_uuid(str(row.facts.get("attachment", "")))
    return reverse("payments:attachment", args=[file]) if file else ""


def _who(row: Activity) -> str:
    return (row.user.get_full_name() if row.user else "") or row.who or words.SYSTEM
