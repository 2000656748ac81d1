"""What stands beside a booking's money: the guest's cards on file, and the links to pay by."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from payments import hotel
from payments.hotel import Booking
from payments.models import PayLink
from payments.operations.customers import payment_methods
from payments.panels.amounts import amount
from payments.words import BAD, GOOD, QUIET, WAIT, Said, customers

MOST = 5  # links that are shown


@dataclass(frozen=True)
class Card:
    """A card on file, as it reads on the card."""

    id: UUID
    name: str
    default: bool  # charged first
    usable: bool  # for this booking, now
    on_file: bool


@dataclass(frozen=True)
class Link:
    """A link by which the guest pays."""

    id: UUID
    amount: str
    said: Said
    sent_to: str
    made_at: datetime
    expires_at: datetime
    may_go_again: bool


def cards_of(booking: Booking, user: Any) -> list[Card]:
    """
    Return a guest's cards on file, the default first.

    :raises MayNot: they take no payments there.
    """
    return [
        Card(
            id=each.method.pk,
            name=customers.method(each.method),
            default=each.default,
            usable=each.usable,
            on_file=each.method.can_be_charged,
        )
        for each in payment_methods.on_file(booking, user)
    ]


def links_of(booking: Booking) -> list[Link]:
    """Return the latest links that were made for a booking, newest first."""
    now = timezone.now()
    found = PayLink.objects.filter(reservation=booking.id).select_related("payment")
    rows = list(found.order_by("-pk")[:MOST])
    mailed = all(row.sent_to for row in rows)
    address = "" if mailed else hotel.story_of(booking.id).email  # it may have come since
    return [
        Link(
            id=row.pk,
            amount=amount(row.amount, row.currency),
            said=_said(row, now),
            sent_to=row.sent_to,
            made_at=row.created_at,
            expires_at=row.expires_at,
            may_go_again=not row.is_used and bool(row.sent_to or address),
        )
        for row in rows
    ]


def _said(row: PayLink, now: datetime) -> Said:
    if row.is_used:
        return Said("Used", GOOD)
    if row.has_expired(now):
        return Said("Ran out", QUIET)
    waits = row.payment is None or row.payment.waits_for_guest
    if row.payment and not waits and row.payment.status == "requires_payment_method":
        return Said("Not paid yet", BAD) if row.payment.failure_code else Said("Opened", WAIT)
    return Said("Waiting", WAIT)
