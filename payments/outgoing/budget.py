"""
How many calls a second one account may cost, so that Stripe never turns us away for being too many.

Stripe allows 25 a second in test mode and 100 live (docs.stripe.com/rate-limits).
"""

import threading
import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber

ROUNDS = 30  # of about a second, after which what was tried is tried again when it is due
_MOST = 256  # of a round

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


def next_round(due: QuerySet[Any], *order: str) -> list[UUID]:
    """
    Return which of these calls come next.

    Each account has as many of them as it may cost calls in a second: so no account waits for the
    budget of another. Of those that are as urgent, the accounts take turns.

    :param order: what is urgent first, where that is known; then what is oldest.
    """
    *urgency, age = order
    of_account = Window(RowNumber(), partition_by="account", order_by=[*order, "pk"])
    rows = due.annotate(turn=of_account).filter(turn__lte=settings.PAYMENTS_CALLS_PER_SECOND)
    return list(rows.order_by(*urgency, "turn", age).values_list("pk", flat=True)[:_MOST])
