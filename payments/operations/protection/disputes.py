"""Disputes as their desk lists them, and giving in to one."""

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from payments import hotel
from payments.hotel import Right
from payments.models import Dispute
from payments.operations import acting, activity, outcome
from payments.operations.protection import evidence, submissions
from payments.outgoing import promises

ANSWER, BANK, OVER = "answer", "bank", "over"


def listed(user: Any, standing: str = ANSWER) -> QuerySet[Any]:
    """
    Return the disputes that this person may see, by their deadline; those that are over, by age.

    :param standing: those to be answered, those that a bank decides now, or those that are over.
    """
    rows = Dispute.objects.filter(seen=True)
    if standing == OVER:
        return hotel.visible_to(user, rows.filter(status__in=Dispute.OVER)).order_by("-id")
    if standing == ANSWER:
        rows = rows.filter(status__in=Dispute.WAITING)
    else:
        rows = rows.exclude(status__in=(*Dispute.WAITING, *Dispute.OVER))
    rows = hotel.visible_to(user, rows)
    return rows.order_by(F("evidence_due_by").asc(nulls_last=True), "-id")


def accept(*, dispute: Dispute, by: Any) -> Dispute:
    """
    Give in: the guest keeps the money, for good.

    :raises Refused: they may not, or nobody waits for the hotel's answer any more.
    """
    hotel.require(by, Right.PROTECT, dispute.organization_id, dispute.property_id)
    account = acting.holder(dispute)
    with transaction.atomic():
        pack = submissions.lock(dispute)
        held = Dispute.objects.get(pk=dispute.pk)
        if submissions.answering(held, "accept_dispute"):
            return held  # clicked twice
        if submissions.answering(held, "submit_evidence"):
            raise evidence.AlreadySubmitted("The evidence is being handed in right now.")
        evidence.see_that_it_can_be_answered(held, pack.submitted_at, timezone.now())
        request = promises.promise(
            "accept_dispute",
            about=held,
            account=account.stripe_id,
            livemode=held.livemode,
            target=held.stripe_id,
            params={},
            by=by,
        )
        activity.note(
            "dispute_accepted",
            of=held,
            by=by,
            dispute=held.stripe_id,
            amount=held.amount,
            currency=held.currency,
        )
    return outcome.keep(request, held)
