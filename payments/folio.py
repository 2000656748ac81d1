"""
A booking's folio: what it owes, what came, what went back, and what that makes it.

Pure: rows in, figures out, recomputed each time and never incremented. All figures count the
booking's own currency alone, in minor units.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from payments.hotel import Booking
from payments.models import EXTRAS, Charge, Payment, Refund

RELEASED = "expired_uncaptured_charge"  # the reason Stripe gives when it lets a hold go by itself


@dataclass
class Entry:
    """One payment with the attempts at it and the refunds of it."""

    payment: Payment
    charges: list[Charge] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)

    def charge_of(self, refund: Refund) -> Charge | None:
        """Return the charge a refund gives back: the one it names, else the one that succeeded."""
        for charge in self.charges:
            if refund.charge_id:
                if charge.pk == refund.charge_id:
                    return charge
            elif charge.status == "succeeded":
                return charge
        return None

    def is_release(self, refund: Refund) -> bool:
        """
        Say whether a refund only lets a hold go; then it counts nowhere.

        Stripe makes such rows when an authorization expires, is canceled, or is captured in part.
        """
        if refund.reason == RELEASED:
            return True
        charge = self.charge_of(refund)
        if charge is None or not charge.seen:
            return False
        if not charge.captured:
            return True
        uncaptured = (charge.amount or 0) - captured(charge)
        return uncaptured > 0 and not refund.balance_transaction and refund.amount == uncaptured

    @property
    def real_refunds(self) -> list[Refund]:
        """The refunds that are no releases."""
        return [refund for refund in self.refunds if not self.is_release(refund)]

    def unexplained(self, charge: Charge) -> int:
        """
        Return what a charge says was refunded beyond all its refunds that we know.

        What was held and never captured may stand in there as given back, so it is taken off first.
        """
        known = sum(
            refund.amount or 0 for refund in self.real_refunds if self.charge_of(refund) is charge
        )
        released = (charge.amount or 0) - captured(charge)
        return max(0, (charge.amount_refunded or 0) - released - known)

    @cached_property
    def refunded(self) -> int:
        """What went back of this payment, its unexplained part included."""
        return sum(
            refund.amount or 0 for refund in self.real_refunds if refund.status == "succeeded"
        ) + sum(self.unexplained(charge) for charge in self.charges if charge.seen)

    @property
    def refund_pending(self) -> int:
        """What is on its way back."""
        return sum(
            refund.amount or 0
            for refund in self.real_refunds
            if refund.status in ("pending", "requires_action")
        )

    @property
    def received(self) -> int:
        """What came; nothing of a payment that was canceled."""
        return 0 if self.payment.status == "canceled" else self.payment.amount_received or 0

    @property
    def authorized(self) -> int:
        """What is held and can still be taken."""
        if self.payment.status != "requires_capture" or any(map(hold_is_gone, self.charges)):
            return 0
        return self.payment.amount_capturable or 0

    @property
    def so_far(self) -> int | None:
        """What a bank transfer in parts has brought so far; None for any other payment."""
        if self.payment.amount_remaining is None or self.payment.amount is None:
            return None
        return self.payment.amount - self.payment.amount_remaining


def captured(charge: Charge) -> int:
    """Return how much of a charge was taken; old snapshots only say whether it was."""
    if charge.amount_captured is not None:
        return charge.amount_captured
    return (charge.amount or 0) if charge.captured else 0


def hold_is_gone(charge: Charge) -> bool:
    """Say whether the money that this charge held has been let go."""
    return charge.expired or (not charge.captured and bool(charge.refunded))


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
        self.entries = sorted(entries, key=lambda entry: entry.payment.stripe_id)

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
        balance = booking.total + extras - booking.paid_elsewhere - paid + refunded
        return Figures(
            authorized=authorized,
            paid=paid,
            extras=extras,
            refunded=refunded,
            refund_pending=sum(entry.refund_pending for entry in counted),
            balance=balance,
            payment_status=_status(
                balance=balance,
                brought=paid + booking.paid_elsewhere,
                refunded=refunded,
                authorized=authorized,
                payments=[entry.payment for entry in counted],
            ),
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
        figures = self.figures
        return {
            "reservation": self.booking.code,
            "organization": self.booking.organization,
            "property": self.booking.property,
            "currency": self.booking.currency,
            "total": self.booking.total,
            "paid_elsewhere": self.booking.paid_elsewhere,
            **{name: getattr(figures, name) for name in Figures.__dataclass_fields__},
            "transactions": _sorted(
                [_payment_line(e.payment) for e in self.entries if e.payment.seen]
                + [
                    _refund_line(refund, release=e.is_release(refund))
                    for e in self.entries
                    for refund in e.refunds
                    if refund.seen
                ]
            ),
            "charges": _sorted(
                _charge_line(charge) for e in self.entries for charge in e.charges if charge.seen
            ),
            "disputes": [],
            "fraud_warnings": [],
            "reviews": [],
        }


def _status(
    *,
    balance: int,
    brought: int,
    refunded: int,
    authorized: int,
    payments: Sequence[Payment],
) -> str:
    """Return the first word that fits, worst news first."""
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
    if any(p.status == "requires_payment_method" and p.failure_code for p in payments):
        return "failed"
    return "unpaid"


def entries(payments: Iterable[Payment], children: Mapping[str, Iterable[Any]]) -> list[Entry]:
    """
    Return each payment with what belongs to it, in the order of Stripe ids.

    :param children: rows that belong to payments, by kind; those of other payments are left out.
    """
    found = {payment.pk: Entry(payment) for payment in payments}
    for kind, rows in children.items():
        for row in sorted(rows, key=lambda row: row.stripe_id):
            if row.payment_id in found:
                getattr(found[row.payment_id], f"{kind}s").append(row)
    return list(found.values())


def _payment_line(payment: Payment) -> dict[str, Any]:
    return {
        "type": "payment",
        "stripe_id": payment.stripe_id,
        "purpose": payment.purpose,
        "amount": payment.amount,
        "received": payment.amount_received or 0,
        "status": payment.status,
        "currency": payment.currency,
    }


def _refund_line(refund: Refund, *, release: bool) -> dict[str, Any]:
    return {
        "type": "refund",
        "stripe_id": refund.stripe_id,
        "amount": refund.amount,
        "status": refund.status,
        "currency": refund.currency,
        "release": release,
    }


def _charge_line(charge: Charge) -> dict[str, Any]:
    return {
        "stripe_id": charge.stripe_id,
        "status": charge.status,
        "captured": charge.captured,
        "amount": charge.amount,
        "amount_captured": captured(charge),
        "failure_code": charge.failure_code or None,
    }


def _sorted(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(lines, key=lambda line: str(line["stripe_id"]))
