"""
What the door is measured against: the least a Django view can do with a signed event.

Its own settings, no middleware, one view: check the signature with the standard library, insert
by hand in autocommit. The table, its indexes and its foreign key are the inbox's; so is how long a
connection is kept. The standard library, since the SDK's own check does the same with more words
around it: this is the quicker rival.
Served as `benchmarks.bare:application`.
"""

import hashlib
import hmac
import json
import time
import uuid
from datetime import UTC, datetime

import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from benchmarks.databases import BARE_INBOX

env = environ.Env()

settings.configure(
    SECRET_KEY=env("SECRET_KEY"),
    ALLOWED_HOSTS=env.list("ALLOWED_HOSTS"),
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": env.db("DATABASE_URL")
        | {"CONN_MAX_AGE": 60, "OPTIONS": {"connect_timeout": 5}}  # seconds; as pms.settings
    },
    USE_TZ=True,
)

TOLERANCE = 300  # seconds
SECRETS = {
    secret: scope
    for scope, name in (
        ("connect", "STRIPE_CONNECT_WEBHOOK_SECRET"),
        ("platform", "STRIPE_WEBHOOK_SECRET"),
    )
    for secret in env.list(name)
}
INSERT = (
    f"INSERT INTO {BARE_INBOX} (id, scope, account, livemode, stripe_event_id, event_type, body,"
    " created_at, next_attempt_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT DO NOTHING"
)


def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Receive one event."""
    body = request.body
    scope = scope_of(body, request.headers.get("Stripe-Signature", ""))
    if scope is None:
        return HttpResponse(status=400)
    event = json.loads(body)
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            (
                uuid.uuid4(),
                scope,
                event.get("account", ""),
                event["livemode"],
                event["id"],
                event["type"],
                body,
                now,
                now,
            ),
        )
    return HttpResponse("Received.\n", content_type="text/plain")


def scope_of(body: bytes, header: str) -> str | None:
    """Return whose secret signed these bytes; None when nobody's did."""
    given = dict(part.partition("=")[::2] for part in header.split(","))
    stamp, proof = given.get("t", "0"), given.get("v1", "")
    if abs(time.time() - int(stamp)) > TOLERANCE:
        return None
    signed = stamp.encode() + b"." + body
    for secret, scope in SECRETS.items():
        expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        if hmac.compare_digest(expected, proof):
            return scope
    return None


urlpatterns = [path("api/webhooks/stripe", stripe_webhook)]

application = get_wsgi_application()
