"""
Everything that this Stripe knows: a clock, the accounts' books, what is due later, what to send.

    world = World()
    books = world.books("acct_…")      # one account's objects; None for the platform's own
    books.add(objects.customer(id=books.id("cus"), …))
    books.emit("customer.created", customer)
    books.later(7 * DAY, "expire_hold", intent["id"])

Who changes anything holds `world.lock`. A verb (`sandbox.engine.payments` and its neighbours) takes
the books that it works on first; what the clock does by itself is a verb marked `@due`.
"""

import heapq
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from sandbox import events, hotel, ids, objects
from sandbox.engine.errors import Refusal, missing
from sandbox.objects.methods import Object

PLATFORM = ids.make("acct", "the platform")
DAY = 86_400  # seconds
EVENTS_ARE_KEPT = 30 * DAY
HOLD_LASTS = 7 * DAY  # what a card network gives a hotel to capture

COUNTRIES = {"eur": "PT", "gbp": "GB", "jpy": "JP", "nok": "NO", "usd": "US"}

# What an object is called in "No such …", where that is not its `object`.
CALLED = {
    "payment_method": "PaymentMethod",
    "radar.early_fraud_warning": "early_fraud_warning",
    "setup_intent": "setupintent",
}

Due = Callable[..., None]
DUE: dict[str, Due] = {}


def due(verb: Due) -> Due:
    """Mark a verb that the clock may ask for by name: `books.later(60, "expire_hold", …)`."""
    DUE[verb.__name__] = verb
    return verb


def change(thing: Object, **fields: Any) -> Object:
    """Change an object, and return what the changed fields were before."""
    before = {name: thing.get(name) for name in fields if thing.get(name) != fields[name]}
    thing.update(fields)
    return before


class Books:
    """
    One account's objects, by kind and id in the order in which they were made.

    :ivar kept: kind (an object's `object`) -> id -> the object.
    :ivar notes: id -> what Stripe knows of an object and does not show: which test card it is.
    :ivar keys: idempotency key -> what was answered.
    """

    def __init__(self, world: "World", account: str | None) -> None:
        self.world = world
        self.account = account
        self.kept: dict[str, dict[str, Object]] = {}
        self.notes: dict[str, Object] = {}
        self.keys: dict[str, Object] = {}

    @property
    def now(self) -> int:
        return self.world.now

    def id(self, prefix: str) -> str:
        """Return an id that was never used."""
        return self.world.id(prefix)

    def add(self, thing: Object, **notes: Any) -> Object:
        """Keep an object, and what is not shown of it."""
        self.kept.setdefault(thing["object"], {})[thing["id"]] = thing
        if notes:
            self.notes.setdefault(thing["id"], {}).update(notes)
        return thing

    def all(self, kind: str) -> list[Object]:
        """Return all objects of a kind, the newest first."""
        return list(reversed(self.kept.get(kind, {}).values()))

    def look(self, kind: str, id: str | None) -> Object | None:
        """Return an object, or None."""
        return self.kept.get(kind, {}).get(id or "")

    def get(self, kind: str, id: str, *, param: str = "id") -> Object:
        """
        Return an object.

        :raises Refusal: this account has none of that id.
        """
        found = self.look(kind, id)
        if found is None:
            raise missing(CALLED.get(kind, kind), id, param=param)
        return found

    def find(self, id: str) -> Object | None:
        """Return whatever has this id."""
        for things in self.kept.values():
            if id in things:
                return things[id]
        return None

    def note(self, id: str) -> Object:
        """Return what is known of an object and not shown; it may be changed."""
        return self.notes.setdefault(id, {})

    def load(self, kept: dict[str, dict[str, Object]], notes: dict[str, Object]) -> None:
        """
        Take objects over that were made elsewhere, events among them; nothing is sent.

        What is here already stays as it is, but for accounts, which become what they are there.
        """
        for kind, things in sorted(kept.items()):  # a charge before its payment intent
            mine = self.kept.setdefault(kind, {})
            fresh = {
                id: thing for id, thing in things.items() if id not in mine or kind == "account"
            }
            for id, thing in fresh.items():
                self.notes.setdefault(id, {}).update(notes.get(id, {}))
                mine[id] = thing
                for when, verb in ends_of(thing, self):
                    self.world.plan(when, self.account, verb, (id,))
            self.kept[kind] = dict(sorted(mine.items(), key=lambda each: each[1]["created"]))
        for account in kept.get("account", {}):
            self.notes.pop(account, None)
            self.notes.update({account: notes[account]} if account in notes else {})

    def remove(self, thing: Object) -> None:
        """Forget an object."""
        self.kept[thing["object"]].pop(thing["id"], None)
        self.notes.pop(thing["id"], None)

    def emit(
        self,
        type: str,
        thing: Object,
        before: Object | None = None,
        *,
        asked: bool = True,
        platform: bool = False,
        **envelope: Any,
    ) -> None:
        """
        Write down an event about an object as it is now, to be sent when the change is whole.

        :param before: what the changed fields were, where Stripe says so.
        :param asked: whether an API request caused it, or Stripe's own doing.
        :param platform: it happened on the platform's own account, not on this one.
        """
        if platform and self.account:
            self.world.books(None).emit(type, thing, before, asked=asked, **envelope)
            return
        request, key = self.world.asked() if asked else (None, None)
        event = events.event(
            type,
            thing,
            account=self.account,
            created=self.now,
            previous_attributes=before,
            id=self.id("evt"),
            request=request,
            idempotency_key=key,
            **envelope,
        )
        self.add(event)
        self.world.outbox.append((self.account, event))

    def later(self, seconds: float, verb: str, *args: Any) -> None:
        """Have the clock do something to this account after so many seconds."""
        self.world.plan(self.now + seconds, self.account, verb, args)


def ends_of(thing: Object, books: Books) -> Iterator[tuple[int, str]]:
    """Return when the clock has to do what to an object that is still open."""
    if thing["object"] == "payment_intent" and thing["status"] == "requires_capture":
        charge = books.look("charge", thing["latest_charge"])
        card = charge["payment_method_details"].get("card", {}) if charge else {}
        yield card.get("capture_before", thing["created"] + HOLD_LASTS), "expire_hold"
    if thing["object"] == "dispute" and thing["status"].endswith("needs_response"):
        yield thing["evidence_details"]["due_by"], "past_due"


class World:
    """
    The whole of it.

    :param seed: the same seed makes the same ids; by chance when not given, so that a sandbox that
        starts anew does not make the ids of the last one again.
    :param start: a moment at which the clock stands, and goes on when it is told to alone.
    :param state: a file from which it goes on, and in which it keeps what it knows.
    """

    def __init__(
        self, *, seed: str | None = None, state: Path | None = None, start: int | None = None
    ) -> None:
        self.lock = threading.RLock()
        self._saving = threading.Lock()
        self.state = state
        self._start = start
        self.request: tuple[str | None, str | None] = (None, None)  # id and key of the one at work
        self.outbox: list[tuple[str | None, Object]] = []
        self.url = "http://127.0.0.1:12111"  # where the pages are that Stripe shows to people
        self._fresh(seed)
        if state and state.exists():
            self._load(json.loads(state.read_text()))

    def _fresh(self, seed: str | None) -> None:
        self._seed = seed if seed is not None else secrets.token_hex(8)
        self._made = 0
        self._books: dict[str | None, Books] = {}
        self._due: list[tuple[float, int, str | None, str, tuple[Any, ...]]] = []
        self.ahead = 0  # seconds that our clock is ahead of the machine's
        if self._start is None:
            for account in hotel.accounts():
                self.books(account)

    # Time --------------------------------------------------------------------

    @property
    def now(self) -> int:
        return (int(time.time()) if self._start is None else self._start) + self.ahead

    def plan(self, when: float, account: str | None, verb: str, args: tuple[Any, ...]) -> None:
        """Have the clock do something at a moment."""
        self._made += 1
        heapq.heappush(self._due, (when, self._made, account, verb, args))

    def tick(self) -> bool:
        """Do what has become due; return whether that was anything."""
        with self.lock:
            done = False
            self.request = (None, None)
            while self._due and self._due[0][0] <= self.now:
                _, _, account, verb, args = heapq.heappop(self._due)
                with suppress(Refusal):  # what it is about has changed since it was planned
                    DUE[verb](self.books(account), *args)
                done = True
            return done

    def advance(self, seconds: int) -> None:
        """Let time pass, from one thing that is due to the next."""
        with self.lock:
            end = self.now + seconds
            while self._due and self._due[0][0] <= end:
                self.ahead += max(0, int(self._due[0][0]) - self.now)
                self.tick()
            self.ahead += max(0, end - self.now)

    def asked(self) -> tuple[str | None, str | None]:
        """Return the id and the idempotency key of the request that is worked on, if one is."""
        return self.request

    # Things ------------------------------------------------------------------

    def id(self, prefix: str) -> str:
        """Return an id that was never used."""
        self._made += 1
        return ids.make(prefix, self._seed, self._made)

    def books(self, account: str | None) -> Books:
        """Return an account's books; of an account never heard of, fresh ones."""
        if account == PLATFORM:
            account = None
        found = self._books.get(account)
        if found is None:
            with self.lock:
                found = self._books.setdefault(account, Books(self, account))
                if account:
                    self.accounts.setdefault(account, self._account(account))
        return found

    @property
    def accounts(self) -> dict[str, Object]:
        """Every account that the platform ever knew, by id."""
        return self.books(None).kept.setdefault("account", {})

    def _account(self, id: str) -> Object:
        name, currency = hotel.accounts().get(id, ("Hotel", "eur"))
        account = objects.account(
            id=id,
            country=COUNTRIES.get(currency, "PT"),
            created=self.now,
            default_currency=currency,
        )
        account["business_profile"]["name"] = name
        return account

    def connected(self, account: str) -> Books:
        """
        Return the books of an account that lets the platform act for it.

        Any account that nobody made here is there and can do everything: hotels are loaded with
        accounts of their own.

        :raises Refusal: it let go of the platform, or was deleted.
        """
        if account == PLATFORM:
            return self.books(None)
        if not account.startswith("acct_") or self.is_gone(account):
            raise Refusal(
                "The provided key 'sk_test_…' does not have access to account "
                f"'{account}' (or that account does not exist). Application access may have been "
                "revoked.",
                status=403,
                code="account_invalid",
                began=False,
            )
        return self.books(account)

    def is_gone(self, account: str) -> bool:
        """Tell whether an account let go of the platform, or was deleted."""
        return bool(self.books(None).notes.get(account, {}).get("gone"))

    def everybody(self) -> Iterator[Books]:
        """Return the books of the platform and of all accounts."""
        yield from list(self._books.values())

    # Keeping it --------------------------------------------------------------

    def reset(self, seed: str | None = None) -> None:
        """Forget everything."""
        with self.lock:
            self.outbox.clear()
            self._fresh(seed)

    def forget(self) -> None:
        """Forget what Stripe keeps for a while: events for thirty days, keys for one."""
        for books in self.everybody():
            kept = books.kept.get("event", {})
            for id, event in list(kept.items()):
                if event["created"] >= self.now - EVENTS_ARE_KEPT:
                    break
                del kept[id]
            for key, answer in list(books.keys.items()):
                if answer["at"] >= self.now - DAY:
                    break
                del books.keys[key]

    def dump(self) -> str:
        """Return everything as JSON."""
        with self.lock:
            return json.dumps(
                {
                    "seed": self._seed,
                    "made": self._made,
                    "ahead": self.ahead,
                    "due": self._due,
                    "books": [
                        [each.account, each.kept, each.notes, each.keys]
                        for each in self._books.values()
                    ],
                }
            )

    def save(self) -> None:
        """Write everything to the file, whole or not at all."""
        if not self.state:
            return
        with self._saving:
            draft = self.state.with_name(f"{self.state.name}.new")
            draft.write_text(self.dump())
            draft.replace(self.state)

    def _load(self, state: Object) -> None:
        self._seed, self._made, self.ahead = state["seed"], state["made"], state["ahead"]
        self._due = [
            (when, n, acct, verb, tuple(args)) for when, n, acct, verb, args in state["due"]
        ]
        heapq.heapify(self._due)
        for account, kept, notes, keys in state["books"]:
            books = Books(self, account)
            books.kept, books.notes, books.keys = kept, notes, keys
            self._books[account] = books
