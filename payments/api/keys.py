"""
`Idempotency-Key`: a request that is repeated because its answer was lost is answered, not done.

One key is of a person, a method, an address and a body. Of many at once one goes on, and the others
hear that it is under way (`operations.once`).
"""

import json
import re
from collections.abc import Callable, Collection, Sequence
from hashlib import sha256
from typing import Any, ClassVar, Protocol

from django.db import IntegrityError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from payments.api import parsing, problems
from payments.errors import Invalid
from payments.models import IdempotentRequest, OutgoingRequest
from payments.operations import once
from payments.outgoing import promises

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

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

    def about(self, answer: dict[str, Any]) -> Collection[Any]:
        """Return our ids of what Stripe may have been asked about, by a remembered answer."""


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
    body = parsing.digest(request.data)
    row, ours = once.begin(request.user, digest, body=body, kinds=view.kinds)
    if row.body != body:
        raise problems.KeyWithAnotherBody
    if not ours:
        return _repeated(view, row)
    try:
        with promises.asked_as(row.pk):
            found = act()
    except IntegrityError as error:
        if once.was_taken_over(row):
            raise problems.InProgress from error
        once.give_up(row, view.kinds)
        raise
    except Exception as error:
        refusal = problems.handle(error, {})
        if refusal is None:
            once.give_up(row, view.kinds)
            raise
        found = refusal
    _remember(row, found)
    return found


def _repeated(view: Repeatable, row: IdempotentRequest) -> Response:
    """Return the answer to a request that was made before."""
    made = _made(view, row)
    if row.status is None:
        if not made or not once.is_abandoned(row):
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


def _made(view: Repeatable, row: IdempotentRequest) -> list[OutgoingRequest]:
    """Return what a request that is undecided has promised, or found promised by another."""
    if row.status not in (None, 202):
        return []
    made = list(once.promised(row, view.kinds))
    told = json.loads(row.answer) if row.answer else None
    if made or not isinstance(told, dict):
        return made
    asked = OutgoingRequest.objects.filter(about__in=view.about(told), kind__in=view.kinds)
    return list(asked.order_by("-id")[:1])


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
