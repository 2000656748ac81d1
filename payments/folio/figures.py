"""What a booking's money comes down to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from payments.folio import state
from payments.folio.entries import Entry, has_failed
from payments.hotel import Booking
from payments.models import EXTRAS, Payment


@dataclass(frozen=True)
class Figures:
    """What a booking's money comes down to, in minor units of its currency."""

    authorized: int = 0
    paid: int = 0
    extras: int = 0
    refunded: int = 0
    refund_pending: int = 0
    disputed: int = 0
    lost: int = 0
    balance: int = 0
    payment_status: str = "unpaid"


class Folio:
    """One booking and all that moved, or tried to move, for it."""

    def __init__(self, booking: Booking, entries: Iterable[Entry]) -> None:
        self.booking = booking
        self.entries = sorted(entries, key=_order)

    @cached_property
    def figures(self) -> Figures:
        """The booking's figures and what they make it."""
        counted = [e for e in self.entries if e.payment.currency == self.booking.currency]
        paid = sum(entry.received for entry in counted)
        refunded = sum(entry.refunded for entry in counted)
        extras = sum(
            entry.received - entry.refunded for entry in counted if entry.payment.purpose in EXTRAS
        )
        authorized = sum(entry.authorized for entry in counted)
        booking = self.booking
        disputed = sum(entry.disputed(lost=False) for entry in counted)
        lost = sum(entry.disputed(lost=True) for entry in counted)
        balance = booking.total + extras - booking.paid_elsewhere - paid + refunded + lost
        return Figures(
            authorized=authorized,
            paid=paid,
            extras=extras,
            refunded=refunded,
            refund_pending=sum(entry.refund_pending for entry in counted),
            disputed=disputed,
            lost=lost,
            balance=balance,
            payment_status=_status(
                disputed=disputed > 0 or any(d.is_open for e in self.entries for d in e.disputes),
                charged_back=lost > 0 and balance > 0,
                balance=balance,
                brought=paid + booking.paid_elsewhere,
                refunded=refunded,
                authorized=authorized,
                payments=[entry.payment for entry in counted],
            ),
        )

    @property
    def under_way(self) -> int:
        """What a bank has not decided yet, or wants to hear from the guest about."""
        return sum(
            payment.amount or 0
            for payment in (entry.payment for entry in self.entries)
            if payment.currency == self.booking.currency
            and (
                payment.status == "processing"
                or payment.waits_for_guest
                or (payment.status == "promised" and payment.off_session)
            )
        )

    @property
    def latest_payment(self) -> str:
        """The id of the newest payment that succeeded; empty when none did."""
        done = [e.payment for e in self.entries if e.payment.status == "succeeded"]
        newest = max(
            done,
            key=lambda p: (p.occurred_at is not None, p.occurred_at, p.stripe_id),
            default=None,
        )
        return newest.stripe_id if newest else ""

    def as_json(self) -> dict[str, Any]:
        """Return the canonical money state: the same for the same truth, whatever came when."""
        figures = {name: getattr(self.figures, name) for name in Figures.__dataclass_fields__}
        return state.of(self.booking, figures, self.entries)


def _status(
    *,
    disputed: bool,
    charged_back: bool,
    balance: int,
    brought: int,
    refunded: int,
    authorized: int,
    payments: Sequence[Payment],
) -> str:
    """Return the first word that fits, worst news first."""
    if disputed:
        return "disputed"
    if charged_back:
        return "charged_back"
    if refunded > 0 and brought <= refunded:
        return "refunded"
    if balance <= 0:
        return "paid"
    if refunded > 0 and balance <= refunded:
        return "partially_refunded"
    if brought > refunded:
        return "partially_paid"
    if authorized > 0:
        return "authorized"
    statuses = {payment.status for payment in payments}
    if statuses & {"processing", "requires_action", "requires_confirmation"}:
        return "pending"
    if any(map(has_failed, payments)):
        return "failed"
    return "unpaid"


def _order(entry: Entry) -> tuple[str, str, bool]:
    """Return where a payment stands among a booking's: an id is unique in its account only."""
    payment = entry.payment
    return (payment.stripe_id, payment.account, payment.livemode)
