"""What the tests of the endpoint share."""

import pytest
from django.core.cache import cache

from payments.models import WebhookEvent


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
