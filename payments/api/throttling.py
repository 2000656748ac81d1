"""How much one person may ask in a while, so that a program gone wild is stopped."""

import time
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

logger = structlog.get_logger(__name__)


class PerPerson(BaseThrottle):
    """Counts what a person asks in each window of time; nobody waits while the cache is away."""

    seconds: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return True
        window = settings.PAYMENTS_API_WINDOW
        number, into = divmod(time.time(), window)
        try:
            count = _count(f"api:{request.user.pk}:{int(number)}", window * 2)
        except Exception:
            logger.warning("throttle.not_counted", exc_info=True)
            return True
        self.seconds = window - into
        return count <= int(settings.PAYMENTS_API_LIMIT)

    def wait(self) -> float | None:
        return self.seconds


def _count(key: str, timeout: float) -> int:
    if cache.add(key, 1, timeout):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # it has just gone
        cache.set(key, 1, timeout)
        return 1
