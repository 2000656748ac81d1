"""A front desk that does by the API what chance says, for guests who pay, are declined, go away."""

import random
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import stripe

from tests.operations.conftest import HARBOUR

CARDS = ["pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined"]


class Desk:
    """
    Somebody at the desk.

    :param api: asks our API: a `Program` of the tests.
    :param guest: the SDK's client with a publishable key.
    :param codes: of the bookings.
    """

    def __init__(self, api: Any, guest: Any, codes: Sequence[str], chance: random.Random) -> None:
        self.api, self.guest, self.codes, self.chance = api, guest, codes, chance
        self.waiting: list[tuple[str, str]] = []  # PaymentIntents with their secrets, unconfirmed
        self.done: list[tuple[str, int]] = []

    def act(self) -> None:
        """Do one thing that can be done now."""
        does = [self.take, self.take, self.capture, self.cancel, self.refund, self.charge]
        answer = None
        while answer is None:
            verb = self.chance.choice([*does, self.capture])
            answer = verb(self.chance.choice(self.codes))
        assert answer.status_code in (200, 201, 202, 402, 409), answer.content
        self.done.append((verb.__name__, answer.status_code))

    def take(self, code: str) -> Any:
        """Ask a guest for money, who may give it now, later, or never."""
        body = {
            "amount": self.chance.randrange(1_000, 30_000),
            "purpose": self.chance.choice(["deposit", "hold", "hold", "extra_charge"]),
        }
        answer = self.api.posts(f"reservations/{code}/payments/", body)
        if answer.json().get("client_secret"):
            self.waiting.append((answer.json()["stripe_id"], answer.json()["client_secret"]))
        if self.chance.random() < 0.8:
            self.confirm()
        return answer

    def confirm(self) -> None:
        """Let a guest who was asked confirm a payment."""
        if not self.waiting:
            return
        at = self.chance.randrange(len(self.waiting))
        id, secret = self.waiting[at]
        card = self.chance.choice(CARDS)
        given: Any = {
            "client_secret": secret,
            "payment_method": card,
            "return_url": "https://hotel.example/",
        }
        with suppress(stripe.StripeError):  # declined, or canceled meanwhile
            self.guest.v1.payment_intents.confirm(id, given, {"stripe_account": HARBOUR})
            del self.waiting[at]

    def capture(self, code: str) -> Any:
        """Take what is held, or a part of it."""
        held = self.payment(code, status="requires_capture")
        if not held:
            return None
        part = self.chance.choice([None, max(1, held["amount"] // 3), held["amount"]])
        body = {} if part is None else {"amount": part}
        return self.api.posts(f"payments/{held['id']}/capture/", body)

    def cancel(self, code: str) -> Any:
        """Let a hold go, or end a payment."""
        found = self.payment(code)
        return found and self.api.posts(f"payments/{found['id']}/cancel/")

    def refund(self, code: str) -> Any:
        """Give money back."""
        body = {"amount": self.chance.randrange(1, 20_000), "reason": "requested_by_customer"}
        if self.chance.random() < 0.3:
            body["lower_total"] = True
        return self.api.posts(f"reservations/{code}/refunds/", body)

    def charge(self, code: str) -> Any:
        """Charge a guest who is not there."""
        where = f"reservations/{code}/"
        cards = self.api.gets(f"{where}payment_methods/").json()["results"]
        if not cards:
            return None
        body = {
            "amount": self.chance.randrange(500, 5_000),
            "purpose": "damage_charge",
            "payment_method": self.chance.choice(cards)["id"],
        }
        return self.api.posts(f"{where}charges/", body)

    def payment(self, code: str, **wanted: str) -> Any:
        """Return a payment that our API lists, or None."""
        rows = self.api.gets(f"payments/?reservation={code}&limit=100").json()["results"]
        fitting = [r for r in rows if all(r[name] == value for name, value in wanted.items())]
        return self.chance.choice(fitting) if fitting else None


def leave_a_card(api: Any, guest: Any, code: str) -> None:
    """Let a booking's guest leave a card."""
    begun = api.posts(f"reservations/{code}/payment_methods/setup/").json()
    given: Any = {"client_secret": begun["client_secret"], "payment_method": "pm_card_visa"}
    guest.v1.setup_intents.confirm(begun["stripe_id"], given, {"stripe_account": HARBOUR})
