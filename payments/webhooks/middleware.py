"""The webhook endpoint ahead of all other middleware: an event needs no session and no page."""

from collections.abc import Callable
from functools import cached_property

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from payments.webhooks.views import stripe_webhook


class WebhookEndpoint:
    """
    Answers Stripe before all other middleware.

    The rest of them is for pages, and takes longer than the endpoint itself. First in `MIDDLEWARE`;
    without it the endpoint answers the same, from its place among the addresses.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    @cached_property
    def address(self) -> str:
        """Where the endpoint is."""
        return reverse("payments:stripe_webhook")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == self.address:
            return stripe_webhook(request)
        return self.get_response(request)
