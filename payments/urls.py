"""The addresses of payments."""

from django.urls import include, path

from payments.monitoring.views import healthz, metrics
from payments.webhooks.views import stripe_webhook

app_name = "payments"

urlpatterns = [
    path("api/webhooks/stripe", stripe_webhook, name="stripe_webhook"),
    path("api/", include("payments.api.urls")),
    path("", include("payments.staff.urls")),
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
]
