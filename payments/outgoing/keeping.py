"""Keeping a promise: ask Stripe with no transaction open, then note what it answered."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from payments import effects
from payments.gateway import errors
from payments.gateway.api import Answer
from payments.models import Alert, OutgoingRequest, Payment, Refund, SetupIntent, Severity
from payments.outgoing import answers, budget, promises
from payments.outgoing.kinds import KINDS, REPLACED, Kind
from payments.records import settling, telling
from payments.records.loading import Rows

logger = structlog.get_logger(__name__)

State = OutgoingRequest.State

KEYS_LAST = timedelta(hours=24)  # how long Stripe remembers an idempotency key
_MOST_SERVER_ERRORS = 2  # of one key; it may be remembering the first
WAITS_LONG = timedelta(hours=1)
_MOST_TOLD = 500
_MOST = 64  # promises looked for at a time


def keep(request: OutgoingRequest) -> OutgoingRequest:
    """
    Make the first attempt at a promise that the caller has just committed; return it as it is then.

    Undecided, it stays promised, and the worker goes on with it. Its `answer` is what Stripe said
    to this process: secrets in it are for whoever asked, and are kept nowhere.
    """
    if not promises.begin(request):
        return OutgoingRequest.objects.get(pk=request.pk)
    _attempt(request, somebody_waits=True)
    return request


def keep_due(*, early: bool = False, stop: Callable[[], bool] = lambda: False) -> Counter[str]:
    """
    Keep every promise that is due now; return how many ended in which state.

    :param early: those that are not due yet, too.
    :param stop: asked between attempts, so that a worker can end cleanly.
    """
    ended: Counter[str] = Counter()
    tried: set[UUID] = set()
    while not stop():
        ids = [id for id in promises.due(_MOST + len(tried), early=early) if id not in tried]
        if not ids:
            break
        tried.update(ids)
        ended += _keep_each(ids, early, stop)
    return ended


def _keep_each(ids: Sequence[UUID], early: bool, stop: Callable[[], bool]) -> Counter[str]:
    def one(id: UUID) -> str:
        request = None if stop() else promises.claim(id, early=early)
        return _attempt(request) if request else ""

    def one_in_thread(id: UUID) -> str:
        try:
            return one(id)
        finally:
            connection.close()

    at_once = min(settings.PAYMENTS_CALLS_AT_ONCE, len(ids))
    if at_once <= 1:
        ended = [one(id) for id in ids]
    else:
        with ThreadPoolExecutor(at_once, thread_name_prefix="stripe") as pool:
            ended = list(pool.map(one_in_thread, ids))
    return Counter(state for state in ended if state)


def _attempt(request: OutgoingRequest, *, somebody_waits: bool = False) -> str:
    """
    Make one attempt; return the state that the promise is in afterwards.

    :param somebody_waits: whoever asked hears what comes of it.
    """
    kind = KINDS[request.kind]
    facts = {"request": str(request.pk), "kind": request.kind, "attempt": request.attempts}
    try:
        answer = _asked(request, kind)
    except errors.Undecided as error:
        promises.put_off(
            request,
            error.message,
            code=error.code,
            server_error=isinstance(error, errors.ServerError),
        )
        logger.warning("request.put_off", **facts, why=type(error).__name__, code=error.code)
        return State.PROMISED
    except errors.Final as error:
        ended, note = (
            State.REFUSED,
            partial(_note_refusal, request, kind, error, somebody_waits=somebody_waits),
        )
        facts |= {"why": type(error).__name__, "code": error.code}
    else:
        request.answer = answer.object
        ended, note = State.KEPT, partial(_note, request, kind, answer)
        facts |= {"stripe_id": answer.object.get("id")}
    try:
        note()
    except Exception as error:
        if isinstance(error, OperationalError) and not connection.is_usable():
            raise  # the database is away; the promise is due again by itself
        logger.exception("request.not_noted", **facts)
        promises.put_off(request, f"{type(error).__name__}: {error}", code="", server_error=False)
        return State.PROMISED
    logger.info("request.decided", state=ended, **facts)
    return ended


def _asked(request: OutgoingRequest, kind: Kind) -> Answer:
    """
    Make the call; before it is made again, look whether it was done.

    :raises GatewayError: Stripe did not do it, or did not say.
    """
    budget.wait(request.account)
    if request.attempts > 1:
        if found := _done_before(request, kind):
            return found
        if request.server_errors >= _MOST_SERVER_ERRORS:
            promises.take_next_key(request)
    answer = kind.ask(request)
    if answer.replayed and kind.read and request.target:
        return kind.read(request)  # what was true at the first call may not be so any more
    return answer


def _done_before(request: OutgoingRequest, kind: Kind) -> Answer | None:
    if kind.read and kind.is_done:
        found = kind.read(request)
        return found if kind.is_done(request, found.object) else None
    forgotten = timezone.now() - request.created_at > KEYS_LAST
    if forgotten or request.server_errors >= _MOST_SERVER_ERRORS:
        return kind.find(request)
    return None


def _note(request: OutgoingRequest, kind: Kind, answer: Answer) -> None:
    """Merge an answer as if it were an event, and note that the promise is kept."""
    with transaction.atomic():
        row = _apply(request, kind, answer)
        if kind.after:
            kind.after(request)
        params = {} if kind.private else request.params
        stripe_id = str(answer.object.get("id") or "")
        promises.decide(
            request, State.KEPT, stripe_id=stripe_id, params=params, error="", error_code=""
        )
    request.row = row


def _apply(request: OutgoingRequest, kind: Kind, answer: Answer) -> Any:
    """Merge an answer; return the row that the request is about, as it is then."""
    object, merged = answer.object, list[Rows]()
    made = str(object.get("id") or "")
    answers.apply(
        [object],
        account=made if object.get("object") == "account" else request.account,
        livemode=request.livemode,
        organization_id=request.organization_id,
        at=answer.at,
        promised={made: request.about} if made and not request.target else {},
        shows=kind.shows,
        then=merged.append,
    )
    return next((row for row in merged[0] if row.pk == request.about), None)


def _note_refusal(
    request: OutgoingRequest, kind: Kind, error: errors.Final, *, somebody_waits: bool
) -> None:
    """Note that Stripe will not do it, and what is true of the object instead."""
    found = Answer(error.object, error.at) if error.object else _read(request, kind)
    with transaction.atomic():
        if found:
            _apply(request, kind, found)
        elif not request.target:
            _mark_refused(request, kind, error)
        decided = promises.decide(
            request,
            State.REFUSED,
            stripe_id=str(error.object.get("id") or "") if error.object else "",
            params={} if kind.private else request.params,
            error=error.message[:2000],
            refusal=type(error).__name__,
            error_code=error.code[:100],
            error_param=error.param[:100],
            decline_code=error.decline_code[:100],
        )
        told = isinstance(error, errors.Declined)  # a payment's own rule tells that
        if decided and not somebody_waits and not told and error.code != REPLACED:
            why = error.message[:500]
            telling.say_what_happened([_alert("request_refused", request, why=why)])


def tell_of_waiting(now: datetime) -> int:
    """Say of what Stripe has not decided for an hour that it waits; return how many do."""
    waiting = list(
        OutgoingRequest.objects.filter(
            state=State.PROMISED, created_at__lt=now - WAITS_LONG
        ).order_by("created_at")[:_MOST_TOLD]
    )
    with transaction.atomic():
        told = Alert.objects.filter(kind="request_waits")
        ids = {str(request.pk) for request in waiting}
        told.filter(closed_at=None).exclude(detail__in=ids).update(closed_at=now)
        known = set(told.filter(detail__in=ids).values_list("detail", flat=True))
        new = [request for request in waiting if str(request.pk) not in known]
        telling.say_what_happened([_alert("request_waits", request) for request in new])
    return len(new)


def _alert(kind: str, request: OutgoingRequest, **facts: str) -> effects.Alert:
    return effects.Alert(
        kind=kind,
        severity=Severity.WARNING,
        is_news=True,
        lasting=True,
        account=request.account,
        livemode=request.livemode,
        object_id=request.target or str(request.about),
        organization_id=request.organization_id,
        property_id=request.property_id,
        reservation_id=request.reservation_id,
        detail=str(request.pk),
        facts={"request": request.kind, **facts},
    )


def _read(request: OutgoingRequest, kind: Kind) -> Answer | None:
    """Return the object that a request was to change, as it is; None where Stripe does not say."""
    try:
        return kind.read(request) if kind.read else None
    except errors.GatewayError:
        return None


def _mark_refused(request: OutgoingRequest, kind: Kind, error: errors.Final) -> None:
    """Let what we promised stand as refused; whatever it blocked is free again."""
    if kind.model not in (Payment, Refund, SetupIntent):
        return
    rows = kind.model.objects.filter(pk=request.about, stripe_id="")
    rows.update(status="refused", failure_code=error.code[:100], failure_reason=error.message[:500])
    for row in rows if kind.model is Refund else ():
        settling.revisit(row.payment, timezone.now())
