"""What must happen because time passes: jobs that ask the rules again, each at its own pace."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db.models import Q
from django.utils import timezone

from payments.models import (
    ConnectedAccount,
    Dispute,
    IdempotentRequest,
    Reason,
    Scope,
    State,
    WebhookEvent,
)
from payments.operations.payments import additional_charges
from payments.operations.protection import submissions
from payments.outgoing import keeping
from payments.records import holds, settling
from payments.records.binding import SPEAKS_OF_ACCOUNT
from payments.rules.payments import HOLD_NOTICE
from payments.webhooks import deliveries, inbox, retention

logger = structlog.get_logger(__name__)

_MISSED_LATELY = timedelta(days=7)  # so that a worker may have been away for a while


def warn_of_expiring_holds(now: datetime) -> int:
    """Ask the rules again about charges whose hold runs out soon, or just did; return how many."""
    soon = holds.running_out(now - HOLD_NOTICE, now + HOLD_NOTICE)
    return settling.ask_again_of("charge", soon, now)


def notice_missed_evidence(now: datetime) -> int:
    """Ask the rules again about disputes that nobody answered in time; return how many."""
    missed = Dispute.objects.filter(
        status__in=Dispute.WAITING,
        evidence_due_by__gt=now - _MISSED_LATELY,
        evidence_due_by__lte=now,
    )
    return settling.ask_again_of("dispute", missed, now)


def recall_known_accounts(now: datetime) -> int:
    """
    Make due what waits for an account that is known by now; return how many events.

    The transaction that makes an account known does this too; here is for the two having crossed.
    """
    waiting = WebhookEvent.objects.filter(
        Q(scope=Scope.CONNECT) | Q(event_type__startswith=SPEAKS_OF_ACCOUNT),
        state=State.QUARANTINED,
        reason=Reason.UNKNOWN_ACCOUNT,
        account__in=ConnectedAccount.objects.values("stripe_id"),
    )
    accounts = set(waiting.order_by().values_list("account", flat=True).distinct())
    return inbox.recall(accounts) if accounts else 0


def forget_answered_requests(now: datetime) -> int:
    """Forget what was asked of our API with an `Idempotency-Key` more than a day ago."""
    rows = IdempotentRequest.objects.filter(begun_at__lt=now - IdempotentRequest.REMEMBERED)
    return rows.delete()[1].get("payments.IdempotentRequest", 0)


def hand_in_evidence(now: datetime) -> int:
    """Hand in what has a deadline soon, where the hotel chose that; return how many."""
    return submissions.submit_due(now)


def tell_of_waiting_requests(now: datetime) -> int:
    """Say of what Stripe has not decided for an hour that it waits; return how many."""
    return keeping.tell_of_waiting(now)


def ask_guests_to_confirm(now: datetime) -> int:
    """Mail a link for each charge of a card on file whose bank asks; return how many."""
    return additional_charges.ask_guests()


JOBS: dict[Callable[[datetime], int], timedelta] = {
    warn_of_expiring_holds: timedelta(minutes=5),
    notice_missed_evidence: timedelta(minutes=5),
    hand_in_evidence: timedelta(minutes=5),
    tell_of_waiting_requests: timedelta(minutes=5),
    recall_known_accounts: timedelta(minutes=1),
    ask_guests_to_confirm: timedelta(seconds=30),
    forget_answered_requests: timedelta(hours=1),
    deliveries.notice_silent_accounts: timedelta(hours=1),
    retention.forget_payloads: timedelta(hours=1),
}


def named(name: str) -> Callable[[datetime], int]:
    """
    Return the job of this name.

    :raises KeyError: there is none.
    """
    return {job.__name__: job for job in JOBS}[name]


def run(job: Callable[[datetime], int]) -> int:
    """Run one job now."""
    done = job(timezone.now())
    if done:
        logger.info("job.done", job=job.__name__, rows=done)
    return done


class Clock:
    """Runs each job when its pause is over; the first time at once."""

    def __init__(self) -> None:
        self._due = dict.fromkeys(JOBS, float("-inf"))

    def tick(self, seconds: float) -> None:
        """Run what is due at this reading of a monotonic clock."""
        for job, pause in JOBS.items():
            if self._due[job] <= seconds:
                self._due[job] = seconds + pause.total_seconds()
                run(job)
