"""Counting wrong signatures, so that a flood of them gets a shorter answer."""

import time
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache


def seconds_to_wait(address: str) -> int:
    """Count one wrong signature of this address; return how many seconds it must wait."""
    key = f"wrong-signatures:{sha256(address.encode()).hexdigest()}"
    now = time.time()
    count, ends = cache.get(key) or (0, now + settings.PAYMENTS_FLOOD_WINDOW)
    if ends <= now:
        count, ends = 0, now + settings.PAYMENTS_FLOOD_WINDOW
    cache.set(key, (count + 1, ends), timeout=settings.PAYMENTS_FLOOD_WINDOW * 2)
    return max(1, round(ends - now)) if count >= settings.PAYMENTS_FLOOD_LIMIT else 0
