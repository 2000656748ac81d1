"""A booking's payments, newest first, each with what happened to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from payments import words
from payments.folio import Entry, Folio, captured, hold_is_gone, uncaptured
from payments.models import Charge, DisputeMovement, PaymentTransaction, Refund
from payments.panels.amounts import amount
from payments.words import Said


@dataclass(frozen=True)
class Step:
    """Something that happened to a payment: a failed attempt, a refund, a hold let go."""

    title: str
    said: Said
    amount: str
    when: datetime | None
    method: str = ""
    moved: bool = False  # money moved, for better or worse


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
    hold_ends: datetime | None
    steps: list[Step]
    ids: list[tuple[str, str]]
    attached_by_hand: bool


def lines_of(folio: Folio) -> list[Line]:
    """Return a booking's payments, newest first."""
    lines = (_line(entry, folio.booking.currency) for entry in folio.entries)
    return sorted(lines, key=_age, reverse=True)


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
        notes=list(_notes(entry, currency)),
        hold_ends=_hold_ends(entry),
        steps=sorted(_steps(entry, charge), key=_step_age, reverse=True),
        ids=list(_ids(entry)),
        attached_by_hand=payment.bound_by == PaymentTransaction.BoundBy.STAFF,
    )


def _notes(entry: Entry, currency: str) -> Iterator[str]:
    payment = entry.payment
    said = words.payment(entry)
    if said.note:
        yield said.note
    if entry.so_far is not None and payment.status != "succeeded":
        so_far = amount(entry.so_far, payment.currency)
        yield f"{so_far} of {amount(payment.amount, payment.currency)} came so far."
    for charge in entry.charges:
        if captured(charge) and uncaptured(charge):
            held = amount(charge.amount, charge.currency)
            yield f"{held} was held; the rest was let go."
    if payment.seen and payment.currency != currency:
        yield "In another currency than the booking: it counts in no figure."
    if payment.conflict:
        yield "Stripe contradicts itself here. Look in its dashboard first."


def _hold_ends(entry: Entry) -> datetime | None:
    """Return until when held money can be taken."""
    if not entry.authorized:
        return None
    ends = [c.capture_before for c in entry.charges if c.capture_before and not hold_is_gone(c)]
    return min(ends, default=None)


def _steps(entry: Entry, telling: Charge | None) -> Iterator[Step]:
    for charge in entry.charges:
        if charge.seen and charge.status == "failed" and charge is not telling:
            yield Step(
                "Earlier attempt",
                words.failed(charge.payment_method, charge.failure_code, charge.failure_reason),
                amount(charge.amount, charge.currency),
                charge.occurred_at,
                words.method(charge.payment_method, charge),
            )
    for refund in entry.refunds:
        if refund.seen:
            yield _refund_step(entry, refund)
    for line in entry.dispute_movements:
        if line.seen:
            yield _movement_step(line)
    for charge in entry.charges:
        if charge.seen and (unexplained := entry.unexplained(charge)):
            yield Step(
                "Refund",
                Said("Details awaited", words.WAIT, "Stripe has counted it and not shown it yet."),
                "−" + amount(unexplained, charge.currency),
                None,
            )


def _refund_step(entry: Entry, refund: Refund) -> Step:
    shown = amount(refund.amount, refund.currency)
    if entry.is_release(refund):
        said = Said("Let go", words.QUIET, "Release of a hold: no money moved.")
        return Step("Held money", said, shown, refund.occurred_at)
    said = words.refund(refund)
    if not said.note and refund.reason:
        reason = words.REFUND_REASONS.get(refund.reason, refund.reason.replace("_", " "))
        said = Said(said.words, said.tone, f"Reason: {reason}.")
    sign = "−" if refund.status == "succeeded" else ""
    return Step("Refund", said, sign + shown, refund.occurred_at)


def _movement_step(line: DisputeMovement) -> Step:
    said = words.movement(line)
    if line.fee:
        fee = amount(abs(line.fee), line.currency)
        note = f"Fee for the dispute: {fee}." if line.fee > 0 else f"A fee of {fee} came back."
        said = Said(said.words, said.tone, note)
    sign = "−" if (line.amount or 0) < 0 else "+"
    shown = sign + amount(abs(line.amount or 0), line.currency)
    return Step("Dispute", said, shown, line.occurred_at, moved=True)


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
