"""What we have promised to ask of Stripe: written down before it is asked, due until decided."""

import random
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, QuerySet
from django.utils import timezone

from payments import bulk, conf
from payments.models import OutgoingRequest
from payments.outgoing import budget

State = OutgoingRequest.State

_asked_as: ContextVar[UUID | None] = ContextVar("asked_as", default=None)

_SOON = timedelta(seconds=5)  # after it was promised; a lease is ten longer than an attempt
_LONGEST_AT_FIRST = 30.0  # seconds, in the first ten attempts
_LONGEST = 3600.0
_AT_FIRST = 10


def lease() -> timedelta:
    """Return for how long an attempt is left alone: longer than one can take."""
    return timedelta(seconds=settings.STRIPE_TIMEOUT) + pause(10)


def pause(seconds: float) -> timedelta:
    """Return a pause before Stripe is asked again, as long as this machine makes them."""
    return timedelta(seconds=seconds * settings.PAYMENTS_PAUSES)


@contextmanager
def asked_as(request: UUID) -> Iterator[None]:
    """
    Let whatever is promised meanwhile point at the request to our API that it came of.

    Once somebody else took that request over nothing can be promised in its name any more: the
    database refuses the row.

    :param request: id of an `IdempotentRequest`.
    """
    token = _asked_as.set(request)
    try:
        yield
    finally:
        _asked_as.reset(token)


def promise(
    kind: str,
    *,
    about: Any,
    account: str,
    livemode: bool,
    params: dict[str, Any],
    by: Any = None,
    target: str = "",
) -> OutgoingRequest:
    """
    Write down that Stripe is to be asked, in the caller's transaction.

    Until `lease()` is over the worker leaves it to the caller, who calls `keeping.keep` once this
    is committed.

    A request that makes an object has the id of the row that stands for it, so that all that we
    know it by is one: the row, the API's `id`, the metadata's `transactionId`, the idempotency key.

    :param kind: one of `kinds.KINDS`.
    :param about: our own row of the object that it makes or changes; it has an organization.
    :param account: that holds the object; empty for the platform's own.
    :param params: as Stripe's documentation of the call has them.
    :param target: the Stripe id of the object that it changes.
    """
    own = {} if target else {"pk": about.pk}
    request = OutgoingRequest(
        **own,
        kind=kind,
        organization_id=about.organization_id,
        property_id=about.property_id,
        reservation_id=getattr(about, "reservation_id", None),
        account=account,
        livemode=livemode,
        about=about.pk,
        target=target,
        params=params,
        attempts=0 if target else 1,  # what makes an object is begun by being written down
        next_attempt_at=timezone.now() + lease(),
        asked_as_id=_asked_as.get(),
        created_by=by if getattr(by, "pk", None) else None,
    )
    bulk.insert([request])
    return request


def under_way(about: Any, *kinds: str) -> QuerySet[OutgoingRequest]:
    """Return what Stripe has not decided yet of these kinds of request about a row of ours."""
    rows = _open()
    return rows.filter(about=about, kind__in=kinds) if about else rows.none()


def next_round(tried: Collection[UUID], *, early: bool = False) -> list[UUID]:
    """
    Return the promises that come next, of each account the oldest first; nothing is locked.

    :param tried: those that do not come again.
    :param early: those that are not due yet, too.
    """
    rows = _ours() if early else _due(timezone.now())
    return budget.next_round(rows.exclude(pk__in=tried), "next_attempt_at")


def undecided(ids: Collection[UUID]) -> set[UUID]:
    """Return which of these promises Stripe has not decided yet."""
    return set(_open().filter(pk__in=ids).values_list("pk", flat=True))


def is_due() -> bool:
    """Say whether any promise is due."""
    return _due(timezone.now()).exists()


def _open() -> QuerySet[OutgoingRequest]:
    return OutgoingRequest.objects.filter(state=State.PROMISED)


def _ours() -> QuerySet[OutgoingRequest]:
    """Return those that our key can ask: what was promised in the other mode waits for its own."""
    return _open().filter(livemode=conf.asks_live())


def _due(now: datetime) -> QuerySet[OutgoingRequest]:
    return _ours().filter(next_attempt_at__lte=now)


def begin(request: OutgoingRequest) -> bool:
    """
    Begin the first attempt at a promise that was just made; say whether it is ours to make.

    One that makes an object has begun, and nobody takes it back, while its attempt will be over
    before the worker may make the next. What changes one may not be wanted any more by now.
    """
    now = timezone.now()
    if request.attempts and now < request.next_attempt_at - lease() + _SOON:
        return True
    begun = _open().filter(pk=request.pk, attempts=request.attempts)
    request.attempts = 1
    return bool(begun.update(attempts=1, next_attempt_at=now + lease()))


def claim(ids: Collection[UUID], *, early: bool = False) -> list[OutgoingRequest]:
    """
    Begin an attempt at each of these, unless somebody else has, or it is decided; return those.

    :param early: though they are not due yet.
    """
    now = timezone.now()
    rows = (_ours() if early else _due(now)).filter(pk__in=ids)
    with transaction.atomic():
        begun = list(rows.select_for_update(skip_locked=True).order_by("next_attempt_at", "id"))
        until = now + lease()
        OutgoingRequest.objects.filter(pk__in=[request.pk for request in begun]).update(
            attempts=F("attempts") + 1, next_attempt_at=until
        )
    for request in begun:
        request.attempts += 1
        request.next_attempt_at = until
    return begun


def put_off(request: OutgoingRequest, error: str, *, code: str, server_error: bool) -> None:
    """Try again after a pause that grows, no two of them alike."""
    number = request.attempts
    if number <= _AT_FIRST:
        longest = min(_LONGEST_AT_FIRST, 2.0 ** (number - 1))
    else:
        longest = min(_LONGEST, _LONGEST_AT_FIRST * 2.0 ** (number - _AT_FIRST))
    wait = pause(longest * random.uniform(0.5, 1))  # noqa: S311 - no secret
    OutgoingRequest.objects.filter(pk=request.pk, state=State.PROMISED).update(
        next_attempt_at=timezone.now() + wait,
        error=error[:2000],
        error_code=code[:100],
        server_errors=F("server_errors") + int(server_error),
    )


def take_next_key(request: OutgoingRequest) -> None:
    """Go on under another idempotency key: for this one Stripe only remembers that it failed."""
    request.key_number += 1
    request.server_errors = 0
    OutgoingRequest.objects.filter(pk=request.pk).update(
        key_number=request.key_number, server_errors=0
    )


def decide(request: OutgoingRequest, state: str, **facts: Any) -> bool:
    """Note how a promise ended; say whether it was still open."""
    facts |= {"state": state, "settled_at": timezone.now()}
    open = OutgoingRequest.objects.filter(pk=request.pk, state=State.PROMISED)
    if not open.update(**facts):
        request.refresh_from_db()
        return False
    set_facts(request, facts)
    return True


def note_kept(request: OutgoingRequest, **facts: Any) -> dict[str, Any]:
    """
    Write down that Stripe has done it, whatever an earlier attempt came to.

    :return: what the request says of it, to be set once the caller's transaction is over.
    """
    facts |= {"settled_at": timezone.now()}
    bulk.update(OutgoingRequest, list(facts), [SimpleNamespace(id=request.pk, **facts)])
    return facts


def decide_all(ended: Mapping[UUID, tuple[OutgoingRequest, dict[str, Any]]]) -> None:
    """Note how promises ended, in the caller's transaction, by id; those that are open still."""
    rows = OutgoingRequest.objects.filter(pk__in=ended, state=State.PROMISED)
    open = set(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    now = timezone.now()
    for id, (request, facts) in ended.items():
        if id in open:
            set_facts(request, {**facts, "settled_at": now})
    names = ["settled_at", *{name: None for _, facts in ended.values() for name in facts}]
    bulk.update(OutgoingRequest, names, [ended[id][0] for id in sorted(open)])


def set_facts(request: OutgoingRequest, facts: Mapping[str, Any]) -> None:
    """Let a request say what is written down of it."""
    for name, value in facts.items():
        setattr(request, name, value)


def oldest_open(now: datetime) -> timedelta:
    """Return for how long the oldest promise has been open."""
    first = _open().aggregate(Min("created_at"))["created_at__min"]
    return max(timedelta(), now - first) if first else timedelta()
