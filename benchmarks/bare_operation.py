"""
What an operation is measured against: the least a Django view can do that asks Stripe for money.

Its own settings, no middleware, nobody logged in, one view: ask the same stand-in with the SDK, as
anybody would, and insert one row by hand in autocommit, into a table like the one of payments. It
promises nothing, checks nothing, and loses what it asked for when it dies in between.
Served as `benchmarks.bare_operation:application`.
"""

import json
import uuid
from datetime import UTC, datetime

import environ
import stripe
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

from benchmarks.databases import BARE_PAYMENTS
from benchmarks.stays import ACCOUNT, ORGANIZATION

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

INSERT = (
    f"INSERT INTO {BARE_PAYMENTS} (id, account, livemode, stripe_id, organization_id, updated_at,"
    " type, status, amount, currency) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)

client = stripe.StripeClient(
    env("STRIPE_SECRET_KEY"),
    base_addresses={"api": env("STRIPE_API_BASE")},
    http_client=stripe.RequestsClient(timeout=20),
)


def payments(request: HttpRequest) -> JsonResponse:
    """Ask for a payment."""
    sent = json.loads(request.body)
    made = client.v1.payment_intents.create(
        {"amount": sent["amount"], "currency": "eur"}, {"stripe_account": ACCOUNT}
    )
    return _noted("payment", made)


def refunds(request: HttpRequest) -> JsonResponse:
    """Ask for a refund."""
    sent = json.loads(request.body)
    made = client.v1.refunds.create(
        {"amount": sent["amount"], "charge": sent["charge"]}, {"stripe_account": ACCOUNT}
    )
    return _noted("refund", made)


def _noted(type: str, made: stripe.PaymentIntent | stripe.Refund) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            (
                uuid.uuid4(),
                ACCOUNT,
                made.livemode if type == "payment" else False,
                made.id,
                ORGANIZATION,
                datetime.now(UTC),
                type,
                made.status,
                made.amount,
                made.currency,
            ),
        )
    return JsonResponse({"stripe_id": made.id, "status": made.status}, status=201)


urlpatterns = [path("payments/", payments), path("refunds/", refunds)]

application = get_wsgi_application()
