"""Celery, for many servers: `celery -A pms worker` and `celery -A pms beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pms.settings")

app = Celery("pms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def schedule(sender: Celery, **_: object) -> None:
    """Wake the workers, and run each timed job at its own pace."""
    from payments import tasks, timed  # noqa: PLC0415 - only now are the apps loaded

    sender.add_periodic_task(1.0, tasks.drain.s(), expires=5)
    sender.add_periodic_task(2.0, tasks.deliver.s(), expires=5)
    sender.add_periodic_task(2.0, tasks.keep.s(), expires=5)
    for job, pause in timed.JOBS.items():
        sender.add_periodic_task(
            pause.total_seconds(), tasks.run.s(job.__name__), expires=pause.total_seconds()
        )
