"""The hotel's answer to a dispute: composed from the stay, edited by staff, with files."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from payments import hotel
from payments.errors import Invalid, NotAsThingsStand
from payments.folio import Entry
from payments.models import Dispute, EvidenceFile, EvidencePack, Notification, Payment
from payments.operations import activity, attachments
from payments.reading import clean
from payments.records import bookings
from payments.words import PURPOSES, method
from payments.words import evidence as words
from payments.words.mails import MAILS

logger = structlog.get_logger(__name__)

MOST_BYTES = 4_500_000  # of all files together, as Stripe hands them on


class DeadlinePassed(NotAsThingsStand):
    """The bank takes no answer any more."""

    code = "deadline_passed"


class AlreadySubmitted(NotAsThingsStand):
    """The bank has the answer."""

    code = "already_submitted"


class NotActionable(NotAsThingsStand):
    """Nobody asks for an answer."""

    code = "not_actionable"


@dataclass(frozen=True)
class Pack:
    """A dispute's evidence as it would be handed in now: texts and files by Stripe's names."""

    evidence: dict[str, str]
    files: dict[str, EvidenceFile]
    characters: int  # of `words.evidence.MOST_CHARACTERS`
    missing: list[str]  # what would help, in plain words
    staged_at: datetime | None
    submitted_at: datetime | None


def composed(dispute: Dispute) -> dict[str, str]:
    """Return what the hotel knows, as evidence by Stripe's names."""
    return words.compose(_case(dispute))


def kept(dispute: Dispute) -> EvidencePack | None:
    """Return what staff wrote so far; None where nobody began an answer."""
    return EvidencePack.objects.filter(dispute=dispute).first()


def pack(dispute: Dispute) -> Pack:
    """Return what would be handed in: what staff wrote, and what was composed beside it."""
    return pack_of(dispute, kept(dispute))


def pack_of(
    dispute: Dispute, row: EvidencePack | None, among: Collection[Entry] | None = None
) -> Pack:
    """
    Return what would be handed in, of what staff wrote.

    :param among: all payments of its booking, where they were read already.
    """
    case = _case(dispute, among)
    told = _told(words.compose(case), row.draft if row else {})
    files = {each.name: each for each in row.files.select_related("attachment")} if row else {}
    return Pack(
        evidence=told,
        files=files,
        characters=words.characters(told),
        missing=words.missing(case, told, files),
        staged_at=row.staged_at if row else None,
        submitted_at=row.submitted_at if row else None,
    )


def edit(*, dispute: Dispute, evidence: Mapping[str, Any], by: Any) -> Pack:
    """
    Write evidence over what was composed; an empty text says nothing under that name.

    What Stripe has been given before is no longer what stands here, until it is staged again.

    :raises MayNot: their role does not act on disputes.
    :raises Invalid: no such name, or too long; `field` is the name.
    :raises DeadlinePassed, AlreadySubmitted, NotActionable: it is too late.
    """
    hotel.require(by, hotel.Right.PROTECT, dispute.organization_id, dispute.property_id)
    written = {name: checked(name, text) for name, text in evidence.items()}
    now = timezone.now()
    with transaction.atomic():
        row = _held(dispute, now)
        row.draft = row.draft | written
        told = _told(composed(dispute), row.draft)
        if words.characters(told) > words.MOST_CHARACTERS:
            most = f"{words.MOST_CHARACTERS:,}"
            raise Invalid("evidence", f"All texts together may have {most} characters.")
        row.staged_at, row.edited_at, row.edited_by = None, now, by
        row.save()
        names = sorted(written)
        activity.note("evidence_edited", by=by, of=dispute, dispute=dispute.stripe_id, names=names)
    logger.info("evidence.edited", dispute=dispute.stripe_id, names=names)
    return pack(dispute)


def checked(name: str, text: Any) -> str:
    """
    Return a text as it is kept.

    :raises Invalid: there is no such name, it is no text, or too long.
    """
    if name not in words.TEXTS:
        file = " It is a file, not a text." if name in words.FILES else ""
        raise Invalid(str(name)[:100], f"There is no evidence of that name.{file}")
    label, most = words.TEXTS[name]
    if not isinstance(text, str) or clean(text) != text:
        raise Invalid(name, f"{label}: this is no text.")
    if len(text) > most:
        raise Invalid(name, f"{label}: at most {most:,} characters, and there are {len(text):,}.")
    return text.strip()


def add_file(*, dispute: Dispute, name: str, file: Any, by: Any) -> EvidenceFile:
    """
    Put a file into the evidence, in place of what stood under that name.

    :param name: one of Stripe's names for files.
    :raises Refused: as for `edit`, and as for any attachment.
    """
    hotel.require(by, hotel.Right.PROTECT, dispute.organization_id, dispute.property_id)
    if name not in words.FILES:
        raise Invalid("name", f"There is no file of that name: {', '.join(words.FILES)}.")
    booking = hotel.bookings([dispute.reservation_id]) if dispute.reservation_id else {}
    if not booking:
        raise NotActionable("Attach the payment to its booking first: files are kept with it.")
    with transaction.atomic():
        row = _held(dispute, timezone.now())
        kept = attachments.add(booking=next(iter(booking.values())), file=file, by=by)
        others = row.files.exclude(name=name).values_list("attachment__size", flat=True)
        if kept.size + sum(others) > MOST_BYTES:
            kept.file.storage.delete(str(kept.file.name))
            raise Invalid("file", "All files together may have 4.5 MB. Send smaller ones.")
        row.files.filter(name=name).delete()
        added = EvidenceFile.objects.create(pack=row, name=name, attachment=kept)
        row.staged_at = None
        row.save(update_fields=["staged_at"])
        facts = {"dispute": dispute.stripe_id, "attachment": str(kept.pk), "name": name}
        activity.note("evidence_file_added", by=by, of=dispute, **facts)
    return added


def see_that_it_can_be_answered(
    dispute: Dispute, submitted_at: datetime | None, now: datetime
) -> None:
    """
    See that a dispute still waits for the hotel's answer.

    :raises DeadlinePassed, AlreadySubmitted, NotActionable: it does not.
    """
    if dispute.status in Dispute.OVER:
        raise NotActionable("This dispute is over: the bank has decided.")
    again = dispute.status == "appeal_needs_response"  # after the answer that was handed in
    if (submitted_at and not again) or (dispute.seen and not dispute.needs_response):
        raise AlreadySubmitted("The evidence has been handed in. The bank reads it now.")
    if dispute.evidence_due_by is not None and now >= dispute.evidence_due_by:
        raise DeadlinePassed("The bank's deadline for evidence has passed.")


def _held(dispute: Dispute, now: datetime) -> EvidencePack:
    """Return a dispute's pack, locked, if it can still be changed."""
    row, _ = EvidencePack.objects.select_for_update().get_or_create(dispute=dispute)
    see_that_it_can_be_answered(dispute, row.submitted_at, now)
    return row


def _told(composed: Mapping[str, str], draft: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in {**composed, **draft}.items() if text}


def _case(dispute: Dispute, among: Collection[Entry] | None = None) -> words.Case:
    """Return what is known of what a dispute is about."""
    read = _read(dispute) if among is None else among
    entry = next((each for each in read if each.payment.pk == dispute.payment_id), None)
    payment, charge = (entry.payment, entry.charge_of(dispute)) if entry else (None, None)
    amount = (charge.amount_captured if charge else None) or (
        payment.amount_received if payment else None
    )
    paid_at = (charge.occurred_at if charge else None) or (payment.occurred_at if payment else None)
    currency = entry.currency_of(dispute) if entry else dispute.currency
    booking = dispute.reservation_id
    refunds = entry.real_refunds if entry else []
    return words.Case(
        reason=dispute.reason,
        currency=currency or "eur",
        paid=amount or dispute.amount or 0,
        paid_at=paid_at,
        method=method(payment.payment_method if payment else "", charge) or "card",
        story=hotel.story_of(booking) if booking else None,
        refunds=tuple(
            (row.amount or 0, row.occurred_at) for row in refunds if row.status == "succeeded"
        ),
        mails=_mails(dispute) if booking else (),
        receipt_url=charge.receipt_url if charge else "",
        others=_others(dispute, currency, read) if booking else (),
    )


def _read(dispute: Dispute) -> list[Entry]:
    """Return the payments of a dispute's booking; its own alone where it has none."""
    if dispute.reservation_id is None:
        return bookings.entries_of(Payment.objects.filter(pk=dispute.payment_id))
    return bookings.entries_of(Payment.objects.filter(reservation=dispute.reservation_id))


def _mails(dispute: Dispute) -> tuple[tuple[str, datetime], ...]:
    rows = Notification.objects.filter(
        reservation=dispute.reservation_id,
        to=Notification.Audience.GUEST,
        state=Notification.State.SENT,
        sent_at__isnull=False,
    )
    found = rows.order_by("sent_at").values_list("kind", "sent_at")
    return tuple((MAILS.get(kind, kind), at) for kind, at in found if at)


def _others(
    dispute: Dispute, currency: str, among: Collection[Entry]
) -> tuple[tuple[str, str, int], ...]:
    """Return the other payments of a stay that the same account took in this currency."""
    found = [
        (charge.pk, charge, entry.payment)
        for entry in among
        for charge in entry.charges
        if charge.status == "succeeded"
        and charge.pk != dispute.charge_id
        and (charge.currency, charge.account, charge.livemode)
        == (currency, dispute.account, dispute.livemode)
    ]
    return tuple(
        (charge.stripe_id, PURPOSES.get(payment.purpose, "Payment"), charge.amount_captured or 0)
        for _, charge, payment in sorted(found, key=lambda each: each[0])
    )
