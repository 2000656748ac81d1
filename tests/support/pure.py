"""The pure core alone: events in, a booking's money out, without a database or a clock."""

from collections.abc import Iterable
from typing import Any

from payments import folio, merge
from payments.hotel import Booking
from payments.models import KINDS, OF_A_CHARGE, OF_A_PAYMENT
from payments.snapshots import StripeEvent
from payments.webhooks.router import route


def read(event: dict[str, Any]) -> StripeEvent:
    """Return an event as a handler is given it."""
    return StripeEvent(
        id=event["id"],
        type=event["type"],
        account=event.get("account", ""),
        livemode=event["livemode"],
        scope="connect",
        created=event["created"],
        object=event["data"]["object"],
    )


def merged(events: Iterable[StripeEvent]) -> dict[tuple[str, str], Any]:
    """Return the rows that these events make, by kind and Stripe id."""
    rows: dict[tuple[str, str], Any] = {}
    for event in events:
        handled = route(event.type)
        for seen in handled.handler(event):
            name = (seen.kind, seen.stripe_id)
            if name not in rows:
                model = KINDS[seen.kind]
                rows[name] = model(stripe_id=seen.stripe_id, **model.identity(seen.stripe_id))
            table, whole = KINDS[seen.kind].MERGE, seen.whole
            at = merge.key(table, seen, at=event.created, event_id=event.id) if whole else None
            merge.merge(table, rows[name], seen, at)
            rows[name].seen |= whole
    return rows


def facts(events: Iterable[StripeEvent]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return all that these events make true, by kind and Stripe id."""
    return {
        name: {field: getattr(row, field) for field in (*KINDS[name[0]].MERGE, "conflict", "seen")}
        for name, row in merged(events).items()
    }


def folio_of(events: Iterable[StripeEvent], booking: Booking) -> folio.Folio:
    """Return the booking's folio after these events, all of which are about it."""
    rows = merged(events)
    for (kind, _), row in rows.items():
        for relation, column in KINDS[kind].PARENTS.items():
            if parent := rows.get((relation, getattr(row, column))):
                setattr(row, f"{relation}_id", parent.pk)
    of = {kind: [row for (k, _), row in rows.items() if k == kind] for kind in KINDS}
    charges = {charge.pk: charge for charge in of["charge"]}
    for row in (row for kind in OF_A_CHARGE for row in of[kind]):
        if row.payment_id is None and row.charge_id:
            row.payment_id = charges[row.charge_id].payment_id
    entries = folio.entries(of["payment"], {kind: of[kind] for kind in OF_A_PAYMENT})
    hint = booking.id
    mine = [e for e in entries if (e.payment.metadata or {}).get("reservationId") == str(hint)]
    return folio.Folio(booking, mine)
