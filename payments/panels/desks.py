"""What waits at the desks, a line each: disputes, payments in doubt, holds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from payments import hotel
from payments.folio import Entry, entries
from payments.hotel import Brief, Right, Rights
from payments.models import Charge, Dispute, EarlyFraudWarning, EvidencePack, Payment, Review
from payments.operations.protection import doubts
from payments.panels import threats
from payments.panels.amounts import amount
from payments.records import bookings
from payments.words import BAD, GOOD, QUIET, WAIT, Said, deadline

READ_WITH = ("organization", "property", hotel.GUEST, hotel.HOUSE)

STAYS = {
    "future": Said("Still to come", WAIT),
    "in_house": Said("In house", WAIT),
    "departed": Said("Departed", QUIET),
}


@dataclass(frozen=True)
class Line:
    """
    Something that waits, with the stay that it is about.

    :param booking: None where it belongs to none yet.
    :param stay: where the stay stands; None without one.
    :param url: of the page where all of it stands; of unmatched money where there is no booking.
    :param zone: by whose clocks its times are shown.
    """

    id: UUID
    booking: Brief | None
    stay: Said | None
    place: str
    url: str
    zone: str


def _of(row: Any, now: datetime) -> dict[str, Any]:
    """Return what every line has."""
    booking = hotel.brief(row)
    return {
        "id": row.pk,
        "booking": booking,
        "stay": STAYS.get(hotel.stay_of(row, now)),
        "place": hotel.place(row),
        "url": booking.url if booking else reverse("payments:unmatched"),
        "zone": hotel.zone(row).key,
    }


# Disputes ----------------------------------------------------------------


@dataclass(frozen=True)
class DisputeLine(Line):
    """One dispute, and how far the hotel's answer is."""

    dispute: threats.DisputePanel
    evidence: Said


def disputes(rows: Sequence[Dispute], now: datetime) -> list[DisputeLine]:
    """Return disputes, read with `READ_WITH`, as their desk lists them."""
    of = _entries(rows)
    packs = EvidencePack.objects.filter(dispute__in=[row.pk for row in rows])
    known = {pack.dispute_id: pack for pack in packs.annotate(held=Count("files"))}
    found = []
    for row in rows:
        common = _of(row, now)
        common["url"] += "?tab=dispute" if common["booking"] else ""
        panel = threats.dispute(row, of[row.pk], hotel.zone(row), now)
        evidence = _evidence(row, known.get(row.pk))
        found.append(DisputeLine(**common, dispute=panel, evidence=evidence))
    return found


def _evidence(row: Dispute, pack: EvidencePack | None) -> Said:
    """Return how far the answer to a dispute is."""
    held: int = getattr(pack, "held", 0)
    files = f" {held} file{'s' if held != 1 else ''}." if held else ""
    if not row.needs_response:
        handed = row.has_evidence or row.submission_count or (pack and pack.submitted_at)
        return Said("Handed in", GOOD) if handed else Said("Nothing was handed in", QUIET)
    if not row.reservation_id:
        return Said("Nothing yet", BAD, "Attach the payment to its booking first.")
    if pack and pack.staged_at:
        return Said("At Stripe", WAIT, f"Nobody has handed it in yet.{files}")
    if pack and (pack.edited_at or held):
        return Said("Being written", WAIT, f"Stripe does not have it yet.{files}")
    return Said("Composed from the stay", WAIT, "Nobody has looked at it yet.")


# Payments in doubt -------------------------------------------------------


@dataclass(frozen=True)
class DoubtLine(Line):
    """
    One fraud warning or review.

    :param of: the payment that it is about, and its `amount`.
    :param decisions: what this person may decide; none where it is decided, or in dispute.
    """

    stripe_id: str
    title: str
    said: Said
    of: str
    amount: str
    refundable: str
    when: datetime | None
    decisions: list[threats.Decision]


def in_doubt(
    rows: Sequence[EarlyFraudWarning | Review], rights: Rights, now: datetime
) -> list[DoubtLine]:
    """Return fraud warnings and reviews, read with `READ_WITH`, as their desk lists them."""
    of = _entries(rows)
    approving = doubts.under_way([row.pk for row in rows if isinstance(row, Review)])
    found = []
    for row in rows:
        may = rights.at(row.organization_id, Right.PROTECT)
        tell = _review if isinstance(row, Review) else _warning
        line = tell(row, of[row.pk], approving=row.pk in approving, now=now)
        found.append(
            DoubtLine(
                **_of(row, now),
                stripe_id=row.stripe_id,
                of=threats.paid_with(of[row.pk]),
                amount=_asked_for(row, of[row.pk]),
                when=row.occurred_at,
                **{**line, "decisions": line["decisions"] if may else []},
            )
        )
    return found


def _warning(row: Any, entry: Entry, *, approving: bool, now: datetime) -> dict[str, Any]:
    panel = threats.warning(row, entry, hotel.stay_of(row, now))
    return {
        "title": f"Fraud warning: {panel.fraud}",
        "said": panel.said,
        "refundable": panel.refundable,
        "decisions": panel.decisions,
    }


def _review(row: Any, entry: Entry, *, approving: bool, now: datetime) -> dict[str, Any]:
    panel = threats.review(row, entry)
    left = entry.refundable(entry.charge_of(row)) or entry.authorized
    decisions = [] if approving else panel.decisions
    return {
        "title": "A payment to look at" if panel.open else "Payment looked at",
        "said": APPROVING if approving and panel.open else panel.said,
        "refundable": amount(left, entry.payment.currency) if decisions and left else "",
        "decisions": decisions,
    }


APPROVING = Said("Being approved", WAIT, "Stripe has not answered yet.")


def _asked_for(row: Any, entry: Entry) -> str:
    charge = entry.charge_of(row)
    if charge is not None and charge.amount is not None:
        return amount(charge.amount, charge.currency)
    payment = entry.payment
    return amount(payment.amount, payment.currency) if payment.currency else "–"


# Holds -------------------------------------------------------------------


@dataclass(frozen=True)
class HoldLine(Line):
    """
    Money that is held, and until when.

    :param left: how soon the hold runs out; None where nobody knows.
    :param may_change: whether this person may take it or let it go here.
    """

    method: str
    amount: str
    ends: datetime | None
    left: Said | None
    may_change: bool


def holds(rows: Sequence[Any], rights: Rights, now: datetime) -> list[HoldLine]:
    """Return holds, read with `READ_WITH` and annotated with `ends`, as their desk lists them."""
    charges = Charge.objects.filter(payment__in=[row.pk for row in rows]).order_by()
    found = []
    for entry in entries(rows, {"charge": charges}):
        row: Any = entry.payment
        may = rights.at(row.organization_id, Right.TAKE_PAYMENTS) and row.reservation_id
        found.append(
            HoldLine(
                **_of(row, now),
                method=threats.paid_with(entry),
                amount=amount(row.amount_capturable, row.currency),
                ends=row.ends,
                left=deadline(row.ends, now, hotel.zone(row)) if row.ends else None,
                may_change=bool(may),
            )
        )
    return found


def _entries(rows: Collection[Any]) -> dict[UUID, Entry]:
    """Return the payment of each row with all that belongs to it; an empty one for none."""
    payments = {row.payment_id for row in rows if row.payment_id}
    held = bookings.entries_of(Payment.objects.filter(pk__in=payments).order_by())
    by_payment = {entry.payment.pk: entry for entry in held}
    return {
        row.pk: by_payment.get(row.payment_id)
        or Entry(Payment(organization_id=row.organization_id, account=row.account))
        for row in rows
    }
