"""One run: how much of it, on which server, in which databases, logged where."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import processes
from benchmarks.databases import Databases
from benchmarks.processes import Served, TaskProcess
from benchmarks.sizes import Sizes


@dataclass(frozen=True)
class Run:
    """What every part of a run needs."""

    sizes: Sizes
    server: str  # gunicorn or granian
    databases: Databases
    log: Path  # what all processes say

    def tasks(self, url: str) -> AbstractContextManager[TaskProcess]:
        """Start a process inside the system with this database."""
        return processes.tasks(url, self.log)

    def serving(self, module: str, url: str, **env: str) -> AbstractContextManager[Served]:
        """
        Serve a module's WSGI application with this database.

        :param env: what else is in its environment.
        """
        return processes.serving(self.server, module, url=url, log=self.log, env=env)
