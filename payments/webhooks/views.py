"""
The webhook endpoint: verify, write down, answer.

It makes one INSERT and no other call. A proven event is answered 200 once it is committed, whatever
will become of it; what is not proven is answered alike for every cause, and writes nothing.
"""

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import conf
from payments.models import Scope
from payments.webhooks import flood, inbox
from payments.webhooks.signature import BadSignature, verified_by

logger = structlog.get_logger(__name__)

_DRAINED = 16  # times the limit: how much of a body too large is read before the answer


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Receive one event of either scope."""
    body = _body(request)
    if body is None:
        return HttpResponse("The body is too large.\n", status=413, content_type="text/plain")
    try:
        secret = verified_by(
            body,
            request.headers.get("Stripe-Signature"),
            (*conf.secrets("connect"), *conf.secrets("platform")),
        )
    except BadSignature:
        return _refused(request)
    if not _written_down(body, _scope(secret)):
        answer = HttpResponse("Try again.\n", status=503, content_type="text/plain")
        answer["Retry-After"] = "5"
        return answer
    return HttpResponse("Received.\n", content_type="text/plain")


def _body(request: HttpRequest) -> bytes | None:
    """Return the bytes as they came; None when there are too many."""
    limit = settings.PAYMENTS_MAX_BODY
    try:
        body = request.read(limit + 1)
        if len(body) > limit:
            request.read(limit * _DRAINED)  # so that the sender reads the answer
            return None
    except UnreadablePostError:  # the sender hung up half-way
        return b""
    return body


def _scope(secret: str) -> Scope | None:
    """Return whose endpoint this secret belongs to; None where it serves both."""
    if secret not in conf.secrets("connect"):
        return Scope.PLATFORM
    return None if secret in conf.secrets("platform") else Scope.CONNECT


def _refused(request: HttpRequest) -> HttpResponse:
    address = request.META.get("REMOTE_ADDR", "")
    logger.warning("signature.refused")
    wait = flood.seconds_to_wait(address)
    if wait:
        answer = HttpResponse("Too many requests.\n", status=429, content_type="text/plain")
        answer["Retry-After"] = str(wait)
        return answer
    return HttpResponse("Not accepted.\n", status=400, content_type="text/plain")


def _written_down(body: bytes, scope: Scope | None) -> bool:
    """Commit the event; once more on a new connection, should the old one have died meanwhile."""
    for last_try in (False, True):
        try:
            inbox.receive(body, scope)
        except (DatabaseError, InterfaceError) as error:
            died = not connection.is_usable()
            connection.close()
            if last_try or not died:
                logger.exception("event.not_stored", error=type(error).__name__)
                break
        else:
            return True
    return False
