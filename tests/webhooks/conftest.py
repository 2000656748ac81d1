"""What the tests of the endpoint share."""

import json
import urllib.request

import pytest
import stripe as sdk
from django.core.cache import cache

from payments.models import WebhookEvent
from sandbox.server.web import Sandbox
from tests.factories import AccountFactory


@pytest.fixture(autouse=True)
def nobody_has_knocked_yet():
    """Forget the wrong signatures that other tests have sent."""
    cache.clear()


@pytest.fixture
def inbox():
    """Return what the inbox says of each event: its state and its reason, by id."""

    def read(**chosen):
        rows = WebhookEvent.objects.filter(**chosen)
        return {row.stripe_event_id: (row.state, row.reason) for row in rows}

    return read


class Hotel:
    """A hotel's account in a sandbox that brings us nothing by itself."""

    def __init__(self, server):
        self.server = server
        bases = dict.fromkeys(("api", "files", "connect"), server.url)
        self.client = sdk.StripeClient("sk_test_x", base_addresses=bases, max_network_retries=0)
        self.id = self.client.v1.accounts.create({"country": "PT", "email": "a@example.com"}).id
        self.control(f"accounts/{self.id}/onboard")

    def control(self, path, **fields):
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.server.url}/_sandbox/{path}",
            data=json.dumps(fields).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return json.load(answer)

    def happened(self):
        """Return all events of the account, whether anybody was told of them or not."""
        with self.server.world.lock:
            return self.server.world.books(self.id).all("event")

    def pays(self, booking, amount, card="pm_card_visa", **fields):
        return self.client.v1.payment_intents.create(
            {
                "amount": amount,
                "currency": "eur",
                "confirm": True,
                "payment_method": card,
                "payment_method_types": ["card"],
                "metadata": {
                    "reservationId": str(booking.pk),
                    "orgId": str(booking.organization_id),
                },
                **fields,
            },
            {"stripe_account": self.id},
        )

    def refunds(self, intent, amount):
        self.client.v1.refunds.create(
            {"payment_intent": intent.id, "amount": amount}, {"stripe_account": self.id}
        )


@pytest.fixture
def hotel(settings, booking):
    with Sandbox(port=0, seed="resync") as server:
        server.start()
        settings.STRIPE_SECRET_KEY = "sk_test_x"
        settings.STRIPE_API_BASE = server.url
        settings.PAYMENTS_CALLS_PER_SECOND = 1_000
        found = Hotel(server)
        AccountFactory(stripe_id=found.id, account=found.id, organization=booking.organization)
        yield found
