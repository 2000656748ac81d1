"""Counting wrong signatures, so that a flood of them gets a shorter answer."""

import time
from hashlib import sha256

import structlog
from django.conf import settings
from django.core.cache import cache

logger = structlog.get_logger(__name__)


def seconds_to_wait(address: str) -> int:
    """
    Count one wrong signature of this address; return how many seconds it must wait.

    Nobody waits while the cache is away: to count is a courtesy to our own machines, no lock.
    """
    try:
        return _counted(f"wrong-signatures:{sha256(address.encode()).hexdigest()}", time.time())
    except Exception:
        logger.warning("flood.not_counted", exc_info=True)
        return 0


def _counted(key: str, now: float) -> int:
    count, ends = cache.get(key) or (0, now + settings.PAYMENTS_FLOOD_WINDOW)
    if ends <= now:
        count, ends = 0, now + settings.PAYMENTS_FLOOD_WINDOW
    cache.set(key, (count + 1, ends), timeout=settings.PAYMENTS_FLOOD_WINDOW * 2)
    return max(1, round(ends - now)) if count >= settings.PAYMENTS_FLOOD_LIMIT else 0
