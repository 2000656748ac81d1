"""
Which handler reads which event, and what that event means to a hotel.

A family's file registers its handlers, a line for each type; the catalogue, the endpoint's list,
the admin's filter and the completeness test all follow from those lines.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from payments.snapshots import Snapshot, StripeEvent

Sightings = Iterable[Snapshot]
Handler = Callable[[StripeEvent], Sightings]

BOTH, PLATFORM, CONNECT = "both", "platform", "connect"


@dataclass(frozen=True)
class Route:
    """
    One event type of the catalogue.

    :param phase: the phase of the owner's plan, 1 to 6; None for a type beside the plan.
    :param scope: on whose account Stripe raises it: `platform`, `connect`, or `both`.
    :param offered: whether Stripe's API of today still has the type.
    """

    type: str
    means: str
    handler: Handler
    phase: int | None
    scope: str
    offered: bool


_routes: dict[str, Route] = {}


@dataclass(frozen=True)
class Family:
    """The events of one phase, which share whose account they come from."""

    phase: int | None
    scope: str = BOTH

    def on(
        self, type: str, *, means: str, scope: str = "", offered: bool = True
    ) -> Callable[[Handler], Handler]:
        """Register a handler for an event type, with what that event means to a hotel."""

        def register(handler: Handler) -> Handler:
            if type in _routes:
                raise ValueError(f"{type} has two handlers.")
            _routes[type] = Route(type, means, handler, self.phase, scope or self.scope, offered)
            return handler

        return register


def route(type: str) -> Route | None:
    """Return who handles this type; None for a type outside the catalogue."""
    return _routes.get(type)


def catalogue() -> list[Route]:
    """Return every type that is handled: the plan's phases in order, then those beside them."""
    return sorted(_routes.values(), key=lambda route: (route.phase or 99, route.type))
