"""
Carries mails in a thread of its own, so that a slow mail server delays mail and nothing else.

At most one thread a process, and only while there is something to carry. Any number of processes
may have one: the outbox gives a mail to one of them.
"""

import threading

import structlog
from django.db import connection

from payments.notifications import outbox
from payments.operations import mails

logger = structlog.get_logger(__name__)


class Postman:
    """Wakes up when called, delivers what is due, and rests."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._calling = threading.Lock()
        self._home = threading.Event()

    def wake(self) -> None:
        """Have what is due delivered; return at once."""
        with self._calling:
            if self._is_out() or not outbox.is_due():
                return
            self._home.clear()
            self._thread = threading.Thread(target=self._round, name="postman", daemon=True)
            self._thread.start()

    def rest(self, patience: float = 5.0) -> bool:
        """
        Begin no other mail; say whether the one under way has ended.

        :param patience: in seconds. A mail that takes longer is due again later.
        """
        self._home.set()
        if self._thread is not None:
            self._thread.join(patience)
        return not self._is_out()

    def _is_out(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _round(self) -> None:
        try:
            while not self._home.is_set() and mails.deliver(self._home.is_set):
                pass
        except Exception:  # the next round may go well, and every mail is still in the outbox
            logger.exception("postman.failed")
        finally:
            connection.close()


postman = Postman()
