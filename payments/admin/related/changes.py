"""Which event changed which record, and which record was changed by which events."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet

from payments import hotel
from payments.admin.display import show
from payments.models import KINDS, WebhookEvent
from payments.models.inbox import ABOUT
from payments.words import spelled

MOST = 50  # events beside one record
MOST_ABOUT = 1_000  # events of one object that are looked through
_AMOUNTS = {
    "amount", "amount_received", "amount_capturable", "amount_remaining", "amount_captured",
    "amount_refunded", "fee", "net",
}  # fmt: skip
_UNTOLD = {"seen"}  # that a record was seen at all shows by its being there


@dataclass(frozen=True)
class Change:
    """One field of a record: what it was, and what it became."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Changed:
    """One record that an event changed."""

    kind: str
    stripe_id: str
    url: str  # empty where there is no page that this person may see
    fields: list[Change]


def changes(event: WebhookEvent, user: Any) -> list[Changed]:
    """Return what an event changed, linked to what this person may see."""
    told = [each for each in event.changes or [] if isinstance(each, dict)]
    records = _records(told, user)
    return [_changed(each, records.get(str(each.get("id"))), event) for each in told]


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


def _changed(told: dict[str, Any], record: Any, event: WebhookEvent) -> Changed:
    fields = told.get("fields")
    fields = fields if isinstance(fields, dict) else {}
    kind = str(told.get("kind"))
    currency = _after(fields.get("currency")) or getattr(record, "currency", "")
    return Changed(
        kind=spelled(kind),
        stripe_id=str(told.get("stripe_id")),
        url=show.url(record) if record else "",
        fields=[
            Change(
                _label(kind, name),
                _value(name, pair[0], str(currency), event),
                _value(name, pair[1], str(currency), event),
            )
            for name, pair in fields.items()
            if name not in _UNTOLD and isinstance(pair, list) and len(pair) == 2
        ],
    )


def _after(pair: Any) -> Any:
    return pair[1] if isinstance(pair, list) and len(pair) == 2 else None


def _label(kind: str, name: str) -> str:
    try:
        field = KINDS[kind]._meta.get_field(name)
    except (KeyError, FieldDoesNotExist):
        return name.replace("_", " ").capitalize()
    return str(field.verbose_name).capitalize()


def _value(name: str, value: Any, currency: str, event: WebhookEvent) -> str:
    if value is None or value in ("", [], {}):
        return show.NOTHING
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name in _AMOUNTS and isinstance(value, int):
        return show.amount(value, currency)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name.endswith(("_at", "_before")) and isinstance(value, str):
        return _moment(value, event)
    return str(value)


def _moment(value: str, event: WebhookEvent) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return show.when(event, moment) if moment.tzinfo and event.organization else value


# The other way round -----------------------------------------------------


def about(rows: QuerySet[WebhookEvent], ids: Collection[str]) -> QuerySet[WebhookEvent]:
    """Return the events among these that are about objects with these Stripe ids."""
    found = rows.filter(data__isnull=False).alias(about=ABOUT).filter(about__in=set(ids))
    # Their keys first: asked to sort as well, PostgreSQL walks through all events by key.
    return rows.filter(pk__in=list(found.order_by().values_list("pk", flat=True)[:MOST_ABOUT]))


def events(record: Any, ids: Collection[str], user: Any) -> list[WebhookEvent]:
    """
    Return what Stripe sent about a record, newest first, as far as this person may see events.

    :param ids: its own Stripe id, and those of what belongs to it.
    """
    rows = WebhookEvent.objects.filter(
        organization=record.organization_id, livemode=record.livemode
    )
    rows = about(hotel.visible_as_a_whole(user, rows), ids)
    rows = rows.select_related("organization").defer("body", "data", "changes", "last_error")
    return list(rows.order_by("-id")[:MOST])
