"""
Work that waits for somebody else's machine, in threads of their own, so that a slow mail server
delays mail alone and a slow Stripe delays requests to Stripe alone.

At most one thread of a kind in a process, and only while there is something to do. Any number of
processes may have one: each piece of work is given to one of them.
"""

import threading
from collections.abc import Callable
from typing import Any

import structlog
from django.db import connection

from payments.notifications import outbox
from payments.operations import mails
from payments.outgoing import keeping, promises, rereads
from payments.webhooks import resyncing

logger = structlog.get_logger(__name__)

Stop = Callable[[], bool]


class BackgroundThread:
    """Wakes up when called, does what is due, and ends."""

    def __init__(self, name: str, is_due: Callable[[], bool], work: Callable[[Stop], Any]) -> None:
        """
        Begin nothing yet.

        :param work: does what is due; it asks between two pieces whether to stop, and returns
            something false when nothing was due.
        """
        self._name = name
        self._is_due = is_due
        self._work = work
        self._thread: threading.Thread | None = None
        self._waking = threading.Lock()
        self._stopping = threading.Event()

    def wake(self) -> None:
        """Have what is due done; return at once."""
        with self._waking:
            if self._is_running() or not self._is_due():
                return
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def stop(self, patience: float = 5.0) -> bool:
        """
        Begin nothing else; say whether what is under way has ended.

        :param patience: in seconds. What takes longer is due again later.
        """
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(patience)
        return not self._is_running()

    def _is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set() and self._work(self._stopping.is_set):
                pass
        except Exception:  # the next time may go well, and all that is due still is
            logger.exception("background.failed", work=self._name)
        finally:
            connection.close()


def _keep(stop: Stop) -> Any:
    return keeping.keep_due(stop=stop)


def _read(stop: Stop) -> Any:
    return rereads.keep_due(stop=stop)


def _fetch(stop: Stop) -> None:
    resyncing.resync_by_itself(stop)


mail = BackgroundThread("mail", outbox.is_due, mails.deliver)
stripe = BackgroundThread("stripe", promises.is_due, _keep)
reads = BackgroundThread("reads", rereads.is_due, _read)
events = BackgroundThread("events", resyncing.is_due, _fetch)
THREADS = (mail, stripe, reads, events)


def wake() -> None:
    """Have everything done that waits for somebody else's machine; return at once."""
    for thread in THREADS:
        thread.wake()


def stop() -> bool:
    """Begin nothing else; say whether all that was under way has ended."""
    ended = [thread.stop() for thread in THREADS]
    return all(ended)
