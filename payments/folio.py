"""
A booking's folio: what it owes, what came, what went back, and what that makes it.

Pure: rows in, figures out, recomputed each time and never incremented. All figures count the
booking's own currency alone, in minor units.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from payments.hotel import Booking
from payments.models import (
    EXTRAS,
    OF_A_CHARGE,
    CashBalanceTransaction,
    Charge,
    Dispute,
    DisputeMovement,
    EarlyFraudWarning,
    Payment,
    Refund,
    Review,
)

_GONE = ("failed", "canceled", "refused")  # what such a refund would have given back stays
RELEASED = "expired_uncaptured_charge"  # the reason Stripe gives when it lets a hold go by itself


@dataclass
class Entry:
    """One payment with the attempts at it and the refunds of it."""

    payment: Payment
    charges: list[Charge] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    dispute_movements: list[DisputeMovement] = field(default_factory=list)
    early_fraud_warnings: list[EarlyFraudWarning] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    cash_balance_transactions: list[CashBalanceTransaction] = field(default_factory=list)

    @property
    def rows(self) -> list[Any]:
        """The payment and everything that belongs to it."""
        return [
            self.payment,
            *self.charges,
            *self.refunds,
            *self.disputes,
            *self.dispute_movements,
            *self.early_fraud_warnings,
            *self.reviews,
            *self.cash_balance_transactions,
        ]

    def charge_of(self, row: Any) -> Charge | None:
        """Return the charge that a row is about: the one it names, else the one that succeeded."""
        for charge in self.charges:
            if row.charge_id:
                if charge.pk == row.charge_id:
                    return charge
            elif charge.status == "succeeded":
                return charge
        return None

    def movements_of(self, dispute: Dispute) -> list[DisputeMovement]:
        """Return what a dispute has moved."""
        return [
            line
            for line in self.dispute_movements
            if line.seen and line.stripe_dispute_id == dispute.stripe_id
        ]

    def held_by(self, dispute: Dispute) -> int:
        """
        Return what a dispute holds back now, fees apart: what it took, less what it gave back.

        Where it moved money in another currency than the guest paid in, all of it until half of
        what it took came back, by value: adjustments of a few cents are lines of their own.
        """
        lines = self.movements_of(dispute)
        amount = dispute.amount or 0
        moved = [line.amount or 0 for line in lines]
        if any(line.currency != dispute.currency for line in lines):
            took, gave = -sum(m for m in moved if m < 0), sum(m for m in moved if m > 0)
            return amount if 2 * gave < took else 0
        return min(max(0, -sum(moved)), amount)

    def is_lost(self, dispute: Dispute) -> bool:
        """Say whether what a dispute holds back is gone: lost, or won in part and settled."""
        if dispute.status == "won":
            return any((line.amount or 0) > 0 for line in self.movements_of(dispute))
        return dispute.status == "lost"

    def disputed(self, *, lost: bool) -> int:
        """Return what disputes hold back that is lost, or that is not."""
        return sum(
            self.held_by(dispute)
            for dispute in self.disputes
            if dispute.seen and self.is_lost(dispute) is lost
        )

    def is_disputed(self, charge: Charge | None) -> bool:
        """Say whether a dispute keeps this charge from being refunded; an inquiry may not."""
        return any(
            d.is_open and not d.is_charge_refundable and self.charge_of(d) is charge
            for d in self.disputes
        )

    def refundable(self, charge: Charge | None) -> int | None:
        """
        Return how much of a charge can still be given back; None while it has not been seen.

        What was refunded, what is on its way back or promised, and what is in dispute or lost
        cannot.
        """
        if charge is None or not charge.seen:
            return None
        gone = sum(
            refund.amount or 0
            for refund in self.real_refunds
            if self.charge_of(refund) is charge and refund.status not in _GONE
        )
        held = sum(
            max(self.held_by(dispute), (dispute.amount or 0) if dispute.is_open else 0)
            for dispute in self.disputes
            if self.charge_of(dispute) is charge and not dispute.is_charge_refundable
        )
        return max(0, taken(charge) - gone - self.unexplained(charge) - held)

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
        return not captured(charge) or refund is self._release_of(charge)

    def _release_of(self, charge: Charge) -> Refund | None:
        """
        Return the row with which Stripe let go of what was held and not captured.

        There is one for a charge that was captured in part: the first that arrived of exactly that
        amount, which we did not ask for. Whether it has a balance transaction says nothing.
        """
        rest = uncaptured(charge)
        rows = [
            refund
            for refund in self.refunds
            if refund.status == "succeeded"
            and refund.amount == rest
            and refund.reason != RELEASED
            and not refund.promised
            and self.charge_of(refund) is charge
        ]
        return min(rows, key=_age, default=None) if rest else None

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
            refund.amount or 0
            for refund in self.real_refunds
            if self.charge_of(refund) is charge and refund.status != "refused"
        )
        return max(0, (charge.amount_refunded or 0) - uncaptured(charge) - known)

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
            if refund.status in ("promised", "pending", "requires_action")
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
    """Return how much of a charge was captured; old snapshots only say whether it was."""
    if charge.amount_captured is not None:
        return charge.amount_captured
    return (charge.amount or 0) if charge.captured else 0


def taken(charge: Charge) -> int:
    """Return how much came of a charge: a bank debit may say captured before any money came."""
    return captured(charge) if charge.status == "succeeded" else 0


def uncaptured(charge: Charge) -> int:
    """Return how much of a charge was held and not captured; more than was held may be captured."""
    return max(0, (charge.amount or 0) - captured(charge))


def hold_is_gone(charge: Charge) -> bool:
    """Say whether the money that this charge held has been let go."""
    return charge.expired or (not captured(charge) and bool(charge.refunded))


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


def waiting(movements: Iterable[CashBalanceTransaction]) -> dict[str, int]:
    """
    Return what waits of a guest's bank transfers at Stripe, by currency, where anything does.

    It is what the latest movement says was left. Of several in one second, the latest is the one
    that no other begins from.
    """
    of_currency: dict[str, list[CashBalanceTransaction]] = defaultdict(list)
    for movement in movements:
        if movement.seen and movement.ending_balance is not None:
            of_currency[movement.currency].append(movement)
    left = {currency: _left(rows) for currency, rows in sorted(of_currency.items())}
    return {currency: amount for currency, amount in left.items() if amount > 0}


def _left(rows: Sequence[CashBalanceTransaction]) -> int:
    newest = max((row.occurred_at for row in rows if row.occurred_at), default=None)
    last = sorted((row for row in rows if row.occurred_at == newest), key=lambda r: r.stripe_id)
    begins = Counter((row.ending_balance or 0) - (row.net_amount or 0) for row in last)
    for row in last:
        ends = row.ending_balance or 0
        own = (row.net_amount or 0) == 0
        if begins[ends] - own <= 0:
            return ends
    return last[-1].ending_balance or 0 if last else 0


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
                + [_movement_line(line) for line in self._seen("dispute_movements")]
            ),
            "charges": _sorted(map(_charge_line, self._seen("charges"))),
            "disputes": _sorted(map(_dispute_line, self._seen("disputes"))),
            "fraud_warnings": _sorted(map(_warning_line, self._seen("early_fraud_warnings"))),
            "reviews": _sorted(map(_review_line, self._seen("reviews"))),
        }

    def _seen(self, kind: str) -> list[Any]:
        """Return the rows of a kind that were seen themselves, not only named by others."""
        return [row for entry in self.entries for row in getattr(entry, kind) if row.seen]


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


def of_no_payment(children: Mapping[str, Iterable[Any]]) -> list[Entry]:
    """
    Return each charge that no payment is known of, with what belongs to it.

    Other software of the hotel's may take money without a PaymentIntent, and a bank may dispute it.

    :param children: rows that may belong to payments, by kind; what belongs to one is left out.
    """
    found: dict[UUID, Entry] = {}
    for kind in ("charge", *OF_A_CHARGE):
        for row in sorted(children.get(kind, ()), key=lambda row: row.stripe_id):
            if row.payment_id is None:
                charge = row.pk if kind == "charge" else row.charge_id or row.pk
                nobody = Payment(organization_id=row.organization_id, account=row.account)
                entry = found.setdefault(charge, Entry(nobody))
                getattr(entry, f"{kind}s").append(row)
    return list(found.values())


def _age(refund: Refund) -> tuple[bool, Any, str]:
    """Return where a refund stands by when it was made, those that never said it last."""
    return (refund.occurred_at is None, refund.occurred_at, refund.stripe_id)


def _order(entry: Entry) -> tuple[str, str, bool]:
    """Return where a payment stands among a booking's: an id is unique in its account only."""
    payment = entry.payment
    return (payment.stripe_id, payment.account, payment.livemode)


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
        "failure_code": charge.failure_code,
    }


def _movement_line(line: DisputeMovement) -> dict[str, Any]:
    return {
        "type": "dispute",
        "stripe_id": line.stripe_id,
        "amount": line.amount,
        "currency": line.currency,
    }


def _dispute_line(dispute: Dispute) -> dict[str, Any]:
    return {
        "stripe_id": dispute.stripe_id,
        "status": dispute.status,
        "reason": dispute.reason,
        "amount": dispute.amount,
    }


def _warning_line(warning: EarlyFraudWarning) -> dict[str, Any]:
    return {
        "stripe_id": warning.stripe_id,
        "fraud_type": warning.fraud_type,
        "actionable": warning.actionable,
    }


def _review_line(review: Review) -> dict[str, Any]:
    return {"stripe_id": review.stripe_id, "open": not review.closed}


def _sorted(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return these lines in the order of Stripe ids, with None for what Stripe has not told."""
    told = [
        {name: None if value == "" else value for name, value in line.items()} for line in lines
    ]
    return sorted(told, key=lambda line: str(line["stripe_id"]))
