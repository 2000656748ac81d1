"""Whether the system can do its work, for load balancers and for Prometheus."""

import hmac

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from payments.monitoring.metrics import InboxMetrics
from payments.webhooks import inbox


def healthz(request: HttpRequest) -> HttpResponse:
    """Say whether events can be stored, and how long the oldest has waited."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        waiting = inbox.oldest_waiting(timezone.now())
    except (DatabaseError, InterfaceError):
        connection.close()
        return JsonResponse({"status": "failing", "database": "unreachable"}, status=503)
    return JsonResponse(
        {
            "status": "ok",
            "database": "ok",
            "oldest_waiting_seconds": round(waiting.total_seconds()),
        }
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus; with METRICS_TOKEN set, only to who brings it as a bearer token."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").encode("latin-1", "replace")
        if not hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
            return HttpResponse("A token is needed.\n", status=401, content_type="text/plain")
    registry = CollectorRegistry()
    try:
        registry.register(InboxMetrics())
        counted = generate_latest(registry)
    except (DatabaseError, InterfaceError):
        connection.close()
        said = "The database is unreachable.\n"
        return HttpResponse(said, status=503, content_type="text/plain")
    return HttpResponse(counted, content_type=CONTENT_TYPE_LATEST)
