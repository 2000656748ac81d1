"""A guest's card on file, and how it came there."""

from typing import Any

from sandbox import ids, objects
from sandbox.objects import payments
from sandbox.objects.methods import Object, billing_details
from sandbox.till import Till, change

BEFORE_PAYMENT_METHODS = "2015-10-01"  # an API version of the years of legacy cards


class Customer:
    """A guest as this hotel's account knows them."""

    def __init__(self, till: Till) -> None:
        self.till = till
        stay = till.stay
        self.row = objects.customer(
            id=till.id("cus"),
            created=till.now,
            email=stay.email,
            metadata={"orgId": stay.organization},
            name=stay.guest,
        )
        till.emit("customer.created", self.row)

    def prefer(self, method: str) -> None:
        """Say which card is charged when nothing else is said."""
        settings = self.row["invoice_settings"] | {"default_payment_method": method}
        self.update(invoice_settings=settings)

    def update(self, **fields: Any) -> None:
        """Something about the guest is different now."""
        before = change(self.row, **fields)
        self.till.emit("customer.updated", self.row, before)

    def delete(self) -> None:
        """The hotel forgets this guest, for good."""
        self.till.emit("customer.deleted", self.row)


class Card:
    """A guest's card, on file until it is detached."""

    def __init__(self, till: Till, *, last4: str = "4242") -> None:
        self.till = till
        self.row = objects.payment_method(
            id=till.id("pm"),
            billing_details=billing_details(till.stay.guest, till.stay.email),
            created=till.now,
            last4=last4,
        )

    def attach(self, customer: Customer) -> None:
        """From now on the hotel may charge it."""
        change(self.row, customer=customer.row["id"])
        self.till.emit("payment_method.attached", self.row)

    def detach(self) -> None:
        """The hotel may not charge it any more, ever."""
        before = change(self.row, customer=None)
        self.till.emit("payment_method.detached", self.row, before)

    def move(self, city: str, country: str) -> None:
        """The guest has another address now."""
        details = self.row["billing_details"]
        where = details["address"] | {"city": city, "country": country}
        before = change(self.row, billing_details=details | {"address": where})
        self.till.emit("payment_method.updated", self.row, before)

    def renew(self, *, legacy: bool = False, **card: Any) -> None:
        """The bank has sent a new card, and the network says so by itself."""
        if "last4" in card:
            card["fingerprint"] = ids.letters(f"card {card['last4']}", 16)
        before = change(self.row, card=self.row["card"] | card)
        before = {"card": {name: before["card"][name] for name in card}}
        name = "card_automatically_updated" if legacy else "automatically_updated"
        self.till.emit(f"payment_method.{name}", self.row, before, asked=False)


class Setup:
    """An attempt to put a card on file without charging it."""

    def __init__(self, till: Till, customer: Customer) -> None:
        self.till = till
        self.customer = customer
        self.row = objects.setup_intent(
            id=till.id("seti"),
            created=till.now,
            customer=customer.row["id"],
            metadata=till.names(),
        )
        till.emit("setup_intent.created", self.row)

    def ask_bank(self, card: Card) -> None:
        """The guest's bank wants to hear from the guest first (3-D Secure)."""
        step = {
            "source": self.till.id("payatt"),
            "stripe_js": "https://hooks.stripe.com/3d_secure_2/hosted",
            "type": "three_d_secure_redirect",
        }
        change(
            self.row,
            status="requires_action",
            payment_method=card.row["id"],
            next_action={"type": "use_stripe_sdk", "use_stripe_sdk": step},
        )
        self.till.emit("setup_intent.requires_action", self.row)
        self.till.later(minutes=1)

    def succeed(self, card: Card) -> None:
        """The card is on file."""
        change(
            self.row,
            status="succeeded",
            payment_method=card.row["id"],
            next_action=None,
            last_setup_error=None,
            latest_attempt=self.till.id("setatt"),
        )
        self.till.emit("setup_intent.succeeded", self.row)
        card.attach(self.customer)

    def fail(self, card: Card, code: str) -> None:
        """The guest's bank says no; the guest may try another card."""
        change(
            self.row,
            status="requires_payment_method",
            payment_method=None,
            next_action=None,
            last_setup_error=payments.payment_error(code, payment_method=card.row),
            latest_attempt=self.till.id("setatt"),
        )
        self.till.emit("setup_intent.setup_failed", self.row)

    def cancel(self) -> None:
        """Nobody will finish it."""
        change(self.row, status="canceled", next_action=None, cancellation_reason="abandoned")
        self.till.emit("setup_intent.canceled", self.row)


class Legacy:
    """A card, bank account or source as Stripe kept it before there were payment methods."""

    def __init__(self, till: Till, family: str, row: Object) -> None:
        self.till = till
        self.family = family  # customer.card, customer.bank_account, customer.source
        self.row = row
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
        self.till.emit(
            f"{self.family}.{what}",
            self.row,
            before,
            asked=asked,
            api_version=BEFORE_PAYMENT_METHODS,
        )
