"""A booking's payments, newest first, each with what happened to it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from payments import words
from payments.folio import Entry, Folio, hold_is_gone
from payments.models import Charge, PaymentTransaction
from payments.panels import steps
from payments.panels.amounts import amount
from payments.panels.steps import Step
from payments.words import Said


@dataclass(frozen=True)
class Line:
    """One payment of a booking's history, with what happened to it."""

    id: UUID
    title: str
    said: Said
    amount: str
    counts: bool  # whether that amount came, or is held
    when: datetime | None
    method: str
    notes: list[str]
    is_held: bool
    hold_ends: datetime | None
    steps: list[Step]
    ids: list[tuple[str, str]]
    attached_by_hand: bool


def lines_of(folio: Folio) -> list[Line]:
    """Return a booking's payments, newest first."""
    lines = (_line(entry, folio.booking.currency) for entry in folio.entries)
    return sorted(lines, key=_age, reverse=True)


def stripe_ids(folio: Folio) -> set[str]:
    """Return the Stripe ids of a booking's payments, and of all that belongs to them."""
    return {
        row.stripe_id
        for entry in folio.entries
        for row in (
            entry.payment, *entry.charges, *entry.refunds, *entry.disputes,
            *entry.early_fraud_warnings, *entry.reviews,
        )
    }  # fmt: skip


def _age(line: Line) -> tuple[bool, datetime, UUID]:
    return (line.when is not None, line.when or datetime.min.replace(tzinfo=UTC), line.id)


def _line(entry: Entry, currency: str) -> Line:
    payment = entry.payment
    charge = words.telling(entry)
    came = entry.received or entry.authorized
    return Line(
        id=payment.pk,
        title=words.purpose(payment),
        said=words.payment(entry),
        amount=amount(came or payment.amount, payment.currency),
        counts=bool(came) and payment.currency == currency,
        when=(charge.occurred_at if charge else None) or payment.occurred_at,
        method=words.method(payment.payment_method, charge),
        notes=list(steps.notes_of(entry, currency)),
        is_held=payment.status == "requires_capture" and bool(entry.authorized),
        hold_ends=_hold_ends(entry),
        steps=sorted(_steps(entry, charge), key=_step_age, reverse=True),
        ids=list(_ids(entry)),
        attached_by_hand=payment.bound_by == PaymentTransaction.BoundBy.STAFF,
    )


def _hold_ends(entry: Entry) -> datetime | None:
    """Return until when held money can be taken."""
    if not entry.authorized:
        return None
    ends = [c.capture_before for c in entry.charges if c.capture_before and not hold_is_gone(c)]
    return min(ends, default=None)


def _steps(entry: Entry, telling: Charge | None) -> Iterator[Step]:
    """Yield what else happened than the attempt that tells how it was paid."""
    for charge in entry.charges:
        if charge.seen and charge.status == "failed" and charge is not telling:
            yield replace(steps.attempt(charge), title="Earlier attempt")
    yield from (steps.refund(entry, refund) for refund in entry.refunds if refund.seen)
    yield from (steps.movement(line) for line in entry.dispute_movements if line.seen)
    yield from steps.unshown(entry)


def _step_age(step: Step) -> tuple[bool, datetime]:
    return (step.when is None, step.when or datetime.min.replace(tzinfo=UTC))


def _ids(entry: Entry) -> Iterator[tuple[str, str]]:
    yield ("Payment", entry.payment.stripe_id)
    for charge in entry.charges:
        yield ("Charge", charge.stripe_id)
    for refund in entry.refunds:
        yield ("Refund", refund.stripe_id)
    for dispute in entry.disputes:
        yield ("Dispute", dispute.stripe_id)
    yield ("Account", entry.payment.account)
