"""
The least that an operation can be: what a bare view leaves out, by hand and with nothing around it.

A view of DRF and a token of knox's; one statement that says what the person may do and which
booking is meant; the promise, committed before Stripe is asked; and after it one transaction that
locks the booking and writes the money, the booking and that the promise is kept. It merges nothing,
tells nobody, and looks at nothing else of the booking.
Served as `benchmarks.least_operation:application`.
"""

import json
import uuid
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Any

import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application

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
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "knox"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["knox.auth.TokenAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
)
application = get_wsgi_application()

import stripe  # noqa: E402  Django comes first
from django.db import connection, transaction  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from benchmarks.databases import BARE_PAYMENTS, BARE_PROMISES  # noqa: E402
from benchmarks.stays import ACCOUNT  # noqa: E402

MAY = (
    "SELECT r.id, r.organization_id, m.role FROM reservations r"
    " JOIN memberships m ON m.organization_id = r.organization_id"
    " WHERE m.user_id = %s AND r.code = %s"
)
PROMISE = (
    f"INSERT INTO {BARE_PROMISES} (id, organization_id, reservation_id, account, params, state)"
    " VALUES (%s, %s, %s, %s, %s, 'promised')"
)
LOCK = "SELECT total FROM reservations WHERE id = %s FOR UPDATE"
NOTE = (
    f"WITH kept AS (UPDATE {BARE_PROMISES} SET state = 'kept', stripe_id = %s WHERE id = %s),"
    " booking AS (UPDATE reservations SET payment_status = 'pending' WHERE id = %s)"
    f" INSERT INTO {BARE_PAYMENTS} (id, account, livemode, stripe_id, organization_id, updated_at,"
    " type, status, amount, currency) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)

client = stripe.StripeClient(
    env("STRIPE_SECRET_KEY"),
    base_addresses={"api": env("STRIPE_API_BASE")},
    http_client=stripe.RequestsClient(timeout=20),
)


class Asking(APIView, ABC):
    """Promise, ask, note."""

    kind = ""

    def post(self, request: Request, code: str) -> Response:
        id, sent = uuid.uuid4(), request.data
        with connection.cursor() as cursor:
            cursor.execute(MAY, (request.user.pk, code))
            booking, organization, _ = cursor.fetchone()
            cursor.execute(PROMISE, (id, organization, booking, ACCOUNT, json.dumps(sent)))
            made = self.ask(sent, {"stripe_account": ACCOUNT, "idempotency_key": str(id)})
            with transaction.atomic():
                cursor.execute(LOCK, (booking,))
                cursor.execute(
                    NOTE,
                    (
                        *(made.id, id, booking),
                        *(id, ACCOUNT, False, made.id, organization, datetime.now(UTC)),
                        *(self.kind, made.status, made.amount, made.currency),
                    ),
                )
        return Response({"id": id, "stripe_id": made.id, "status": made.status}, status=201)

    @abstractmethod
    def ask(self, sent: Any, options: Any) -> Any:
        """Ask Stripe for it."""


class Payments(Asking):
    """Ask for a payment."""

    kind = "payment"

    def ask(self, sent: Any, options: Any) -> Any:
        asked: Any = {"amount": sent["amount"], "currency": "eur"}
        return client.v1.payment_intents.create(asked, options)


class Refunds(Asking):
    """Ask for a refund."""

    kind = "refund"

    def ask(self, sent: Any, options: Any) -> Any:
        asked: Any = {"amount": sent["amount"], "charge": sent["charge"]}
        return client.v1.refunds.create(asked, options)


urlpatterns = [
    path("reservations/<str:code>/payments/", Payments.as_view()),
    path("reservations/<str:code>/refunds/", Refunds.as_view()),
]
