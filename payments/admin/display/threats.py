"""Disputes, what they moved, fraud warnings and reviews, as lines below their payment."""

from collections.abc import Iterator
from typing import Any

from payments import words
from payments.admin.display import show
from payments.admin.display.lines import Line, age, doubts
from payments.folio import Entry
from payments.models import Dispute, DisputeMovement, EarlyFraudWarning
from payments.words import Said, protection


def lines_of(entry: Entry, place: Any) -> Iterator[Line]:
    """
    Yield what threatens one payment, or did: each dispute with what it moved, warnings, reviews.

    :param place: the record by whose house's clocks times are told.
    """
    for dispute in sorted(entry.disputes, key=age):
        yield _dispute(dispute, entry, place)
        for movement in sorted(entry.movements_of(dispute), key=age):
            yield _movement(movement, place)
    for warning in sorted(entry.early_fraud_warnings, key=age):
        yield _warning(warning, entry, place)
    for review in sorted(entry.reviews, key=age):
        yield _line(review, "Review", show.NOTHING, protection.review(review), place)


def _dispute(row: Dispute, entry: Entry, place: Any) -> Line:
    notes = [protection.why(row.reason).says] if row.seen else []
    if row.needs_response and row.evidence_due_by:
        notes.append(f"Evidence is due by {show.when(place, row.evidence_due_by)}.")
    if held := entry.held_by(row):
        notes.append(f"{show.amount(held, row.currency)} is held back.")
    title = "Inquiry" if row.status.startswith("warning_") else "Dispute"
    return _line(
        row, title, show.amount(row.amount, row.currency), protection.dispute(row), place, *notes
    )


def _movement(row: DisputeMovement, place: Any) -> Line:
    notes = [f"Fee for the dispute: {show.amount(row.fee, row.currency)}."] if row.fee else []
    return _line(
        row,
        "Moved by the dispute",
        show.amount(row.amount, row.currency),
        words.movement(row),
        place,
        *notes,
    )


def _warning(row: EarlyFraudWarning, entry: Entry, place: Any) -> Line:
    charge = entry.charge_of(row)
    amount = show.amount(charge.amount, charge.currency) if charge else show.NOTHING
    said = Said("Can be acted on", words.BAD) if row.actionable else Said("Over", words.QUIET)
    return _line(
        row,
        "Fraud warning",
        amount,
        said if row.seen else protection.AWAITED,
        place,
        f"The bank thinks that {protection.fraud(row)}.",
    )


def _line(row: Any, title: str, amount: str, said: Said, place: Any, *notes: str) -> Line:
    return Line(
        id=row.pk,
        title=title,
        stripe_id=row.stripe_id,
        url=show.url(row),
        amount=amount,
        badge=show.badge(said),
        when=show.when(place, row.occurred_at),
        notes=[*notes, *doubts(row)],
        under=True,
    )
