"""A guest's card on file, and how it came there."""

import contextlib
from typing import Any

from sandbox import ids
from sandbox.engine import Refusal, cards, cash, change, customers, methods, payments
from sandbox.objects.methods import Object, billing_details
from sandbox.story import Story

BEFORE_PAYMENT_METHODS = "2015-10-01"  # an API version of the years of legacy cards


class Customer:
    """A guest as this hotel's account knows them."""

    def __init__(self, story: Story) -> None:
        self.books = story.books
        self.stay = stay = story.stay
        self.row = customers.create(
            self.books, email=stay.email, metadata={"orgId": stay.organization}, name=stay.guest
        )

    def prefer(self, method: str) -> None:
        """Say which card is charged when nothing else is said."""
        settings = self.row["invoice_settings"] | {"default_payment_method": method}
        self.update(invoice_settings=settings)

    def update(self, **fields: Any) -> None:
        """Something about the guest is different now."""
        customers.update(self.books, self.row, **fields)

    def transfer(self, amount: int) -> None:
        """The guest sends money by bank: it pays what waits for it, else it waits at Stripe."""
        cash.fund(self.books, self.row, amount, self.stay.currency, None)

    def delete(self) -> None:
        """The hotel forgets this guest, for good."""
        customers.delete(self.books, self.row)


class Card:
    """A guest's card, on file until it is detached."""

    def __init__(self, story: Story, *, card: str = "pm_card_visa") -> None:
        self.books = story.books
        self.row = methods.of_card(
            self.books,
            cards.by_token(card),
            billing_details=billing_details(story.stay.guest, story.stay.email),
        )

    def attach(self, customer: Customer) -> None:
        """From now on the hotel may charge it."""
        methods.keep(self.books, self.row, customer.row["id"])

    def detach(self) -> None:
        """The hotel may not charge it any more, ever."""
        methods.detach(self.books, self.row)

    def move(self, city: str, country: str) -> None:
        """The guest has another address now."""
        details = self.row["billing_details"]
        where = details["address"] | {"city": city, "country": country}
        before = change(self.row, billing_details=details | {"address": where})
        self.books.emit("payment_method.updated", self.row, before)

    def renew(self, *, legacy: bool = False, **card: Any) -> None:
        """The bank has sent a new card, and the network says so by itself."""
        if "last4" in card:
            card["fingerprint"] = ids.letters(f"card {card['last4']}", 16)
        before = change(self.row, card=self.row["card"] | card)
        before = {"card": {name: before["card"][name] for name in card}}
        name = "card_automatically_updated" if legacy else "automatically_updated"
        self.books.emit(f"payment_method.{name}", self.row, before, asked=False)


class Setup:
    """An attempt to put a card on file without charging it."""

    def __init__(self, story: Story, customer: Customer) -> None:
        self.story = story
        self.books = story.books
        self.row = customers.set_up(self.books, customer=customer.row["id"], metadata=story.names())

    def ask_bank(self, card: Card) -> None:
        """The guest's bank wants to hear from the guest first (3-D Secure)."""
        payments.ask(self.books, self.row, card.row, None)
        self.story.later(minutes=1)

    def succeed(self, card: Card) -> None:
        """The card is on file."""
        customers.succeed(self.books, self.row, card.row)

    def fail(self, card: Card) -> None:
        """The guest's bank says no; the guest may try another card."""
        with contextlib.suppress(Refusal):
            customers.succeed(self.books, self.row, card.row)

    def cancel(self) -> None:
        """Nobody will finish it."""
        customers.cancel(self.books, self.row, "abandoned")


class Legacy:
    """A card, bank account or source as Stripe kept it before there were payment methods."""

    def __init__(self, story: Story, family: str, row: Object) -> None:
        self.story = story
        self.family = family  # customer.card, customer.bank_account, customer.source
        self.row = story.add(row)
        self.tell("created")

    def update(self, **fields: Any) -> None:
        """Something about it is different now."""
        self.tell("updated", change(self.row, **fields))

    def expire_soon(self) -> None:
        """It runs out at the end of the month."""
        self.tell("expiring", asked=False)

    def delete(self) -> None:
        """The hotel may not charge it any more."""
        self.tell("deleted")

    def tell(self, what: str, before: Object | None = None, *, asked: bool = True) -> None:
        """Say so, as such an old account hears it."""
        self.story.emit(
            f"{self.family}.{what}",
            self.row,
            before,
            asked=asked,
            api_version=BEFORE_PAYMENT_METHODS,
        )
