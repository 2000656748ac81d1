"""
The same work for Celery: each task is a wake-up, never an event.

A message that is lost, doubled or late changes nothing, because the inbox is the record of work.
The beat schedule wakes the workers, and makes up for a broker that was away.
"""

from celery import shared_task

from payments import background, timed
from payments.webhooks import worker


@shared_task(ignore_result=True)
def drain() -> dict[str, int]:
    """Settle everything that is due now."""
    return dict(worker.drain())


@shared_task(ignore_result=True)
def run(job: str) -> int:
    """Run one timed job by its name."""
    return timed.run(timed.named(job))


@shared_task(ignore_result=True)
def deliver() -> None:
    """Have mails delivered: by a thread, so that a slow mail server never holds up a worker."""
    background.mail.wake()


@shared_task(ignore_result=True)
def keep() -> None:
    """Have Stripe asked, asked again, and missed events fetched: by threads; nothing waits."""
    for thread in (background.stripe, background.reads, background.events):
        thread.wake()
