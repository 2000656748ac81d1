"""Payments as a hotel takes them: by card, held on a card, by direct debit, by bank transfer."""

import contextlib
from copy import deepcopy
from typing import Any, ClassVar

from sandbox import objects
from sandbox.engine import Refusal, cards, charges, debits, holds, methods, payments
from sandbox.objects import transfers_in
from sandbox.objects.methods import Object, billing_details
from sandbox.story import Story
from sandbox.story.customers import Customer
from sandbox.story.refunds import Refund


class Payment:
    """One payment intent and its attempts; how it is paid is said below."""

    settings: ClassVar[Object] = {}  # what the payment intent says of the way of paying

    def __init__(
        self, story: Story, amount: int, *, type: str = "reservation_payment", **fields: Any
    ) -> None:
        self.story = story
        self.books = story.books
        self.amount = amount
        given = {"currency": story.stay.currency} | deepcopy(self.settings) | self.written(type)
        self.intent = payments.create(self.books, amount=amount, **given | fields)

    def written(self, type: str) -> Object:
        """What the hotel's system writes on a payment, so that it finds its booking."""
        metadata = self.story.names() | {"type": type}
        return {"description": self.story.stay.code or None, "metadata": metadata}

    @property
    def charge(self) -> Object:
        """The latest attempt."""
        return self.books.get("charge", self.intent["latest_charge"])

    @property
    def payer(self) -> Object:
        """Who the payer says they are."""
        return {"billing_details": billing_details(self.story.stay.guest, self.story.stay.email)}

    def method(self) -> Object:
        """How the guest pays: with what the payment names, else with a card."""
        named = self.books.look("payment_method", self.intent["payment_method"])
        card = cards.by_token("pm_card_visa")
        return named or methods.of_card(self.books, card, **self.payer)

    def refund(self, amount: int, *, reason: str = "requested_by_customer") -> Refund:
        """Send money back to the guest: a card takes it at once, a bank account in some days."""
        return Refund(self.story, self.charge, amount, reason=reason)


class CardPayment(Payment):
    """A guest pays by card."""

    def ask_bank(self) -> None:
        """The guest's bank wants to hear from the guest first (3-D Secure)."""
        payments.ask(self.books, self.intent, self.method(), None)
        self.story.later(minutes=1)

    def pay(self) -> None:
        """The card is charged; what Stripe keeps of it is known a little later."""
        if self.intent["next_action"]:
            payments.authenticate(self.books, self.intent, succeeds=True)
        else:
            payments.confirm(self.books, self.intent, self.method())
        self.story.later(seconds=2)
        charges.settle(self.books, self.charge["id"])

    def decline(self, code: str) -> None:
        """The guest's bank says no; the guest may try again."""
        with contextlib.suppress(Refusal):
            charges.decline(self.books, self.intent, self.method(), code)


class Hold(Payment):
    """Money set aside on a guest's card, to be taken or let go later."""

    settings: ClassVar[Object] = {"capture_method": "manual"}

    def __init__(self, story: Story, amount: int, *, type: str = "hold", **fields: Any) -> None:
        super().__init__(story, amount, type=type, **fields)

    def authorize(self) -> None:
        """The guest's bank agrees: the money waits."""
        payments.confirm(self.books, self.intent, self.method())

    def capture(self, amount: int) -> None:
        """Take so much of it; Stripe lets go of the rest and makes a refund row of that."""
        holds.capture(self.books, self.intent, amount)

    def capture_part(self, amount: int) -> None:
        """Take a part of it and keep the rest held, to be captured later."""
        holds.capture(self.books, self.intent, amount, final=False)

    def cancel(self) -> None:
        """The hotel gives it back."""
        holds.cancel(self.books, self.intent, "requested_by_customer")

    def expire(self) -> None:
        """Nobody took it in time: the card network ends it."""
        holds.expire_hold(self.books, self.intent["id"])


class DirectDebit(Payment):
    """A guest's bank account is debited (SEPA): the bank takes days to answer."""

    settings: ClassVar[Object] = {
        "automatic_payment_methods": None,
        "capture_method": "automatic",
        "payment_method_options": {"sepa_debit": {}},
        "payment_method_types": ["sepa_debit"],
    }

    def method(self) -> Object:
        return methods.of_iban(self.books, "AT611904300234573201", **self.payer)

    def process(self) -> None:
        """The debit is on its way to the bank."""
        payments.confirm(self.books, self.intent, self.method())

    def settle(self) -> None:
        """The bank has paid."""
        debits.end_debit(self.books, self.intent["id"], "succeeds")

    def bounce(self) -> None:
        """The bank does not pay."""
        debits.end_debit(self.books, self.intent["id"], "fails")


class ChargeAlone(Payment):
    """Other software of the hotel's takes a card with the Charges API: no payment intent."""

    def __init__(self, story: Story, amount: int, *, type: str = "reservation_payment") -> None:
        self.story = story
        self.books = story.books
        self.amount = amount
        made = objects.charge(
            id=story.id("ch"),
            amount=amount,
            created=story.now,
            currency=story.stay.currency,
            payment_intent=None,
            payment_method=story.id("card"),
            **self.written(type),
        )
        self._charge = story.add(made)
        story.emit("charge.succeeded", self._charge)

    @property
    def charge(self) -> Object:
        return self._charge


class BankTransfer(Payment):
    """A guest sends a transfer to an account number of their own, all at once or in parts."""

    settings: ClassVar[Object] = {
        "automatic_payment_methods": None,
        "payment_method_types": ["customer_balance"],
    }

    def __init__(
        self, story: Story, amount: int, *, guest: Customer | None = None, **fields: Any
    ) -> None:
        self.guest = guest or Customer(story)
        id = self.guest.row["id"]
        super().__init__(
            story,
            amount,
            customer=id,
            payment_method=methods.of_balance(story.books, customer=id)["id"],
            payment_method_options=transfers_in.options(story.stay.currency),
            **fields,
        )

    def instruct(self) -> None:
        """The guest is told where to send it, and how much is still missing."""
        payments.confirm(self.books, self.intent, None)

    def receive(self, amount: int) -> None:
        """A transfer has come in; the payment is made when nothing is missing any more."""
        self.guest.transfer(amount)

    def give_up(self) -> None:
        """The payment is canceled: what came of it waits at Stripe for another one."""
        holds.cancel(self.books, self.intent, "abandoned")
