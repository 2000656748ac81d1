"""
From merged rows to what a hotel sees: bind, recompute bookings, follow the rules, write.

The second half of every batch, and all of it when time alone, or staff, changed what is true.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from payments.effects import Alert
from payments.folio import Entry, entries
from payments.hotel import Booking
from payments.models import OF_A_PAYMENT, Payment
from payments.records import alerts, binding, bookings
from payments.records.loading import Rows
from payments.rules import payments as rules


def settle(rows: Rows) -> None:
    """Make everything that follows from these rows true, in the caller's transaction."""
    rows.lock_parents()
    rows.load_children()
    concerned = binding.bind(rows)
    rows.load_rest_of(concerned)
    found = entries(rows.of("payment"), {kind: rows.of(kind) for kind in OF_A_PAYMENT})
    wanted = _effects(found, concerned, rows.now)
    rows.write()
    bookings.write(bookings.of(found, concerned.values()))
    alerts.settle(wanted, _objects(found), rows.now)


def revisit(payments: Collection[UUID], now: datetime) -> None:
    """Ask again what follows from these payments: time has passed, or staff decided something."""
    rows = Rows(now)
    found = Payment.objects.filter(pk__in=payments)
    rows.lock({("payment", p.account, p.livemode, p.stripe_id): p.organization_id for p in found})
    settle(rows)


def _effects(
    found: Collection[Entry], concerned: Mapping[Any, Booking], now: datetime
) -> list[Alert]:
    return [
        effect
        for entry in found
        for effect in rules.follow_payment(entry, concerned.get(entry.payment.reservation_id), now)
    ]


def _objects(found: Collection[Entry]) -> set[tuple[str, bool, str]]:
    return {
        (row.account, row.livemode, row.stripe_id)
        for entry in found
        for row in (entry.payment, *entry.charges, *entry.refunds)
    }
