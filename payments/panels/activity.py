"""Who did what about a booking, and what Stripe reported, as its page shows it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse

from payments import hotel
from payments.models import Activity, State, WebhookEvent
from payments.panels import changes
from payments.panels.changes import Changed
from payments.records import events
from payments.webhooks.router import route
from payments.words import activity as words

MOST = 50  # lines on a page
STRIPE = "Stripe"


@dataclass(frozen=True)
class Line:
    """
    Something that somebody did, or that Stripe reported.

    :param url: of a file that was added.
    :param event: the type of the event that reported it; `changed`: what that changed here.
    """

    who: str
    did: str
    at: datetime
    url: str = ""
    event: str = ""
    changed: list[Changed] = field(default_factory=list)


def of(reservation: Any, user: Any, ids: Collection[str]) -> list[Line]:
    """
    Return what was done about a booking that this person may see, and reported; newest first.

    :param ids: the Stripe ids of all that is known of its money.
    """
    rows = hotel.visible_to(user, Activity.objects.filter(reservation=reservation.pk))
    done = rows.select_related("user").order_by("-id")[:MOST]
    lines = [Line(_who(row), words.did(row), row.created_at, _file(row)) for row in done]
    lines += _reported(reservation, ids)
    return sorted(lines, key=lambda line: line.at, reverse=True)[:MOST]


def _reported(reservation: Any, ids: Collection[str]) -> Iterator[Line]:
    applied = WebhookEvent.objects.filter(state=State.APPLIED)
    rows = applied.filter(organization=reservation.organization_id)
    found = events.about(rows, ids).select_related("organization").defer("body", "data")
    for event in found.order_by("-id")[:MOST]:
        told = changes.told(event)
        currencies = {str(each.get("id")): reservation.currency for each in told}
        known = route(event.event_type)
        yield Line(
            who=STRIPE,
            did=known.means if known else event.event_type,
            at=event.created_at,
            event=event.event_type,
            changed=changes.of(event, currencies),
        )


def _file(row: Activity) -> str:
    file = hotel.as_uuid(str(row.facts.get("attachment", "")))
    return reverse("payments:attachment", args=[file]) if file else ""


def _who(row: Activity) -> str:
    return (row.user.get_full_name() if row.user else "") or row.who or words.SYSTEM
