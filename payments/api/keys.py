"""
`Idempotency-Key`: a request that is repeated because its answer was lost is answered, not done.

One key is of a person, a method, an address and a body. Its row is written before anything is done,
so that of many at once one goes on and the others hear that it is under way. What that one promises
to ask of Stripe points at the row: when its process dies, whoever repeats the request after a
minute is told what became of the promise, and only where nothing was promised it is done again.
"""

import json
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple, Protocol

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from payments.api import parsing, problems
from payments.errors import Invalid
from payments.models import IdempotentRequest, OutgoingRequest
from payments.outgoing import promises

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LONGEST = timedelta(seconds=60)  # that one request is worked on

_KEY = re.compile(r"[\x20-\x7e]{1,255}")
_SECRETS = ("client_secret", "url")  # in what we answer; never kept
_FORGOTTEN = (400, 401, 403, 404, 405, 413, 415, 422, 429)


class Repeatable(Protocol):
    """A view whose requests may be repeated; `kinds` are of what it asks of Stripe."""

    kinds: ClassVar[Sequence[str]]

    def standing(self, made: Sequence[OutgoingRequest]) -> Response:
        """Return what is true now of what an earlier request promised."""

    def again(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return a remembered answer with the secret that it had, if it may be told again."""


class Kept(NamedTuple):
    """The row of a request, and whether it is this very one that is to be worked on."""

    row: IdempotentRequest
    ours: bool


def given(request: Request) -> str:
    """
    Return the key that came with a request; empty where none did.

    :raises Invalid: it is none.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return ""
    if not _KEY.fullmatch(key):
        raise Invalid(HEADER, "1 to 255 printable characters.")
    return key


def answer(view: Repeatable, request: Request, act: Callable[[], Response]) -> Response:
    """
    Return what `act` answers, or what it answered when this very request was made before.

    :raises KeyWithAnotherBody: it was made with another body.
    :raises InProgress: it is still worked on.
    """
    key = given(request)
    if not key:
        return act()
    parts = "\n".join([str(request.method), request.path, key])
    digest = sha256(parts.encode()).hexdigest()
    row, ours = _kept(view, request.user, digest, parsing.digest(request.data))
    if not ours:
        return _repeated(view, row)
    try:
        with promises.asked_as(row.pk):
            found = act()
    except IntegrityError as error:
        if IdempotentRequest.objects.filter(pk=row.pk).exists():
            row.delete()
            raise
        raise problems.InProgress from error  # somebody took it over; it is theirs
    except Exception as error:
        refusal = problems.handle(error, {})
        if refusal is None:
            row.delete()
            raise
        found = refusal
    _remember(row, found)
    return found


def _kept(view: Repeatable, person: Any, digest: str, body: str) -> Kept:
    """Return the row of a request: a new one, or the one that was written when it first came."""
    while True:
        row = IdempotentRequest(person=person, digest=digest, body=body)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            earlier = IdempotentRequest.objects.filter(person=person, digest=digest).first()
        else:
            return Kept(row, ours=True)
        if earlier is None or _let_go(view, earlier):
            continue
        if earlier.body != body:
            raise problems.KeyWithAnotherBody
        return Kept(earlier, ours=False)


def _promised(view: Repeatable, row: IdempotentRequest) -> QuerySet[OutgoingRequest]:
    """Return what a request has promised to ask of Stripe, in the order it did."""
    return row.promises.filter(kind__in=view.kinds).order_by("id")


def _let_go(view: Repeatable, row: IdempotentRequest) -> bool:
    """Forget a request that is over for long, or whose process died before it promised anything."""
    age = timezone.now() - row.begun_at
    if age < (LONGEST if row.status is None else row.REMEMBERED):
        return False
    rows = IdempotentRequest.objects.filter(pk=row.pk, status=row.status)
    with transaction.atomic():
        held = list(rows.select_for_update())  # what is being promised waits, and then fails
        if held and age < row.REMEMBERED and _promised(view, row).exists():
            return False
        rows.delete()
    return True


def _repeated(view: Repeatable, row: IdempotentRequest) -> Response:
    """Return the answer to a request that was made before."""
    made = list(_promised(view, row)) if row.status in (None, 202) else []
    if row.status is None:
        if not made or timezone.now() - row.begun_at < LONGEST:
            raise problems.InProgress
        row.status = 202  # its process died; what it promised is kept by the worker
    if row.status == 202 and made:
        found = _answered(lambda: view.standing(made))
        _remember(row, found)
    else:
        body = json.loads(row.answer) if row.answer else None
        kind = problems.MEDIA_TYPE if row.status >= 400 else None
        if body is not None and row.status < 400:
            body = view.again(body)
        found = Response(body, status=row.status, content_type=kind)
    found.headers[REPLAYED] = "true"
    return found


def _answered(act: Callable[[], Response]) -> Response:
    try:
        return act()
    except Exception as error:
        refusal = problems.handle(error, {})
        if refusal is None:
            raise
        return refusal


def _remember(row: IdempotentRequest, found: Response) -> None:
    """Keep an answer, without its secrets; or forget the request, where nothing came of it."""
    rows = IdempotentRequest.objects.filter(pk=row.pk)
    if found.status_code in _FORGOTTEN or found.status_code >= 500:
        rows.delete()
        return
    kept = found.data
    if isinstance(kept, dict):
        kept = {name: value for name, value in kept.items() if name not in _SECRETS}
    text = "" if kept is None else json.dumps(kept, cls=JSONEncoder)
    rows.update(status=found.status_code, answer=text)
