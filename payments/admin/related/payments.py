"""Payments with all that belongs to them, read for a row, or for a page of rows at once."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from payments import hotel
from payments.folio import Entry
from payments.models import KINDS, OF_A_CHARGE, Payment, PaymentTransaction
from payments.records.bookings import entries_of

SHOWN_WITH = ("organization", "property", hotel.GUEST)


def entry_of(row: Any) -> Entry:
    """Return the payment that a row is, or is of, with all that belongs to it; read once."""
    if not hasattr(row, "_entry"):
        read([row])
    found: Entry = row._entry
    return found


def read(rows: Iterable[Any]) -> None:
    """Read for all of these rows what `entry_of` returns, in a handful of queries."""
    rows = list(rows)
    ids = {id for row in rows if (id := _payment_of(row))}
    found = {}
    if ids:
        payments = Payment.objects.filter(pk__in=ids).select_related(*SHOWN_WITH).order_by()
        found = {entry.payment.pk: entry for entry in entries_of(payments)}
    for row in rows:
        id = _payment_of(row)
        row._entry = found[id] if id in found else _alone(row)


def _payment_of(row: Any) -> UUID | None:
    is_payment = isinstance(row, PaymentTransaction) and row.type == row.Type.PAYMENT
    id: UUID | None = row.pk if is_payment else row.payment_id
    return id


def _alone(row: Any) -> Entry:
    """Return what a row belongs to where Stripe has told of no payment: its charge alone."""
    if isinstance(row, PaymentTransaction):
        return Entry(row)  # type: ignore[arg-type]
    entry = Entry(Payment(organization_id=row.organization_id, currency=""))
    if row.charge_id:
        entry.charges.append(row.charge)
        for kind in OF_A_CHARGE:
            of_it = KINDS[kind].objects.filter(charge=row.charge_id)
            getattr(entry, f"{kind}s").extend(of_it)
    return entry
