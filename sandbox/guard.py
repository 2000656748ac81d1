"""Why the sandbox will not run here: it is for laptops and tests, and sends nothing elsewhere."""

from urllib.parse import urlsplit

from django.conf import settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def refusal() -> str | None:
    """Return why the sandbox may not run with these settings, in a sentence; None if it may."""
    if not settings.DEBUG:
        return "The sandbox is for development: it runs with DEBUG=True alone."
    if "_live_" in settings.STRIPE_SECRET_KEY:
        return "STRIPE_SECRET_KEY is a live key: the sandbox never runs beside real money."
    return None


def elsewhere(url: str) -> str | None:
    """Return why the sandbox will not send to this address, in a sentence; None if it will."""
    where = urlsplit(url)
    if where.scheme in ("http", "https") and where.hostname in LOOPBACK:
        return None
    return f"The sandbox sends to this machine alone (127.0.0.1 or localhost), not to {url}."
