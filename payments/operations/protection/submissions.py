"""Bringing evidence to Stripe: staged while it is written, and handed in once, for good."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from payments import effects, hotel
from payments.errors import Invalid, NotAsThingsStand, Refused
from payments.hotel import Right
from payments.models import Dispute, EvidenceFile, EvidencePack, OutgoingRequest, Severity
from payments.operations import acting, activity, outcome
from payments.operations.protection import evidence as packs
from payments.operations.protection.evidence import AlreadySubmitted, NotActionable, Pack
from payments.outgoing import keeping, promises
from payments.records import telling
from payments.words import evidence as words

logger = structlog.get_logger(__name__)

State = OutgoingRequest.State

BEFORE_DEADLINE = timedelta(hours=6)  # when evidence is handed in by itself
_FILES_WAIT_UNTIL = timedelta(hours=1)  # before the deadline; then it goes without them
ANSWERS = ("submit_evidence", "accept_dispute")


def lock(dispute: Dispute) -> EvidencePack:
    """Return a dispute's pack; until the transaction ends nobody else answers the dispute."""
    row, _ = EvidencePack.objects.select_for_update().get_or_create(dispute=dispute)
    return row


def answering(dispute: Dispute, kind: str) -> OutgoingRequest | None:
    """Return the request of this kind about a dispute that Stripe has not decided yet."""
    return promises.under_way(dispute.pk, kind).first()


def why_closed(dispute: Dispute, row: EvidencePack | None, now: datetime) -> str:
    """
    Return why a dispute cannot be answered any more, in a sentence; empty where it can.

    :param row: what staff wrote so far.
    """
    try:
        if row is not None:  # before anybody answers, there is one
            _see_that_nobody_answers(dispute)
        packs.see_that_it_can_be_answered(dispute, row.submitted_at if row else None, now)
    except NotAsThingsStand as refusal:
        return str(refusal)
    return ""


def stage(*, dispute: Dispute, evidence: Mapping[str, Any], by: Any) -> Pack:
    """
    Write evidence over what was composed, and let Stripe keep it; no bank sees it yet.

    While Stripe has not answered, `staged_at` of what is returned is None.

    :raises Refused: as `evidence.edit`; or the account cannot be asked, or Stripe refuses.
    """
    hotel.require(by, Right.PROTECT, dispute.organization_id, dispute.property_id)
    account = acting.holder(dispute)
    with transaction.atomic():
        lock(dispute)
        _see_that_nobody_answers(dispute)
        packs.edit(dispute=dispute, evidence=evidence, by=by)
        request = _promise_stage(dispute, account.stripe_id, by)
    return _kept(dispute, request)


def attach_file(*, dispute: Dispute, name: str, file: Any, by: Any) -> EvidenceFile:
    """
    Put a file into the evidence and bring it to Stripe.

    Its `stripe_file_id` is empty while Stripe has not answered; the worker goes on then.

    :param name: one of Stripe's names for files.
    :raises Refused: as `evidence.add_file`; or the account cannot be asked, or Stripe refuses.
    """
    hotel.require(by, Right.PROTECT, dispute.organization_id, dispute.property_id)
    account = acting.holder(dispute)
    with transaction.atomic():
        lock(dispute)
        _see_that_nobody_answers(dispute)
        added = packs.add_file(dispute=dispute, name=name, file=file, by=by)
        request = promises.promise(
            "evidence_file",
            about=dispute,
            account=account.stripe_id,
            livemode=dispute.livemode,
            target=dispute.stripe_id,
            params={"file": str(added.pk), "name": name},
            by=by,
        )
    kept = keeping.keep(request)
    if kept.state == State.REFUSED:
        added.delete()  # there is nothing of it at Stripe; the booking keeps the attachment
        outcome.refuse(kept)
    if kept.state == State.KEPT:
        for staging in promises.under_way(dispute.pk, "stage_evidence"):
            keeping.keep(staging)
        added.refresh_from_db()
    return added


def submit(*, dispute: Dispute, by: Any) -> Pack:
    """
    Hand in the evidence, for good: the bank reads it, and nothing can be added any more.

    :raises Refused: they may not; it was handed in, or accepted; or the deadline has passed.
    """
    hotel.require(by, Right.PROTECT, dispute.organization_id, dispute.property_id)
    acting.holder(dispute)
    with transaction.atomic():
        request = _promise_submission(dispute, by)
    return _kept(dispute, request)


def submit_due(now: datetime) -> int:
    """
    Promise to hand in what has a deadline soon, where the hotel chose that; return how many.

    The worker asks Stripe; each is handed in once, and said so to the people of the house.
    """
    waiting = Dispute.objects.filter(
        status="needs_response",
        evidence_due_by__gt=now,
        evidence_due_by__lte=now + BEFORE_DEADLINE,
    ).exclude(pack__submitted_at__isnull=False)
    return sum(_submit_by_itself(dispute, now) for dispute in waiting.order_by("evidence_due_by"))


def _submit_by_itself(dispute: Dispute, now: datetime) -> bool:
    if not hotel.hands_in_evidence(dispute.organization_id) or _was_tried(dispute):
        return False
    due = dispute.evidence_due_by
    if answering(dispute, "evidence_file") and due and due - now > _FILES_WAIT_UNTIL:
        return False
    try:
        acting.holder(dispute)
        with transaction.atomic():
            request = _promise_submission(dispute, None, with_files=False)
            telling.say_what_happened([_handed_in(dispute)])
    except Refused as refusal:
        logger.warning("evidence.not_submitted", dispute=dispute.stripe_id, why=refusal.code)
        return False
    logger.info("evidence.submitted_by_itself", dispute=dispute.stripe_id, request=request.pk)
    return True


def _was_tried(dispute: Dispute) -> bool:
    """Say whether it was handed in, or given in to, by anybody; Stripe may have refused."""
    return OutgoingRequest.objects.filter(about=dispute.pk, kind__in=ANSWERS).exists()


def _promise_submission(dispute: Dispute, by: Any, *, with_files: bool = True) -> OutgoingRequest:
    """Promise to hand in a dispute's evidence, or return the promise that is open already."""
    row = lock(dispute)
    held = Dispute.objects.get(pk=dispute.pk)
    if under_way := answering(held, "submit_evidence"):
        return under_way  # clicked twice
    _see_that_nobody_answers(held)
    packs.see_that_it_can_be_answered(held, row.submitted_at, timezone.now())
    if with_files and answering(held, "evidence_file"):
        raise NotActionable("A file is still on its way to Stripe. Try again in a moment.")
    _give_up_staging(held, "It was handed in since.")
    request = promises.promise(
        "submit_evidence",
        about=held,
        account=held.account,
        livemode=held.livemode,
        target=held.stripe_id,
        params={"evidence": _all(held), "submit": True},
        by=by,
    )
    activity.note("evidence_submitted", of=held, by=by, dispute=held.stripe_id)
    return request


def _promise_stage(dispute: Dispute, account: str, by: Any) -> OutgoingRequest:
    _give_up_staging(dispute, "It was written anew since.")
    return promises.promise(
        "stage_evidence",
        about=dispute,
        account=account,
        livemode=dispute.livemode,
        target=dispute.stripe_id,
        params={"evidence": _all(dispute), "submit": False},
        by=by,
    )


def _all(dispute: Dispute) -> dict[str, str]:
    """Return everything that Stripe is to have: texts, files, and empty what staff took out."""
    pack = packs.pack(dispute)
    if pack.characters > words.MOST_CHARACTERS:
        most = f"{words.MOST_CHARACTERS:,}"
        raise Invalid("evidence", f"All texts together may have {most} characters.")
    draft = EvidencePack.objects.values_list("draft", flat=True).get(dispute=dispute)
    files = {name: each.stripe_file_id for name, each in pack.files.items() if each.stripe_file_id}
    return {**dict.fromkeys(draft, ""), **pack.evidence, **files}


def _give_up_staging(dispute: Dispute, why: str) -> None:
    """What Stripe was not given yet is not wanted any more: what comes now has all of it."""
    for request in promises.under_way(dispute.pk, "stage_evidence"):
        promises.decide(request, State.REFUSED, params={}, error=why, error_code="superseded")


def _see_that_nobody_answers(dispute: Dispute) -> None:
    kinds = {request.kind for request in promises.under_way(dispute.pk, *ANSWERS)}
    if "submit_evidence" in kinds:
        raise AlreadySubmitted("The evidence is being handed in right now.")
    if "accept_dispute" in kinds:
        raise NotActionable("Somebody has just given in to this dispute.")


def _kept(dispute: Dispute, request: OutgoingRequest) -> Pack:
    kept = keeping.keep(request)
    if kept.state == State.REFUSED and kept.error_code != "superseded":
        outcome.refuse(kept)
    dispute.refresh_from_db()
    return packs.pack(dispute)


def _handed_in(dispute: Dispute) -> effects.Alert:
    return effects.Alert(
        kind="evidence_handed_in",
        severity=Severity.INFO,
        is_news=True,
        lasting=True,
        account=dispute.account,
        livemode=dispute.livemode,
        object_id=dispute.stripe_id,
        organization_id=dispute.organization_id,
        property_id=dispute.property_id,
        reservation_id=dispute.reservation_id,
    )
