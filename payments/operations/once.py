"""
What is sent twice is done once.

The row of a request is written before anything is done, so that of many at once one goes on. What
that one promises to ask of Stripe points at the row: when its process dies, whoever sends it again
after a minute hears what became of the promise, and only where nothing was promised it is done
again.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from payments.models import IdempotentRequest, OutgoingRequest

LONGEST = timedelta(seconds=55)  # that one request is worked on; whoever waits hears within 60


class Begun(NamedTuple):
    """The row of a request, and whether it is this very one that is to be worked on."""

    row: IdempotentRequest
    ours: bool


def begin(person: Any, digest: str, *, body: str = "", kinds: Sequence[str]) -> Begun:
    """
    Return the row of a request: a new one, or the one that was written when it first came.

    :param digest: of all that makes it the same request.
    :param body: a digest of what came with it.
    :param kinds: of the requests to Stripe that do it.
    """
    while True:
        row = IdempotentRequest(person=person, digest=digest, body=body)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            earlier = find(person, digest, kinds=kinds)
            if earlier is not None:
                return Begun(earlier, ours=False)
        else:
            return Begun(row, ours=True)


def find(person: Any, digest: str, *, kinds: Sequence[str]) -> IdempotentRequest | None:
    """Return the row that was written when a request first came; None where it may be begun."""
    row = IdempotentRequest.objects.filter(person=person, digest=digest).first()
    return None if row is None or _let_go(row, kinds) else row


def promised(row: IdempotentRequest, kinds: Sequence[str]) -> QuerySet[OutgoingRequest]:
    """Return what a request has promised to ask of Stripe, in the order it did."""
    return row.promises.filter(kind__in=kinds).order_by("id")


def is_abandoned(row: IdempotentRequest) -> bool:
    """Say whether whoever worked on a request must have died."""
    return row.status is None and timezone.now() - row.begun_at >= LONGEST


def was_taken_over(row: IdempotentRequest) -> bool:
    """Say whether somebody else does now what this row was written for."""
    return not IdempotentRequest.objects.filter(pk=row.pk).exists()


def give_up(row: IdempotentRequest, kinds: Sequence[str]) -> None:
    """Let a request that failed by our own fault be made again, unless it promised something."""
    with transaction.atomic():
        held = IdempotentRequest.objects.select_for_update().filter(pk=row.pk).first()
        if held is not None and not promised(held, kinds).exists():
            held.delete()


def _let_go(row: IdempotentRequest, kinds: Sequence[str]) -> bool:
    """Forget a request that is over for long, or whose process died before it promised anything."""
    age = timezone.now() - row.begun_at
    if age < row.REMEMBERED and not is_abandoned(row):
        return False
    rows = IdempotentRequest.objects.filter(pk=row.pk, status=row.status)
    with transaction.atomic():
        held = list(rows.select_for_update())  # what is being promised waits, and then fails
        if held and age < row.REMEMBERED and promised(row, kinds).exists():
            return False
        rows.delete()
    return True
