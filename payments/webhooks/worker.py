"""
The worker: due events → handlers → records ⇄ rules → settled.

A batch is one transaction. When it fails, its events are worked on one by one, each in its own, so
that only the culprit waits. Nothing is marked as under way: a crash leaves every event due.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from payments import bulk
from payments.effects import Alert
from payments.errors import (
    Malformed,
    NoEffect,
    SetAside,
    TenantMismatch,
    ThinEvent,
    UnhandledType,
)
from payments.models import Severity, State, WebhookEvent
from payments.reading import Reader, clean, identifier, is_clean, parse
from payments.records import merging, telling
from payments.records.binding import Hints, Tenants
from payments.records.loading import Rows
from payments.records.merging import Showing
from payments.records.settling import settle
from payments.snapshots import StripeEvent, without_person
from payments.webhooks import inbox
from payments.webhooks.router import CONNECT, Route, route

logger = structlog.get_logger(__name__)

_SETTLED = [
    "state",
    "reason",
    "processed_at",
    "organization",
    "data",
    "changes",
    "last_error",
]


def drain(stop: Callable[[], bool] = lambda: False) -> Counter[str]:
    """
    Settle everything that is due, batch after batch; return how many events ended in which state.

    :param stop: asked between batches, so that a worker can end cleanly.
    """
    total: Counter[str] = Counter()
    size = settings.PAYMENTS_BATCH_SIZE
    while not stop():
        counts = work(size)
        if not counts:
            break
        if not total and counts.total() >= size:  # the first batch of many
            bulk.analyze()
        total += counts
    return total


def work(size: int, *, ids: Sequence[Any] | None = None) -> Counter[str]:
    """
    Settle one batch of due events; return how many ended in which state, nothing when none is due.

    :param ids: of these inbox rows alone.
    """
    taken: list[WebhookEvent] = []
    try:
        with transaction.atomic():
            taken = inbox.due(size, ids=ids)
            return settle_batch(taken) if taken else Counter()
    except OperationalError:
        if not connection.is_usable():
            raise  # the database is away: nobody's fault, and nothing is lost
        logger.warning("batch.failed", events=len(taken), exc_info=True)
    except Exception:
        logger.warning("batch.failed", events=len(taken), exc_info=True)
    return sum((_work_alone(event) for event in taken), Counter())


def _work_alone(event: WebhookEvent) -> Counter[str]:
    """Settle one event in a transaction of its own; put it off when that fails."""
    try:
        with transaction.atomic():
            taken = inbox.due(1, ids=[event.pk])
            return settle_batch(taken) if taken else Counter()
    except Exception as error:
        if isinstance(error, OperationalError) and not connection.is_usable():
            raise
        logger.exception("event.failed", event_id=event.stripe_event_id, type=event.event_type)
        return Counter([inbox.put_off(event, error)])


def settle_batch(taken: Sequence[WebhookEvent]) -> Counter[str]:
    """Settle these locked events in the caller's transaction; count them by their state."""
    now = timezone.now()
    batch = _Batch(taken, now)
    if batch.showings:
        rows = Rows(now)
        merging.lock(rows, batch.showings)
        batch.set_strangers_aside(rows)
        merging.merge_into(rows, batch.showings)
        settle(rows)
    if batch.security_alerts:
        telling.say_what_happened(batch.security_alerts)
    for showing in batch.showings:
        showing.row.state = State.APPLIED
        showing.row.changes = showing.changes
    for event in taken:
        event.processed_at = now
        event.last_error = event.last_error if event.reason else ""
    bulk.update(WebhookEvent, _SETTLED, taken)
    return Counter(event.state for event in taken)


@dataclass(kw_only=True)
class Accepted(Showing):
    """One accepted event, and its inbox row."""

    row: WebhookEvent


class _Batch:
    """Events on their way: read, each given to its tenant, and shown or set aside."""

    def __init__(self, taken: Sequence[WebhookEvent], now: datetime) -> None:
        self.showings: list[Accepted] = []
        self.security_alerts: list[Alert] = []
        read = [(row, event) for row in taken if (event := self._read(row))]
        tenants = Tenants({row.account for row in taken}, [event for _, event in read])
        hints = Hints(event for _, event in read)
        for row in taken:
            row.organization_id = tenants.known(row.account)
        for row, event in read:
            try:
                self._show(row, event, tenants, hints)
            except SetAside as why:
                _set_aside(row, why)

    def _read(self, row: WebhookEvent) -> StripeEvent | None:
        try:
            return _event(row)
        except SetAside as why:
            _set_aside(row, why)
            return None

    def _show(self, row: WebhookEvent, event: StripeEvent, tenants: Tenants, hints: Hints) -> None:
        """Note what an event showed, unless something on the way sets it aside."""
        account = tenants.account(event)
        handled = _handled(event)
        sightings = list(handled.handler(event))
        if account is None and handled.scope == CONNECT:
            raise NoEffect("It is about the platform's own account.")
        owner = tenants.owner(event, account)
        row.organization_id = owner.organization_id
        showing = Accepted(
            row=row,
            event=event,
            organization_id=owner.organization_id,
            property_id=owner.property_id,
            account=owner.account,
            sightings=sightings,
        )
        try:
            hints.check(event, owner)
        except TenantMismatch:
            self.security_alerts.append(_security_alert(showing))
            raise
        self.showings.append(showing)

    def set_strangers_aside(self, rows: Rows) -> None:
        """Set aside what shows another organization's object: the platform's own may name any."""
        for showing in list(self.showings):
            owners = {rows[showing.name(seen)].organization_id for seen in showing.sightings}
            if owners - {showing.organization_id}:
                self.showings.remove(showing)
                self.security_alerts.append(_security_alert(showing))
                _set_aside(showing.row, TenantMismatch("Its object is another organization's."))


def _event(row: WebhookEvent) -> StripeEvent:
    """
    Return the event in an inbox row, and keep what it is about, cleaned.

    :raises Malformed: it is no event.
    :raises ThinEvent: it comes without its object.
    """
    body = bytes(row.body or b"")
    given = parse(body)
    if given is None or not identifier(given.get("id")):
        raise Malformed("No JSON object with an id.")
    read = Reader(given)
    object = read.at("data").given.get("object")
    if isinstance(object, dict):
        row.data = without_person(object if is_clean(body) else clean(object))
    if given.get("object") == "v2.core.event":
        raise ThinEvent("A thin event: set the endpoint's payload style to snapshot.")
    livemode, type = read.flag("livemode"), identifier(given.get("type"))
    if livemode is None or not type or len(type) > 100:
        raise Malformed("No livemode, or no type.")
    return StripeEvent(
        id=row.stripe_event_id,
        type=type,
        account=row.account,
        livemode=livemode,
        scope=row.scope,
        created=created if isinstance(created := given.get("created"), int) else 0,
        object=object if isinstance(object, dict) else {},
    )


def _handled(event: StripeEvent) -> Route:
    found = route(event.type)
    if found is None:
        raise UnhandledType(f"No handler is for {event.type}.")
    return found


def _set_aside(row: WebhookEvent, why: SetAside) -> None:
    row.state = why.state
    row.reason = why.reason
    row.last_error = str(why)
    row.changes = None


def _security_alert(showing: Showing) -> Alert:
    event = showing.event
    return Alert(
        kind="tenant_mismatch",
        severity=Severity.SECURITY,
        is_news=True,
        lasting=True,
        account=showing.account,
        livemode=event.livemode,
        object_id=identifier(event.object.get("id")) or event.id,
        organization_id=showing.organization_id,
        property_id=showing.property_id,
        facts={"event": event.id, "type": event.type},
    )
