"""The endpoint answers before all middleware that only pages need, and the same without it."""

import json

from django.conf import settings as django_settings

from payments.models import WebhookEvent
from sandbox.scenarios import SCENARIOS
from tests.conftest import stay_of


def test_no_other_middleware_touches_a_delivery(stripe, booking):
    event = SCENARIOS["deposit_and_balance"].events(stay_of(booking))[0]

    answer = stripe.posts(json.dumps(event).encode())

    assert answer.status_code == 200
    assert "Content-Security-Policy" not in answer
    assert "X-Frame-Options" not in answer
    assert not answer.cookies


def test_the_endpoint_answers_without_its_place_before_the_rest(stripe, booking, settings):
    settings.MIDDLEWARE = [
        name for name in django_settings.MIDDLEWARE if "WebhookEndpoint" not in name
    ]
    event = SCENARIOS["deposit_and_balance"].events(stay_of(booking))[0]

    answer = stripe.posts(json.dumps(event).encode())

    assert answer.status_code == 200
    assert WebhookEvent.objects.count() == 1
