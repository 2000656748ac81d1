"""How a scenario is told and found: a stay, a story, and what is true at the end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.stay import Stay
from sandbox.till import Till

Figures = dict[str, int | str]

NOTHING: Figures = dict.fromkeys(
    ["authorized", "paid", "extras", "refunded", "refund_pending", "disputed", "lost"], 0
)


@dataclass(frozen=True)
class Scenario:
    """A story, and every figure of the booking when it is over."""

    name: str
    title: str
    tell: Callable[[Till, Stay], None]
    outcome: Callable[[Stay], Figures]

    def events(self, stay: Stay) -> list[dict[str, Any]]:
        """Return the events in the order Stripe makes them."""
        till = Till(stay, story=self.name)
        self.tell(till, stay)
        return till.events

    def expects(self, stay: Stay) -> Figures:
        """Return what is true at the end; a figure that the scenario does not name is 0."""
        return NOTHING | self.outcome(stay)


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    name: str, title: str, *, expects: Callable[[Stay], Figures]
) -> Callable[[Callable[[Till, Stay], None]], Callable[[Till, Stay], None]]:
    """Register the story below under a name, with a title that a hotelier understands."""

    def register(tell: Callable[[Till, Stay], None]) -> Callable[[Till, Stay], None]:
        SCENARIOS[name] = Scenario(name, title, tell, expects)
        return tell

    return register
