"""How events come to the endpoints: signed, in the background, again when they were not taken."""

import heapq
import http.client
import logging
import random
import threading
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from sandbox import events
from sandbox.engine import Books, World
from sandbox.engine.errors import invalid
from sandbox.objects.methods import Object

logger = logging.getLogger(__name__)

PAUSES = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600]  # seconds before each further try
FATES = 2_000  # events of which it is known what became of them
SHUFFLED_OVER = 2.0  # seconds over which events are mixed up


class Endpoint(NamedTuple):
    """Where events of a scope go by default, without anybody having made it through the API."""

    url: str
    secret: str


class Fate(NamedTuple):
    """What became of an event at an address: waiting, delivered, refused, dropped, given up."""

    state: str
    tries: int = 0
    status: int = 0  # of the last answer; 0 if nobody answered

    def __str__(self) -> str:
        answer = str(self.status) if self.status else "no answer" if self.tries else ""
        more = [answer, f"{self.tries} tries" if self.tries > 1 else ""]
        said = ", ".join(filter(None, more))
        return self.state.replace("_", " ") + (f" ({said})" if said else "")


@dataclass(order=True)
class Job:
    """One event for one endpoint."""

    due: float
    number: int
    url: str
    secret: str
    body: bytes
    event: str
    tries: int = 0


class Delivery:
    """
    Brings events to their endpoints.

    :param own: the endpoints of this project by scope, platform and connect.
    :ivar fates: event id -> address -> what became of it there; of the last events alone.
    """

    def __init__(self, world: World, own: dict[str, Endpoint] | None = None) -> None:
        self.world = world
        self.own = own or {}
        self._condition = threading.Condition()
        self._jobs: dict[str, list[Job]] = {}
        self._workers: dict[str, threading.Thread] = {}
        self._number = 0
        self.fates: dict[str, dict[str, Fate]] = {}
        self._stopped = False
        self.counts = {"delivered": 0, "dropped": 0, "refused": 0, "given_up": 0}
        self.clear()

    # How it is set -----------------------------------------------------------

    def clear(self) -> None:
        """Deliver as well as can be."""
        self.set()

    def set(
        self,
        *,
        drop: float = 0.0,
        double: float = 0.0,
        shuffle: bool = False,
        delay: float = 0.0,
        seed: int | None = None,
    ) -> None:
        """
        Deliver worse.

        :param drop: the part of events that never comes, 0 to 1; `GET /v1/events` has them.
        :param double: the part that comes twice.
        :param shuffle: mixed up over two seconds: Stripe promises no order.
        :param delay: seconds before the first try.
        """
        for name, part in (("drop", drop), ("double", double)):
            if not 0 <= part <= 1:
                raise invalid(f"Invalid {name}: from 0 to 1", name)
        if delay < 0:
            raise invalid("Invalid delay: from 0 on", "delay")
        self.drop, self.double, self.shuffle, self.delay = drop, double, shuffle, delay
        self.seed = seed
        self._chance = random.Random(seed)

    def shown(self) -> dict[str, Any]:
        """Return how it is set, and what came of it so far."""
        with self._condition:
            waiting = sum(map(len, self._jobs.values()))
        return {
            "drop": self.drop,
            "double": self.double,
            "shuffle": self.shuffle,
            "delay": self.delay,
            "seed": self.seed,
            "waiting": waiting,
            **self.counts,
        }

    # What is brought ---------------------------------------------------------

    def take(self) -> None:
        """Take what has happened, and bring it to whoever wants to know."""
        with self.world.lock:
            told, self.world.outbox[:] = list(self.world.outbox), []
            jobs = [
                (url, secret, body, event["id"])
                for account, event in told
                for url, secret, body in self._addressed(account, event)
            ]
        for url, secret, body, event in jobs:
            self._plan(url, secret, body, event)

    def _addressed(self, account: str | None, event: Object) -> list[tuple[str, str, bytes]]:
        """Return where an event goes: address, secret and body."""
        found = []
        scope = "connect" if account else "platform"
        platform = self.world.books(None)
        theirs = [(platform, each) for each in platform.all("webhook_endpoint")]
        mine: list[tuple[Books, Object]] = []
        if account:
            books = self.world.books(account)
            mine = [(books, each) for each in books.all("webhook_endpoint")]
        for books, endpoint in theirs + mine:
            note = books.note(endpoint["id"])
            if books.account is None and note["connect"] != bool(account):
                continue
            wanted = endpoint["enabled_events"]
            if endpoint["status"] == "enabled" and ("*" in wanted or event["type"] in wanted):
                version = endpoint["api_version"] or event["api_version"]
                shown = event | {"api_version": version}
                if books.account:  # an account's own endpoint is not told whose it is
                    shown.pop("account", None)
                found.append((endpoint["url"], note["secret"], events.body(shown)))
        own = self.own.get(scope)
        if own and not self._replaced(own, scope):
            found.append((own.url, own.secret, events.body(event)))
        return found

    def _replaced(self, own: Endpoint, scope: str) -> bool:
        """Tell whether an endpoint was made at our address for this scope: it stands for ours."""
        platform = self.world.books(None)
        return any(
            each["url"] == own.url and platform.note(each["id"])["connect"] == (scope == "connect")
            for each in platform.all("webhook_endpoint")
        )

    def _plan(self, url: str, secret: str, body: bytes, event: str) -> None:
        if self._chance.random() < self.drop:
            self.counts["dropped"] += 1
            self._note(event, url, Fate("dropped"))
            return
        self._note(event, url, Fate("waiting"))
        times = 2 if self._chance.random() < self.double else 1
        for _ in range(times):
            wait = self.delay + (self._chance.random() * SHUFFLED_OVER if self.shuffle else 0)
            self._number += 1
            self._put(Job(time.monotonic() + wait, self._number, url, secret, body, event))

    def _note(self, event: str, url: str, fate: Fate) -> None:
        with self._condition:
            self.fates.setdefault(event, {})[url] = fate
            while len(self.fates) > FATES:
                del self.fates[next(iter(self.fates))]

    def _put(self, job: Job) -> None:
        with self._condition:
            heapq.heappush(self._jobs.setdefault(job.url, []), job)
            if job.url not in self._workers:
                thread = threading.Thread(target=self._work, args=(job.url,), daemon=True)
                self._workers[job.url] = thread
                thread.start()
            self._condition.notify_all()

    def _work(self, url: str) -> None:
        """Bring one address its events, one after the other."""
        while job := self._wait(url):
            try:
                status = events.send(job.url, job.secret, job.body).status
            except (OSError, ValueError, http.client.HTTPException) as error:
                status = 0
                logger.debug("Nobody takes %s at %s: %s", job.event, job.url, error)
            if 200 <= status < 300:
                self.counts["delivered"] += 1
                self._note(job.event, url, Fate("delivered", job.tries + 1, status))
                continue
            self.counts["refused"] += 1
            over = job.tries >= len(PAUSES)
            self._note(
                job.event, url, Fate("given_up" if over else "refused", job.tries + 1, status)
            )
            if over:
                self.counts["given_up"] += 1
                continue
            job.due = time.monotonic() + PAUSES[job.tries]
            job.tries += 1
            self._put(job)

    def _wait(self, url: str) -> Job | None:
        with self._condition:
            while not self._stopped:
                jobs = self._jobs[url]
                if jobs and jobs[0].due <= time.monotonic():
                    return heapq.heappop(jobs)
                self._condition.wait(jobs[0].due - time.monotonic() if jobs else None)
        return None

    def forget(self) -> None:
        """Bring nothing of what waits."""
        with self._condition:
            for jobs in self._jobs.values():
                jobs.clear()
            self.fates.clear()

    def stop(self) -> None:
        """Bring nothing any more."""
        with self._condition:
            self._stopped = True
            self._condition.notify_all()
