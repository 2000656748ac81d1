"""How a scenario is told and found: a stay, a story, and what is true at the end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.stay import Stay
from sandbox.story import Story

Figures = dict[str, int | str]
Facts = dict[str, dict[str, Any]]

NOTHING: Figures = dict.fromkeys(
    ["authorized", "paid", "extras", "refunded", "refund_pending", "disputed", "lost"], 0
)


def untouched(stay: Stay) -> Figures:
    """A booking whose money the story leaves alone."""
    return {"balance": stay.total, "payment_status": "unpaid"}


@dataclass(frozen=True)
class Scenario:
    """A story, and what is true when it is over."""

    name: str
    title: str
    tell: Callable[[Story, Stay], None]
    outcome: Callable[[Stay], Figures] = untouched
    leaves: Facts = field(default_factory=dict)

    def story(self, stay: Stay) -> Story:
        """Tell it, and return all that came of it."""
        story = Story(stay, self.name)
        self.tell(story, stay)
        return story

    def events(self, stay: Stay) -> list[dict[str, Any]]:
        """Return the events in the order Stripe makes them."""
        return self.story(stay).events

    def expects(self, stay: Stay) -> Figures:
        """Return the booking's figures at the end; one that the scenario does not name is 0."""
        return NOTHING | self.outcome(stay)

    @property
    def moves_money(self) -> bool:
        """Whether the booking's figures are others at the end."""
        return self.outcome is not untouched


def scope_of(event: dict[str, Any]) -> str:
    """
    Return which of the two endpoints Stripe brings an event to, and so which secret signs it.

    What happens on a hotel's account is `connect`. The platform's own is `platform`, and that
    includes the fees it takes: their events may name the hotel's account, and yet are its own.
    """
    fee = event["type"].startswith("application_fee.")
    return "connect" if event.get("account") and not fee else "platform"


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    name: str,
    title: str,
    *,
    expects: Callable[[Stay], Figures] = untouched,
    leaves: Facts | None = None,
) -> Callable[[Callable[[Story, Stay], None]], Callable[[Story, Stay], None]]:
    """
    Register the story below under a name, with a title that a hotelier understands.

    :param expects: the booking's figures at the end; its money is left alone when not given.
    :param leaves: what is true of every object of a kind at the end, in Stripe's words.
    """

    def register(tell: Callable[[Story, Stay], None]) -> Callable[[Story, Stay], None]:
        SCENARIOS[name] = Scenario(name, title, tell, expects, leaves or {})
        return tell

    return register
