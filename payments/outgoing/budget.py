"""
How many calls a second one account may cost, so that Stripe never turns us away for being too many.

Stripe allows 25 a second in test mode and 100 live (docs.stripe.com/rate-limits).
"""

import threading
import time

from django.conf import settings

_lock = threading.Lock()
_next: dict[str, float] = {}  # account → when its next call may be made


def wait(account: str) -> None:
    """Wait until this process may make another call about an account."""
    pause = 1 / settings.PAYMENTS_CALLS_PER_SECOND
    with _lock:
        now = time.monotonic()
        at = max(now, _next.get(account, 0.0))
        _next[account] = at + pause
    if at > now:
        time.sleep(at - now)
