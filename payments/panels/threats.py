"""What threatens a booking's money, as its page shows it: disputes, fraud warnings, reviews."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from payments import hotel, words
from payments.folio import Entry, Folio
from payments.models import Dispute, EarlyFraudWarning, Review
from payments.panels import steps
from payments.panels.amounts import amount, amounts
from payments.words import Said, protection
from payments.words.protection import Why


@dataclass(frozen=True)
class DisputePanel:
    """
    One dispute.

    :param first: what must be known before all else; mostly empty.
    :param left: how soon evidence is due; None where none is asked for.
    :param fee: what was kept for the work of it, whoever wins; empty where nothing was.
    """

    id: UUID
    stripe_id: str
    title: str
    said: Said
    first: str
    why: Why
    code: str
    amount: str
    held: str
    fee: str
    of: str
    due: datetime | None
    left: Said | None
    answered: bool
    over: bool
    lost: bool


@dataclass(frozen=True)
class Decision:
    """A button: its verb, and where it asks once more."""

    verb: str
    url: str


@dataclass(frozen=True)
class WarningPanel:
    """One fraud warning, and what it asks of the hotel."""

    id: UUID
    stripe_id: str
    said: Said
    fraud: str
    of: str
    refundable: str  # empty where nothing can be given back, or nothing need be
    when: datetime | None
    actionable: bool
    decisions: list[Decision]  # what can be decided, by whoever may; none beside a dispute


@dataclass(frozen=True)
class ReviewPanel:
    """One payment that Stripe wants somebody to look at."""

    id: UUID
    stripe_id: str
    said: Said
    of: str
    when: datetime | None
    open: bool
    decisions: list[Decision]


@dataclass(frozen=True)
class Threats:
    """All of a booking, what is still open first."""

    disputes: list[DisputePanel]
    warnings: list[WarningPanel]
    reviews: list[ReviewPanel]


DISPUTED = Said("Disputed already", words.BAD, "It has become a dispute: answer that.")
_REVIEWED = (("Approve", "approve"), ("Refuse", "refuse"))


def of(folio: Folio, now: datetime) -> Threats:
    """Return what threatens a booking's money, or did."""
    stay, zone = folio.booking.stay(now), hotel.zone_named(folio.booking.timezone)
    disputes, warnings, reviews = [], [], []
    for entry in folio.entries:
        disputes += [dispute(row, entry, zone, now) for row in entry.disputes if row.seen]
        warnings += [warning(row, entry, stay) for row in entry.early_fraud_warnings if row.seen]
        reviews += [review(row, entry) for row in entry.reviews if row.seen]
    return Threats(
        disputes=sorted(disputes, key=_urgency),
        warnings=sorted(warnings, key=lambda each: not each.actionable),
        reviews=sorted(reviews, key=lambda each: not each.open),
    )


def _urgency(panel: DisputePanel) -> tuple[bool, bool, float, str]:
    due = panel.due.timestamp() if panel.due else 0.0
    return (panel.over, panel.left is None, due, panel.stripe_id)


def paid_with(entry: Entry) -> str:
    """Return the payment that all this is about: Deposit, Visa ·· 4242."""
    payment = entry.payment
    how = words.method(payment.payment_method, words.telling(entry))
    return ", ".join(filter(None, [words.purpose(payment), how]))


def dispute(row: Dispute, entry: Entry, zone: ZoneInfo, now: datetime) -> DisputePanel:
    """Return one dispute of a payment, its days by the clocks of `zone`."""
    due = row.evidence_due_by if row.needs_response else None
    return DisputePanel(
        id=row.pk,
        stripe_id=row.stripe_id,
        title=steps.dispute_title(row),
        said=protection.dispute(row, entry),
        first=steps.refunded_already(entry, row),
        why=protection.why(row.reason),
        code=row.network_reason_code,
        amount=amount(row.amount, row.currency),
        held=amount(entry.held_by(row), entry.currency_of(row)),
        fee=amounts(_fees(row, entry)),
        of=paid_with(entry),
        due=due,
        left=words.deadline(due, now, zone) if due else None,
        answered=bool(row.has_evidence or row.submission_count),
        over=not row.is_open,
        lost=entry.is_lost(row),
    )


def _fees(row: Dispute, entry: Entry) -> Iterator[tuple[str, int]]:
    sums: dict[str, int] = defaultdict(int)
    for line in entry.movements_of(row):
        sums[line.currency] += line.fee or 0
    yield from sums.items()


def warning(row: EarlyFraudWarning, entry: Entry, stay: str) -> WarningPanel:
    """Return one fraud warning of a payment whose stay stands there."""
    charge = entry.charge_of(row)
    refundable = entry.refundable(charge)
    asks = bool(row.actionable) and not entry.is_disputed(charge) and refundable != 0
    url = reverse("payments:refund_warned", args=[row.pk])
    return WarningPanel(
        id=row.pk,
        stripe_id=row.stripe_id,
        said=steps.what_a_warning_asks(entry, row, stay),
        fraud=protection.fraud(row),
        of=paid_with(entry),
        refundable=amount(refundable, charge.currency) if asks and charge and refundable else "",
        when=row.occurred_at,
        actionable=asks,
        decisions=[Decision("Refund guest", url)] if asks and refundable else [],
    )


def review(row: Review, entry: Entry) -> ReviewPanel:
    """Return one review of a payment."""
    said, disputed = protection.review(row), any(each.is_open for each in entry.disputes)
    if row.is_open and disputed:
        said = DISPUTED
    offered = _REVIEWED if row.is_open and not disputed else ()
    return ReviewPanel(
        id=row.pk,
        stripe_id=row.stripe_id,
        said=said,
        of=paid_with(entry),
        when=row.occurred_at,
        open=row.is_open,
        decisions=[
            Decision(verb, reverse(f"payments:{name}_review", args=[row.pk]))
            for verb, name in offered
        ],
    )
