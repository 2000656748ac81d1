"""What payments offers to any host: for its pages, and after it changed what a stay owes."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from payments import hotel, words
from payments.folio import Entry, Figures, Folio, captured, hold_is_gone
from payments.models import Alert, Charge, DisputeMovement, PaymentTransaction, Refund
from payments.money import EXPONENTS, from_decimal, to_decimal
from payments.notifications import messages
from payments.panels import threats
from payments.panels.amounts import amount, amounts
from payments.records import accounts, bookings
from payments.words import Said, connect

__all__ = [
    "CURRENCIES",
    "admin_inlines",
    "alerts_of",
    "amount",
    "amounts",
    "as_typed",
    "from_typed",
    "money_of",
    "payment_statuses",
    "refresh_money",
    "status",
]

CURRENCIES = frozenset(EXPONENTS)


def refresh_money(reservations: Collection[UUID]) -> None:
    """Compute these bookings' figures anew, because the hotel changed what they owe."""
    with transaction.atomic():
        bookings.recompute(reservations)


def payment_statuses() -> list[tuple[str, str]]:
    """Return every `payment_status` with its plain words, to choose from."""
    return [(status, said.words) for status, said in words.BOOKING.items()]


@dataclass(frozen=True)
class Notice:
    """An alert as people read it."""

    title: str
    text: str
    urgent: bool


@dataclass(frozen=True)
class NoCards:
    """
    Why no card can be taken for a house.

    :param wanted: what Stripe waits for.
    :param urgent: one could be, before.
    """

    why: str
    wanted: str
    urgent: bool


@dataclass(frozen=True)
class Part:
    """A part of the bar: where it begins and how wide it is, in percent."""

    kind: str
    words: str
    amount: int
    x: str
    width: str


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


@dataclass(frozen=True)
class Money:
    """A booking's money, as its page shows it."""

    currency: str
    total: int
    paid_elsewhere: int
    figures: Figures
    bar: list[Part]
    history: list[Line]
    alerts: list[Notice]
    threats: threats.Threats
    no_cards: NoCards | None  # None where one can be taken, or need not be any more
    may_change: bool

    @property
    def credit(self) -> int:
        """What the guest has paid beyond what is owed."""
        return max(0, -self.figures.balance)


def money_of(reservation: UUID, user: Any) -> Money:
    """Return the money of a booking that this person may see."""
    (folio,) = bookings.folios(hotel.bookings([reservation]).values())
    booking, now = folio.booking, timezone.now()
    return Money(
        currency=booking.currency,
        total=booking.total,
        paid_elsewhere=booking.paid_elsewhere,
        figures=folio.figures,
        bar=list(_bar(folio)),
        history=sorted(
            (_line(entry, booking.currency) for entry in folio.entries), key=_age, reverse=True
        ),
        alerts=alerts_of([reservation])[reservation],
        threats=threats.of(folio, now),
        no_cards=_no_cards(folio, now),
        may_change=bool(hotel.may_change(user, [booking.organization_id])),
    )


def _no_cards(folio: Folio, now: datetime) -> NoCards | None:
    booking = folio.booking
    if booking.stay(now) == "departed" and folio.figures.balance <= 0:
        return None
    account = accounts.taking([booking.organization_id]).get(accounts.place_of(booking))
    why = connect.cannot_take_cards(account)
    wanted = connect.requirements(account.wanted) if account and account.is_connected else []
    return NoCards(why, ", ".join(wanted), urgent=account is not None) if why else None


def alerts_of(reservations: Collection[UUID]) -> dict[UUID, list[Notice]]:
    """Return what staff must know about each of these bookings, newest first."""
    found: dict[Any, list[Notice]] = defaultdict(list)
    rows = Alert.objects.filter(reservation__in=reservations, closed_at=None)
    for alert in rows.select_related("property", "organization"):
        urgent = alert.severity in ("critical", "security")
        notice = Notice(messages.title(alert), messages.sentence(alert), urgent)
        found[alert.reservation_id].append(notice)
    return found


# The bar -----------------------------------------------------------------


def _bar(folio: Folio) -> Iterator[Part]:
    """
    Yield the parts of what the booking owes: what came, what went back again, what is due.

    What went back is due again unless the hotel lowered what the stay owes; it is shown once.
    """
    figures, elsewhere = folio.figures, folio.booking.paid_elsewhere
    due, over = max(0, figures.balance), max(0, -figures.balance)
    back = min(figures.refunded, due) if due else figures.refunded
    held = min(figures.authorized, due - back)
    stays = max(0, figures.paid - figures.refunded)
    disputed = min(figures.disputed, stays)
    lost = min(figures.lost, stays - disputed)
    kept = stays - disputed - lost
    parts = [
        ("kept", "Kept", kept, max(0, kept - over)),
        ("disputed", "Disputed", figures.disputed, disputed),
        ("lost", "Lost", figures.lost, lost),
        ("elsewhere", "Paid elsewhere", elsewhere, elsewhere),
        ("back", "Refunded", figures.refunded, back),
        ("held", "On hold", figures.authorized, held),
        ("due", "Due", due, due - back - held),
        ("over", "Too much", over, min(over, max(0, kept))),
    ]
    whole = sum(drawn for *_, drawn in parts)
    x = 0.0
    for kind, name, sum_of_it, drawn in parts:
        if sum_of_it <= 0 or (kind == "due" and not drawn):
            continue
        width = 100 * drawn / whole if whole else 0
        yield Part(kind, name, sum_of_it, f"{x:.3f}%", f"{width:.3f}%")
        x += width


# The history -------------------------------------------------------------


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
        if charge.captured and captured(charge) < (charge.amount or 0):
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
            why = words.decline(charge.failure_code, charge.failure_reason)
            yield Step(
                "Earlier attempt",
                Said("Declined", words.BAD, why),
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


# For the hotel's own admin -----------------------------------------------


def admin_inlines() -> list[Any]:
    """Return what shows a booking's money on the hotel's own admin page of it."""
    return [import_module("payments.admin.panels").PaymentsInline]


def status(payment_status: str) -> Said:
    """Return a booking's `payment_status` in plain words."""
    return words.booking(payment_status)


def as_typed(value: int, currency: str) -> Decimal:
    """Return an amount in minor units as a person would type it."""
    return to_decimal(value, currency)


def from_typed(value: Decimal, currency: str) -> int:
    """
    Return what a person typed in minor units.

    :raises ValueError: it has more digits than the currency, or is beyond any column.
    """
    return from_decimal(value, currency)
