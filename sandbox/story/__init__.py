"""
A story of one booking: what is paid, held and returned, and the events that come of it.

A scenario says in a hotel's words what happens. The same engine that serves Stripe's API does it
(`sandbox.engine`), at the moments that the story says; beside it, a module for each family has what
a scenario holds in its hands.

    story = Story(stay, name="deposit_and_balance")
    deposit = CardPayment(story, 30_000, type="deposit")      # sandbox.story.payments
    deposit.pay()
    story.later(days=30)
    deposit.refund(5_000)
    story.events            # payment_intent.created, charge.succeeded, payment_intent.succeeded, …
"""

import uuid
from typing import Any

from sandbox.engine import DAY, World
from sandbox.objects.methods import Object
from sandbox.stay import Stay


class Told(World):
    """A world in which nothing happens by itself: the story says what does, and when."""

    def plan(self, when: float, account: str | None, verb: str, args: tuple[Any, ...]) -> None:
        """Leave it to the story."""

    def asked(self) -> tuple[str | None, str | None]:
        """Return the id and key of a request that nobody made, for an event that came of one."""
        request = self.id("req")
        return request, str(uuid.uuid5(uuid.NAMESPACE_URL, request))


class Story:
    """A clock, and everything that Stripe has sent about one booking so far."""

    def __init__(self, stay: Stay, name: str = "") -> None:
        self.stay = stay
        seed = "/".join(map(str, (stay.account, stay.reservation, name, stay.seed)))
        self.world = Told(seed=seed, start=stay.start)
        self.books = self.world.books(stay.account)
        self.id = self.books.id

    @property
    def now(self) -> int:
        return self.world.now

    @property
    def events(self) -> list[Object]:
        """Return what Stripe has sent, in the order in which it happened."""
        return [event for _, event in self.world.outbox]

    def left(self) -> list[Object]:
        """Return every account's objects as they are now, for a sandbox that serves (`load`)."""
        about_accounts = any(each["type"].startswith("account.") for each in self.events)
        return [
            {
                "account": books.account,
                "kept": {
                    kind: things
                    for kind, things in books.kept.items()
                    if kind != "account" or about_accounts
                },
                "notes": books.notes,
            }
            for books in self.world.everybody()
        ]

    def names(self) -> Object:
        """Return what the hotel's system writes on what it makes, so that it finds the booking."""
        return {
            "reservationId": self.stay.reservation,
            "orgId": self.stay.organization,
            "propertyId": self.stay.property,
        }

    def later(self, *, days: int = 0, minutes: int = 0, seconds: int = 0) -> None:
        """Let time pass."""
        self.world.advance(days * DAY + minutes * 60 + seconds)

    def add(self, thing: Object, *, platform: bool = False) -> Object:
        """Keep an object, so that whoever asks for it finds it."""
        return (self.world.books(None) if platform else self.books).add(thing)

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
        Write down an event about an object as it is now.

        :param before: what the changed fields were, where Stripe says so.
        :param asked: whether an API request caused it, or Stripe's own doing.
        :param platform: it happened on the platform's own account, not on the hotel's.
        """
        self.books.emit(type, thing, before, asked=asked, platform=platform, **envelope)
