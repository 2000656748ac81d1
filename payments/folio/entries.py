"""One payment with all that belongs to it, and what can be said of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from payments.models import (
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

    def currency_of(self, dispute: Dispute) -> str:
        """Return what the guest paid in: a bank may name what it disputes in another currency."""
        charge = self.charge_of(dispute)
        return (charge.currency if charge else "") or self.payment.currency or dispute.currency

    def claimed_by(self, dispute: Dispute) -> int:
        """
        Return what a dispute is about, in the currency that the guest paid in.

        Where it is named in another one, nobody says which part: all that was taken.
        """
        if dispute.currency in ("", self.currency_of(dispute)):
            return dispute.amount or 0
        charge = self.charge_of(dispute)
        return taken(charge) if charge and charge.seen else self.received

    def held_by(self, dispute: Dispute) -> int:
        """
        Return what a dispute holds back now, fees apart: what it took, less what it gave back.

        Where it moved money in another currency than the guest paid in, all of it until half of
        what it took came back, by value: adjustments of a few cents are lines of their own.
        """
        paid_in = self.currency_of(dispute)
        lines = self.movements_of(dispute)
        amount = self.claimed_by(dispute)
        moved = [line.amount or 0 for line in lines]
        if any(line.currency != paid_in for line in lines):
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

    def dispute_of(self, charge: Charge | None) -> str:
        """Return where a charge's dispute stands: `open`, `lost`, `over`; empty without one."""
        rows = [d for d in self.disputes if d.seen and self.charge_of(d) is charge]
        if any(dispute.is_open for dispute in rows):
            return "open"
        if any(self.is_lost(dispute) and self.held_by(dispute) for dispute in rows):
            return "lost"
        return "over" if rows else ""

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
            max(self.held_by(dispute), self.claimed_by(dispute) if dispute.is_open else 0)
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

    def refunded_of(self, charge: Charge | None) -> int:
        """Return what went back of one charge, its unexplained part included."""
        known = sum(
            refund.amount or 0
            for refund in self.real_refunds
            if refund.status == "succeeded" and self.charge_of(refund) is charge
        )
        return known + (self.unexplained(charge) if charge is not None and charge.seen else 0)

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


def has_failed(payment: Payment) -> bool:
    """Say whether the last attempt at a payment failed, and nothing came after it."""
    back = payment.status == "requires_payment_method" and bool(payment.failure_code)
    return back or payment.status == "failed"


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
