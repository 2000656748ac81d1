"""
Stripe's side of a till: what is paid, held and returned, and the events that come of it.

A scenario says in a hotel's words what happens. The till keeps the clock and writes down the events
in the order in which Stripe makes them; beside it, a module for each family holds its objects.

    till = Till(stay, story="deposit_and_balance")
    deposit = CardPayment(till, 30_000, type="deposit")      # sandbox.till.payments
    deposit.pay()
    till.later(days=30)
    deposit.refund(5_000)
    till.events            # payment_intent.created, charge.succeeded, payment_intent.succeeded, …
"""

from typing import Any

from sandbox import events, ids
from sandbox.objects.methods import Object
from sandbox.stay import Stay

DAY = 86_400  # seconds


def change(thing: Object, **fields: Any) -> Object:
    """Change an object, and return what the changed fields were before."""
    before = {name: thing.get(name) for name in fields if thing.get(name) != fields[name]}
    thing.update(fields)
    return before


class Till:
    """A clock, and everything that Stripe has sent about one booking so far."""

    def __init__(self, stay: Stay, story: str = "") -> None:
        self.stay = stay
        self.now = stay.start
        self.events: list[Object] = []
        self._seed = (stay.account, stay.reservation, story, stay.seed)
        self._made = 0

    def id(self, prefix: str) -> str:
        """Return an id that this story has not used yet."""
        self._made += 1
        return ids.make(prefix, *self._seed, self._made)

    def names(self) -> Object:
        """Return what the hotel's system writes on what it makes, so that it finds the booking."""
        return {
            "reservationId": self.stay.reservation,
            "orgId": self.stay.organization,
            "propertyId": self.stay.property,
        }

    def later(self, *, days: int = 0, minutes: int = 0, seconds: int = 0) -> None:
        """Let time pass."""
        self.now += days * DAY + minutes * 60 + seconds

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
        event = events.event(
            type,
            thing,
            account=None if platform else self.stay.account,
            created=self.now,
            previous_attributes=before,
            id=self.id("evt"),
            request=self.id("req") if asked else None,
            **envelope,
        )
        self.events.append(event)
