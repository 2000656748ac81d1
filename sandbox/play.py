"""Playing a scenario onto a booking: its events, as Stripe would deliver them."""

import http.client
import json
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from reservations.models import Reservation
from sandbox import events, hotel
from sandbox.scenarios import Scenario, Stay, scope_of
from sandbox.story import Story


@dataclass(frozen=True)
class Delivery:
    """How events are brought: to where, signed with what, in which order, how often."""

    url: str
    secrets: Mapping[str, str]  # by scope: platform, connect
    shuffle: bool = False  # Stripe promises no order
    double: bool = False  # … and may bring an event twice
    pause: float = 0.0  # seconds between two events
    seed: int = 1  # decides the order when shuffled

    def order(self, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the events as they will be brought."""
        brought = [event for event in told for _ in range(2 if self.double else 1)]
        if self.shuffle:
            random.Random(self.seed).shuffle(brought)
        return brought

    def bring(self, told: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], events.Answer]]:
        """
        Bring the events one by one; yield each with what the endpoint answered.

        :raises OSError: nobody answers there.
        """
        for number, event in enumerate(self.order(told)):
            if number and self.pause:
                time.sleep(self.pause)
            secret = self.secrets[scope_of(event)]
            yield event, events.send(self.url, secret, events.body(event))


def account_of(reservation: Reservation) -> str:
    """
    Return the Stripe account that takes this booking's money; empty if there is none.

    The demo hotel's accounts stay what they are, so that a story about one that has been cut off
    is the same story when it is played again.
    """
    known = reservation.property.stripe_account_id or reservation.organization.stripe_account_id
    if not known and (house := hotel.house_of(reservation.organization_id)):
        known = house.properties.get(reservation.property.slug, ("", None))[1] or house.account
    return known or ""


def customer_of(reservation: Reservation) -> str:
    """Return whom the platform bills for the demo hotel; of others the sandbox knows nobody."""
    house = hotel.house_of(reservation.organization_id)
    return house.customer if house else ""


def stay_of(reservation: Reservation, *, seed: int = 1, customer: str = "") -> Stay:
    """Return a booking as a scenario needs to know it."""
    return Stay(
        account=account_of(reservation),
        customer=customer or customer_of(reservation),
        reservation=str(reservation.pk),
        organization=str(reservation.organization.pk),
        property=str(reservation.property.pk),
        code=reservation.code,
        currency=reservation.currency,
        total=reservation.total,
        guest=reservation.guest.name,
        email=reservation.guest.email,
        seed=seed,
    )


def story_ending_now(scenario: Scenario, stay: Stay) -> Story:
    """Tell a scenario so that the last of its events has just happened."""
    took = scenario.events(stay)[-1]["created"] - stay.start
    return scenario.story(replace(stay, start=int(time.time()) - took))


def ending_now(scenario: Scenario, stay: Stay) -> list[dict[str, Any]]:
    """Return a scenario's events so that the last of them has just happened."""
    return story_ending_now(scenario, stay).events


def leave(story: Story, address: str) -> None:
    """
    Leave a story's objects with a sandbox that serves, so that it knows them when it is asked.

    :raises OSError: none serves there.
    """
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    body = json.dumps({"books": story.left()})
    try:
        connection.request("POST", "/_sandbox/load", body, {"Content-Type": "application/json"})
        if connection.getresponse().status != 200:
            raise OSError(f"What answers at {address} is no sandbox.")
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()
