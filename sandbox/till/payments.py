"""Payments as a hotel takes them: by card, held on a card, by direct debit, by bank transfer."""

from copy import deepcopy
from typing import Any, ClassVar

from sandbox import objects
from sandbox.objects import payments, transfers_in
from sandbox.objects.methods import Object, billing_details
from sandbox.till import DAY, Till, change
from sandbox.till.refunds import Refund

HOLD_LASTS = 7 * DAY  # what a card network gives a hotel to capture


class Payment:
    """One payment intent and its attempts; how it is paid is said below."""

    charge_prefix = "ch"
    settings: ClassVar[Object] = {}  # what the payment intent says of the way of paying

    def __init__(
        self, till: Till, amount: int, *, type: str = "reservation_payment", **fields: Any
    ) -> None:
        self.till = till
        self.amount = amount
        self.charge: Object = {}  # the latest attempt
        self.intent = objects.payment_intent(
            id=till.id("pi"),
            amount=amount,
            created=till.now,
            currency=till.stay.currency,
            **deepcopy(self.settings) | self.written(type) | fields,
        )
        till.emit("payment_intent.created", self.intent)

    def written(self, type: str) -> Object:
        """What the hotel's system writes on a payment, so that it finds its booking."""
        metadata = self.till.names() | {"type": type}
        return {"description": self.till.stay.code or None, "metadata": metadata}

    def method(self) -> Object:
        """How the guest pays, as a charge shows it."""
        return objects.card(self.amount)

    def attempt(self, **fields: Any) -> Object:
        """Make a charge of the whole amount."""
        stay, intent = self.till.stay, self.intent
        intent["payment_method"] = intent["payment_method"] or self.till.id("pm")
        self.charge = objects.charge(
            id=self.till.id(self.charge_prefix),
            amount=self.amount,
            application=intent["application"],
            billing_details=billing_details(stay.guest, stay.email),
            created=self.till.now,
            currency=intent["currency"],
            customer=intent["customer"],
            description=intent["description"],
            metadata=deepcopy(intent["metadata"]),
            payment_intent=intent["id"],
            payment_method=intent["payment_method"],
            payment_method_details=self.method(),
            **fields,
        )
        change(intent, latest_charge=self.charge["id"], last_payment_error=None, next_action=None)
        return self.charge

    def refund(self, amount: int, *, reason: str = "requested_by_customer") -> Refund:
        """Send money back to the guest: a card takes it at once, a bank account in some days."""
        return Refund(self.till, self.charge, amount, reason=reason)


class CardPayment(Payment):
    """A guest pays by card."""

    def ask_bank(self) -> None:
        """The guest's bank wants to hear from the guest first (3-D Secure)."""
        step = {
            "source": self.till.id("payatt"),
            "stripe_js": "https://hooks.stripe.com/3d_secure_2/hosted",
            "type": "three_d_secure_redirect",
        }
        change(
            self.intent,
            status="requires_action",
            payment_method=self.till.id("pm"),
            next_action={"type": "use_stripe_sdk", "use_stripe_sdk": step},
        )
        self.till.emit("payment_intent.requires_action", self.intent)
        self.till.later(minutes=1)

    def pay(self) -> None:
        """The card is charged; what Stripe keeps of it is known a little later."""
        charge = self.attempt(balance_transaction=None)
        change(self.intent, status="succeeded", amount_received=self.amount)
        self.till.emit("charge.succeeded", charge)
        self.till.emit("payment_intent.succeeded", self.intent)
        self.till.later(seconds=2)
        before = change(charge, balance_transaction=self.till.id("txn"))
        self.till.emit("charge.updated", charge, before, asked=False)

    def decline(self, code: str) -> None:
        """The guest's bank says no; the guest may try again."""
        charge = self.attempt(status="failed", **payments.declined(code))
        change(
            self.intent,
            status="requires_payment_method",
            payment_method=None,
            last_payment_error=payments.payment_error(
                code,
                charge=charge["id"],
                payment_method=objects.payment_method(id=charge["payment_method"]),
            ),
        )
        self.till.emit("charge.failed", charge)
        self.till.emit("payment_intent.payment_failed", self.intent)


class Hold(Payment):
    """Money set aside on a guest's card, to be taken or let go later."""

    settings: ClassVar[Object] = {"capture_method": "manual"}

    def __init__(self, till: Till, amount: int, *, type: str = "hold", **fields: Any) -> None:
        super().__init__(till, amount, type=type, **fields)

    def method(self) -> Object:
        return objects.card(self.amount, capture_before=self.till.now + HOLD_LASTS)

    def authorize(self) -> None:
        """The guest's bank agrees: the money waits."""
        charge = self.attempt(captured=False)
        change(self.intent, status="requires_capture", amount_capturable=self.amount)
        self.till.emit("charge.succeeded", charge)
        self.till.emit("payment_intent.amount_capturable_updated", self.intent)

    def capture(self, amount: int) -> None:
        """Take so much of it; Stripe lets go of the rest and makes a refund row of that."""
        rest = self.amount - amount
        before = change(
            self.charge,
            amount_captured=amount,
            amount_refunded=rest,
            balance_transaction=self.till.id("txn"),
            captured=True,
        )
        change(self.intent, status="succeeded", amount_capturable=0, amount_received=amount)
        self.till.emit("charge.captured", self.charge, before)
        if rest:
            self.release(rest)
        self.till.emit("payment_intent.succeeded", self.intent)

    def cancel(self) -> None:
        """The hotel gives it back."""
        self.close("requested_by_customer", by="charge.refunded")

    def expire(self) -> None:
        """Nobody took it in time: the card network ends it."""
        self.close("automatic", by="charge.expired", reason="expired_uncaptured_charge")

    def close(self, why: str, *, by: str, reason: str | None = None) -> None:
        """Let go of the whole of it; nothing can be taken any more."""
        asked = reason is None  # a hold that ran out ended without anybody's request
        before = change(self.charge, amount_refunded=self.amount, refunded=True)
        change(
            self.intent,
            status="canceled",
            amount_capturable=0,
            canceled_at=self.till.now,
            cancellation_reason=why,
        )
        self.till.emit(by, self.charge, before, asked=asked)
        self.release(self.amount, reason=reason, asked=asked)
        self.till.emit("payment_intent.canceled", self.intent, asked=asked)

    def release(self, amount: int, *, reason: str | None = None, asked: bool = True) -> None:
        """The refund row that Stripe makes of held money let go: no money moves for it."""
        row = objects.refund(
            id=self.till.id("re"),
            amount=amount,
            balance_transaction=None,
            charge=self.charge["id"],
            created=self.till.now,
            currency=self.charge["currency"],
            destination_details={"card": {"type": "reversal"}, "type": "card"},
            payment_intent=self.intent["id"],
            payment_method=self.charge["payment_method"],
            reason=reason,
        )
        self.till.emit("refund.created", row, asked=asked)


class DirectDebit(Payment):
    """A guest's bank account is debited (SEPA): the bank takes days to answer."""

    charge_prefix = "py"
    settings: ClassVar[Object] = {
        "automatic_payment_methods": None,
        "capture_method": "automatic",
        "payment_method_options": {"sepa_debit": {}},
        "payment_method_types": ["sepa_debit"],
    }

    def method(self) -> Object:
        return objects.sepa_debit()

    def process(self) -> None:
        """The debit is on its way to the bank."""
        charge = self.attempt(status="pending")
        change(self.intent, status="processing")
        self.till.emit("charge.pending", charge)
        self.till.emit("payment_intent.processing", self.intent)

    def settle(self) -> None:
        """The bank has paid."""
        change(
            self.charge,
            status="succeeded",
            paid=True,
            receipt_url=payments.receipt(self.charge["id"]),
        )
        change(self.intent, status="succeeded", amount_received=self.amount)
        self.till.emit("charge.succeeded", self.charge, asked=False)
        self.till.emit("payment_intent.succeeded", self.intent, asked=False)


class BankTransfer(Payment):
    """A guest sends a transfer to an account number of their own, all at once or in parts."""

    charge_prefix = "py"
    settings: ClassVar[Object] = {
        "automatic_payment_methods": None,
        "payment_method_types": ["customer_balance"],
    }

    def __init__(self, till: Till, amount: int, **fields: Any) -> None:
        self.missing = amount
        super().__init__(
            till,
            amount,
            customer=till.id("cus"),
            payment_method=till.id("pm"),
            payment_method_options=transfers_in.options(till.stay.currency),
            **fields,
        )

    def method(self) -> Object:
        return objects.customer_balance()

    def instruct(self) -> None:
        """The guest is told where to send it, and how much is still missing."""
        self._show_instructions()
        self.till.emit("payment_intent.requires_action", self.intent)

    def receive(self, amount: int) -> None:
        """A transfer has come in; the payment is made when nothing is missing any more."""
        self.missing -= amount
        if self.missing > 0:
            self._show_instructions()
            self.till.emit("payment_intent.partially_funded", self.intent, asked=False)
            return
        charge = self.attempt()
        change(self.intent, status="succeeded", amount_received=self.amount)
        self.till.emit("charge.succeeded", charge, asked=False)
        self.till.emit("payment_intent.succeeded", self.intent, asked=False)

    def _show_instructions(self) -> None:
        where = transfers_in.instructions(self.intent, missing=self.missing)
        change(self.intent, status="requires_action", next_action=where)
