"""Many at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def at_once(many: int, work: Callable[[int], Any]) -> list[Any]:
    """Do a thing many times at once, each in a thread with a connection of its own."""
    begin = threading.Barrier(many)

    def alone(number: int) -> Any:
        try:
            begin.wait(30)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as threads:
        return list(threads.map(alone, range(many)))
