"""Which event changed which record, and which record was changed by which events."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from payments import hotel
from payments.admin.display import show
from payments.models import KINDS, WebhookEvent
from payments.panels import changes as words
from payments.panels.changes import Changed
from payments.records import events as received

MOST = 50  # events beside one record


@dataclass(frozen=True)
class Linked:
    """One record that an event changed; its page, where there is one that this person may see."""

    changed: Changed
    url: str


def changes(event: WebhookEvent, user: Any) -> list[Linked]:
    """Return what an event changed, linked to what this person may see."""
    records = _records(words.told(event), user)
    currencies = {id: getattr(row, "currency", "") for id, row in records.items()}
    return [
        Linked(each, show.url(records[each.id]) if each.id in records else "")
        for each in words.of(event, currencies)
    ]


def _records(told: Iterable[dict[str, Any]], user: Any) -> dict[str, Any]:
    """Return the records that were changed by their ids, in one query a kind."""
    ids: dict[str, set[UUID]] = defaultdict(set)
    for each in told:
        if id := hotel.as_uuid(str(each.get("id"))):
            ids[str(each.get("kind"))].add(id)
    found: dict[str, Any] = {}
    for kind in ids.keys() & KINDS.keys():
        rows = hotel.visible_to(user, KINDS[kind].objects.filter(pk__in=ids[kind]))
        found |= {str(row.pk): row for row in rows}
    return found


def events(record: Any, ids: Collection[str], user: Any) -> list[WebhookEvent]:
    """
    Return what Stripe sent about a record, newest first, as far as this person may see events.

    :param ids: its own Stripe id, and those of what belongs to it.
    """
    rows = WebhookEvent.objects.filter(
        organization=record.organization_id, livemode=record.livemode
    )
    rows = received.about(hotel.visible_as_a_whole(user, rows), ids)
    rows = rows.select_related("organization").defer("body", "data", "changes", "last_error")
    return list(rows.order_by("-id")[:MOST])
