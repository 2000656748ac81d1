import signal
import time
from threading import Event
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection

from payments import background, timed
from payments.webhooks import worker

logger = structlog.get_logger(__name__)

_IDLE = 0.2  # seconds between two looks at an empty inbox
_AWAY = 2.0  # seconds before a database that is away is asked again


class Command(BaseCommand):
    help = (
        "The worker: settles events as they come, asks Stripe for what was promised, sends mails, "
        "and does what time asks for. "
        "Run as many as you like; SIGTERM or Ctrl-C ends one after its batch."
    )
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        self.stdout.write("The worker waits for events. Ctrl-C ends it.")
        self.stdout.flush()
        clock = timed.Clock()
        while not stopped.is_set():
            try:
                worker.drain(stopped.is_set)
                clock.tick(time.monotonic())
                background.wake()
            except (OperationalError, InterfaceError):
                logger.warning("database.away", exc_info=True)
                connection.close()
                stopped.wait(_AWAY)
            except Exception:  # the next round may go well, and nothing is lost meanwhile
                logger.exception("worker.failed")
                stopped.wait(_AWAY)
            else:
                stopped.wait(_IDLE)
        background.stop()
        self.stdout.write("The worker has stopped.")
