"""Keeping a promise: ask Stripe with no transaction open, then note what it answered."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from payments import bulk, effects
from payments.gateway import errors
from payments.gateway.api import Answer
from payments.models import Alert, OutgoingRequest, Payment, Refund, SetupIntent, Severity
from payments.outgoing import answers, budget, promises
from payments.outgoing.kinds import KINDS, REPLACED, Kind
from payments.records import settling, telling
from payments.records.merging import Showing

logger = structlog.get_logger(__name__)

State = OutgoingRequest.State

KEYS_LAST = timedelta(hours=24)  # how long Stripe remembers an idempotency key
_MOST_SERVER_ERRORS = 2  # of one key; it may be remembering the first
WAITS_LONG = timedelta(hours=1)
_CLOCKS_DIFFER = timedelta(minutes=1)  # at the most, Stripe's and ours
_MOST_TOLD = 500


def keep(request: OutgoingRequest) -> OutgoingRequest:
    """
    Make the first attempt at a promise that the caller has just committed; return it as it is then.

    Undecided, it stays promised, and the worker goes on with it. Its `answer` is what Stripe said
    to this process: secrets in it are for whoever asked, and are kept nowhere.
    """
    if not promises.begin(request):
        return OutgoingRequest.objects.get(pk=request.pk)
    _noted(_outcome(request), somebody_waits=True)
    return request


def keep_due(*, early: bool = False, stop: Callable[[], bool] = lambda: False) -> Counter[str]:
    """
    Keep every promise that is due now; return how many ended in which state.

    It goes by rounds, of which each account has as many promises as it may cost calls in a second:
    so no account waits for the budget of another. What was put off comes again when it is due and
    half a minute of rounds is over, however much others have to be asked.

    :param early: those that are not due yet, too.
    :param stop: asked between attempts, so that a worker can end cleanly.
    """
    ended: Counter[str] = Counter()
    tried: set[UUID] = set()
    for number in count(1):
        if stop():
            break
        ids = promises.next_round(tried, early=early)
        if not ids:
            break
        ended += _keep_each(ids, early, stop)
        tried |= promises.undecided(ids)
        if number % budget.ROUNDS == 0 and not early:
            tried.clear()
    return ended


def _keep_each(ids: Sequence[UUID], early: bool, stop: Callable[[], bool]) -> Counter[str]:
    """
    Ask for so many at once, each in a thread of its own, and note here what has been answered.

    Each promise is begun when there is a thread for it, and what several calls have brought
    meanwhile is noted together.
    """
    left, ended = list(ids), Counter[str]()
    at_once = min(settings.PAYMENTS_CALLS_AT_ONCE, len(ids))
    if at_once <= 1:
        for id in ids:
            begun = [] if stop() else promises.claim([id], early=early)
            ended.update(_noted(_outcome(request)) for request in begun)
        return ended
    with ThreadPoolExecutor(at_once, thread_name_prefix="stripe") as pool:
        asking: set[Future[Outcome]] = set()
        answered: set[Future[Outcome]] = set()
        while asking or (left and not stop()):
            free = 0 if stop() else at_once - len(asking)
            next, left = left[:free], left[free:]
            if next:
                begun = promises.claim(next, early=early)
                asking |= {pool.submit(_outcome_in_thread, request) for request in begun}
            ended.update(_note_all([each.result() for each in answered]))
            answered, asking = wait(asking, return_when=FIRST_COMPLETED)
        ended.update(_note_all([each.result() for each in answered]))
    return ended


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt: Stripe's answer, or why there is none."""

    request: OutgoingRequest
    said: Answer | errors.Undecided | errors.Final

    @property
    def kind(self) -> Kind:
        """The kind of request that it was."""
        return KINDS[self.request.kind]

    @property
    def facts(self) -> dict[str, Any]:
        """What the log says of it."""
        request, said = self.request, self.said
        facts = {"request": str(request.pk), "kind": request.kind, "attempt": request.attempts}
        if isinstance(said, Answer):
            return facts | {"stripe_id": said.object.get("id")}
        return facts | {"why": type(said).__name__, "code": said.code}


def _outcome(request: OutgoingRequest) -> Outcome:
    """Make one attempt."""
    try:
        return Outcome(request, _asked(request, KINDS[request.kind]))
    except (errors.Undecided, errors.Final) as error:
        return Outcome(request, error)


def _outcome_in_thread(request: OutgoingRequest) -> Outcome:
    try:
        return _outcome(request)
    finally:
        connection.close()


def _note_all(outcomes: Sequence[Outcome]) -> list[str]:
    """
    Note what came of attempts; return the states that the promises are in afterwards.

    Answers that only have to be merged are, together; where that fails, each for itself.
    """
    together = [
        (each, each.said)
        for each in outcomes
        if isinstance(each.said, Answer) and not each.kind.after
    ]
    if len(together) < 2:
        return [_noted(each) for each in outcomes]
    try:
        _note_together(together)
    except Exception as error:
        if isinstance(error, OperationalError) and not connection.is_usable():
            raise
        logger.warning("requests.not_noted_together", requests=len(together), exc_info=True)
        return [_noted(each) for each in outcomes]
    noted = [each for each, _ in together]
    for each in noted:
        logger.info("request.decided", state=each.request.state, **each.facts)
    alone = [each for each in outcomes if each not in noted]
    return [*(each.request.state for each in noted), *map(_noted, alone)]


def _noted(outcome: Outcome, *, somebody_waits: bool = False) -> str:
    """
    Note what came of one attempt; return the state that the promise is in afterwards.

    :param somebody_waits: whoever asked hears what comes of it.
    """
    request, said = outcome.request, outcome.said
    if isinstance(said, errors.Undecided):
        server_error = isinstance(said, errors.ServerError)
        promises.put_off(request, said.message, code=said.code, server_error=server_error)
        logger.warning("request.put_off", **outcome.facts)
        return State.PROMISED
    try:
        if isinstance(said, Answer):
            ended = State.KEPT
            _note(request, outcome.kind, said)
        else:
            ended = State.REFUSED
            _note_refusal(request, outcome.kind, said, somebody_waits=somebody_waits)
    except Exception as error:
        if isinstance(error, OperationalError) and not connection.is_usable():
            raise  # the database is away; the promise is due again by itself
        logger.exception("request.not_noted", **outcome.facts)
        promises.put_off(request, f"{type(error).__name__}: {error}", code="", server_error=False)
        return State.PROMISED
    logger.info("request.decided", state=ended, **outcome.facts)
    return ended


def _asked(request: OutgoingRequest, kind: Kind) -> Answer:
    """
    Make the call; before it is made again, look whether it was done.

    The second failure of Stripe's for a key is the end of that key: Stripe may only be remembering
    the first.

    :raises GatewayError: Stripe did not do it, or did not say.
    """
    budget.wait(request.account)
    if request.attempts > 1 and (found := _before_asking_again(request, kind)):
        return found
    try:
        answer = kind.ask(request)
    except errors.ServerError:
        request.server_errors += 1
        if request.server_errors < _MOST_SERVER_ERRORS:
            raise
        budget.wait(request.account)
        if found := _before_asking_again(request, kind):
            return found
        answer = kind.ask(request)
    if answer.replayed and kind.read and request.target:
        return kind.read(request)  # what was true at the first call may not be so any more
    return replace(answer, at=_moment(request, answer.object, answer.at))


def _moment(request: OutgoingRequest, object: dict[str, Any], at: datetime) -> datetime:
    """
    Return when an answer was true: asked again, Stripe says what it said the first time.

    That was when it made the object, which cannot have been before we promised it.

    :param at: when Stripe said it this time.
    """
    made = object.get("created")
    if request.attempts < 2 or request.target or not isinstance(made, int):
        return at
    first = (request.created_at - _CLOCKS_DIFFER).timestamp()
    return datetime.fromtimestamp(made, UTC) if first <= made <= at.timestamp() else at


def _before_asking_again(request: OutgoingRequest, kind: Kind) -> Answer | None:
    """Return what was done already; else see that the key is one that may still be answered."""
    found = _done_before(request, kind)
    if not found and request.server_errors >= _MOST_SERVER_ERRORS:
        promises.take_next_key(request)
    return found


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
    request.answer, request.answered_at = answer.object, answer.at
    with transaction.atomic():
        with bulk.together():
            row = _apply(request, kind, answer)
            noted = promises.note_kept(request, **_kept(request, kind, answer))
        if kind.after:
            kind.after(request)
    promises.set_facts(request, noted)
    request.row = row


def _note_together(outcomes: Sequence[tuple[Outcome, Answer]]) -> None:
    """Merge answers as one batch of events would be, and note that their promises are kept."""
    said = [(each.request, each.kind, answer) for each, answer in outcomes]
    shown = [_shown(request, kind, answer) for request, kind, answer in said]
    with transaction.atomic():
        answers.merge(shown)
        promises.decide_all(
            {request.pk: (request, _kept(request, kind, answer)) for request, kind, answer in said}
        )


def _kept(request: OutgoingRequest, kind: Kind, answer: Answer) -> dict[str, Any]:
    """Return what is noted of a promise that is kept."""
    return {
        "state": State.KEPT,
        "stripe_id": str(answer.object.get("id") or ""),
        "params": {} if kind.private else request.params,
        "error": "",
        "error_code": "",
    }


def _apply(request: OutgoingRequest, kind: Kind, answer: Answer) -> Any:
    """Merge an answer; return the row that the request is about, as it is then."""
    rows = answers.merge([_shown(request, kind, answer)])
    return next((row for row in rows if row.pk == request.about), None)


def _shown(request: OutgoingRequest, kind: Kind, answer: Answer) -> Showing:
    object = answer.object
    made = str(object.get("id") or "")
    return answers.showing(
        [object],
        account=made if object.get("object") == "account" else request.account,
        livemode=request.livemode,
        organization_id=request.organization_id,
        at=answer.at,
        promised={made: request.about} if made and not request.target else {},
        shows=kind.shows,
    )


def _note_refusal(
    request: OutgoingRequest, kind: Kind, error: errors.Final, *, somebody_waits: bool
) -> None:
    """Note that Stripe will not do it, and what is true of the object instead."""
    found = (
        Answer(error.object, _moment(request, error.object, error.at))
        if error.object
        else _read(request, kind)
    )
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
