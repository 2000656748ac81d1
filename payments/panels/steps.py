"""What happened to a payment, thing by thing, as people read it: on its page, and in admin."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from payments import words
from payments.folio import Entry, captured, hold_is_gone, uncaptured
from payments.models import Charge, Dispute, DisputeMovement, EarlyFraudWarning, Refund
from payments.panels.amounts import amount
from payments.words import GOOD, HELD, QUIET, WAIT, Said, protection, refunds

AWAITED = protection.AWAITED


@dataclass(frozen=True)
class Step:
    """
    An attempt, a refund, a hold let go, a dispute, what a bank took, a warning or a review.

    :param row: its record; where Stripe has counted a refund without showing it, its charge.
    :param until: what must happen by then, as `until_what` says.
    :param notes: what else the reader should know, in words.
    :param moved: money moved, for better or worse.
    """

    row: Any
    title: str
    said: Said
    amount: str
    when: datetime | None
    method: str = ""
    until: datetime | None = None
    until_what: str = ""
    notes: list[str] = field(default_factory=list)
    moved: bool = False

    @property
    def told(self) -> list[str]:
        """All that there is to read about it, in sentences."""
        return [note for note in (self.said.note, *self.notes) if note]


def notes_of(entry: Entry, currency: str) -> Iterator[str]:
    """
    Yield what a reader should know of a payment.

    :param currency: its booking's; empty where it has none.
    """
    payment = entry.payment
    if note := words.payment(entry).note:
        yield note
    if entry.so_far is not None and payment.status != "succeeded":
        so_far = amount(entry.so_far, payment.currency)
        yield f"{so_far} of {amount(payment.amount, payment.currency)} came so far."
    for charge in entry.charges:
        if captured(charge) and uncaptured(charge):
            held = amount(charge.amount, charge.currency)
            yield f"{held} was held; the rest was let go."
    if payment.seen and currency and payment.currency != currency:
        yield "In another currency than the booking: it counts in no figure."
    if payment.conflict:
        yield "Stripe contradicts itself here. Look in its dashboard first."


def attempt(charge: Charge) -> Step:
    """Return one attempt at a payment."""
    said = how_it_went(charge)
    held = said.tone == HELD
    return Step(
        charge,
        "Attempt",
        said,
        amount(charge.amount, charge.currency),
        charge.occurred_at,
        words.method(charge.payment_method, charge),
        until=charge.capture_before if held else None,
        until_what="It can be taken until",
        notes=list(_notes_of_attempt(charge)),
    )


def how_it_went(charge: Charge) -> Said:
    """Return how an attempt went."""
    if not charge.seen:
        return AWAITED
    if charge.status == "failed":
        return words.failed(charge.payment_method, charge.failure_code, charge.failure_reason)
    if charge.status == "pending":
        return Said("On its way", WAIT)
    if charge.status != "succeeded":
        return Said(words.spelled(charge.status), QUIET)
    if charge.captured:
        return Said("Taken", GOOD)
    return Said("Hold let go", QUIET) if hold_is_gone(charge) else Said("Held", HELD)


def _notes_of_attempt(charge: Charge) -> Iterator[str]:
    if charge.captured and captured(charge) != charge.amount:
        yield f"{amount(captured(charge), charge.currency)} of it was taken."
    if charge.risk_level in ("elevated", "highest"):
        yield f"Risk: {charge.risk_level}."


def refund(entry: Entry, row: Refund) -> Step:
    """Return one refund, or a hold that was let go."""
    shown = amount(row.amount, row.currency)
    if entry.is_release(row):
        said = Said("Let go", QUIET, "Release of a hold: no money moved.")
        return Step(row, "Held money", said, shown, row.occurred_at)
    dispute = entry.dispute_of(entry.charge_of(row))
    said = refunds.refund(row, dispute, shown) if row.seen else AWAITED
    reason = refunds.REASONS.get(row.reason, row.reason.replace("_", " "))
    notes = [f"Reason: {reason}."] if reason and not said.note else []
    sign = "−" if row.status == "succeeded" else ""
    return Step(row, "Refund", said, sign + shown, row.occurred_at, notes=notes)


def unshown(entry: Entry) -> Iterator[Step]:
    """Yield what went back of a payment by Stripe's count, and no refund has shown yet."""
    for charge in entry.charges:
        if charge.seen and (missing := entry.unexplained(charge)):
            said = Said(AWAITED.words, WAIT, "Stripe has counted it and not shown it yet.")
            yield Step(charge, "Refund", said, "−" + amount(missing, charge.currency), None)


def movement(row: DisputeMovement) -> Step:
    """Return what a bank took for a dispute, or gave back."""
    notes = []
    if row.fee:
        fee = amount(abs(row.fee), row.currency)
        notes = [f"Fee for the dispute: {fee}." if row.fee > 0 else f"A fee of {fee} came back."]
    sign = "−" if (row.amount or 0) < 0 else "+"
    shown = sign + amount(abs(row.amount or 0), row.currency)
    return Step(
        row, "Dispute", words.movement(row), shown, row.occurred_at, notes=notes, moved=True
    )


def dispute(entry: Entry, row: Dispute) -> Step:
    """Return one dispute; what it moved are steps of their own."""
    notes = [protection.why(row.reason).says] if row.seen else []
    if (held := entry.held_by(row)) and not entry.is_lost(row):
        notes.append(f"{amount(held, entry.currency_of(row))} is held back.")
    said = protection.dispute(row, entry)
    if first := refunded_already(entry, row):
        said = replace(said, note=f"{first} {said.note}".strip())
    return Step(
        row,
        dispute_title(row),
        said,
        amount(row.amount, row.currency),
        row.occurred_at,
        until=row.evidence_due_by if row.needs_response else None,
        until_what="Evidence is due by",
        notes=notes,
    )


def refunded_already(entry: Entry, row: Dispute) -> str:
    """Return that what is disputed was refunded before; empty where it was not, or it is over."""
    refunded = entry.refunded_of(entry.charge_of(row)) if row.is_open else 0
    said = protection.refunded_already(refunded, entry.claimed_by(row))
    return said.format(refunded=amount(refunded, entry.currency_of(row)))


def dispute_title(row: Dispute) -> str:
    """Return what a dispute is called: an inquiry has taken no money."""
    return "Inquiry" if row.status.startswith("warning_") else "Dispute"


def fraud_warning(entry: Entry, row: EarlyFraudWarning) -> Step:
    """Return one fraud warning."""
    charge = entry.charge_of(row)
    said = what_a_warning_asks(entry, row)
    return Step(
        row,
        "Fraud warning",
        Said(said.words, said.tone),
        amount(charge.amount, charge.currency) if charge else "–",
        row.occurred_at,
        notes=[f"The bank thinks that {protection.fraud(row)}."],
    )


def what_a_warning_asks(entry: Entry, row: EarlyFraudWarning, stay: str = "") -> Said:
    """
    Return what a fraud warning asks of the hotel.

    :param stay: where the stay stands, as `protection.warning` has it.
    """
    charge = entry.charge_of(row)
    return protection.warning(
        row,
        stay=stay,
        disputed=entry.is_disputed(charge),
        refundable=entry.refundable(charge),
        coming=charge is not None and charge.status == "pending",
    )


def review(row: Any) -> Step:
    """Return one review."""
    return Step(row, "Review", protection.review(row), "–", row.occurred_at)


def all_of(entry: Entry) -> Iterator[Step]:
    """Yield all that happened to a payment, kind by kind, each in the order in which it came."""
    yield from map(attempt, _in_time(entry.charges))
    yield from (refund(entry, row) for row in _in_time(entry.refunds))
    yield from unshown(entry)
    for row in _in_time(entry.disputes):
        yield dispute(entry, row)
        yield from map(movement, _in_time(entry.movements_of(row)))
    yield from (fraud_warning(entry, row) for row in _in_time(entry.early_fraud_warnings))
    yield from map(review, _in_time(entry.reviews))


def _in_time(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=age)


def age(row: Any) -> tuple[datetime, str]:
    """Return what puts records in the order in which they happened; without a time, last."""
    return (row.occurred_at or datetime.max.replace(tzinfo=UTC), row.stripe_id)
