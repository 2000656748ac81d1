"""Whom Stripe knows as a hotel's guest, and the cards they left."""

import builtins
from typing import Any, ClassVar

from django.db import models

from payments.merge import Frozen, Max, Min, Once, Rank, Register, Tombstone, Union
from payments.models.base import (
    BookingRecord,
    StripeRecord,
    flag,
    moment,
    money,
    of_organization,
    one_per_account,
    stripe_id,
    text,
)
from payments.models.payments import PaymentTransaction


class Customer(StripeRecord):
    """
    A customer at Stripe. On the platform's own account: an organization that we bill.

    A platform event that names one belongs to that organization.
    """

    MERGE: ClassVar[Frozen] = Frozen(
        deleted=Tombstone(),
        name=Register(),
        email=Register(),
        currency=Register(),
        default_payment_method=Register(),
        delinquent=Register(),
        occurred_at=Min(),
    )
    PERSONAL: ClassVar[tuple[str, ...]] = ("name", "email")

    guest_id = models.UUIDField(null=True, blank=True, db_index=True)  # the hotel's own guest
    name = text(200)
    email = text(254)
    currency = text(3)
    default_payment_method = stripe_id()
    delinquent = flag()
    deleted = flag()
    erased_at = moment()  # the guest is forgotten, whatever is seen of them later

    waits: Any = None  # money of theirs at Stripe, by currency; filled in for its rule
    meant: Any = None  # the booking that it is likely for; filled in, too

    class Meta:
        db_table = "customers"
        ordering = ["-id"]
        constraints = [one_per_account("customer_is_unique_in_account")]
        indexes = [of_organization("customers_of_organization")]


class PaymentMethod(StripeRecord):
    """
    A card, bank account or source on file. Once detached, or deleted, it is never charged again.

    Legacy cards, bank accounts and sources are rows of it.
    """

    SPENT = ("consumed", "failed", "canceled", "errored", "verification_failed")

    PARENTS: ClassVar[dict[str, str]] = {"customer": "stripe_customer_id"}
    MERGE: ClassVar[Frozen] = Frozen(
        # Words of bank accounts and of sources; cards have none.
        status=Rank(
            "new validated verified verification_failed errored pending",
            "chargeable",
            "consumed failed canceled",
        ),
        detached=Tombstone(),
        expiring=Union(),  # each last month that Stripe warned of
        stripe_customer_id=Once(),
        network_updated_at=Max(),
        type=Register(),
        brand=Register(),
        last4=Register(),
        exp_month=Register(),
        exp_year=Register(),
        country=Register(),
        funding=Register(),
        occurred_at=Min(),
    )

    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="payment_methods"
    )
    stripe_customer_id = stripe_id()
    status = text(50)
    type = text(50)
    brand = text(50)
    last4 = text(4)
    exp_month = models.IntegerField(null=True, blank=True)
    exp_year = models.IntegerField(null=True, blank=True)
    country = text(2)
    funding = text(50)
    detached = flag()
    expiring = models.JSONField(null=True, blank=True)
    network_updated_at = moment()  # when the card network last sent a new number or expiry

    backs: Any = None  # a booking's payment that is held on it; filled in for its rule

    class Meta:
        db_table = "payment_methods"
        ordering = ["-id"]
        verbose_name = "card"
        constraints = [one_per_account("payment_method_is_unique_in_account")]
        indexes = [of_organization("methods_of_organization")]

    @builtins.property
    def can_be_charged(self) -> bool:
        """Whether staff may still charge it."""
        on_file = self.seen and not self.detached and bool(self.stripe_customer_id)
        return on_file and self.status not in self.SPENT

    @builtins.property
    def last_month(self) -> str:
        """The last month that it is good for."""
        return f"{self.exp_year}-{self.exp_month}"

    @builtins.property
    def runs_out(self) -> bool:
        """Whether Stripe warned of the last month that it has now; a renewed card has another."""
        return self.last_month in (self.expiring or [])


class SetupIntent(BookingRecord):
    """A guest's card being saved for later."""

    PARENTS: ClassVar[dict[str, str]] = {"customer": "stripe_customer_id"}
    MERGE: ClassVar[Frozen] = Frozen(
        status=Rank(
            "requires_payment_method requires_confirmation requires_action processing",
            "succeeded canceled",
            excludes="succeeded canceled",
        ),
        stripe_customer_id=Register(),
        stripe_payment_method_id=Register(),
        usage=Register(),
        failure_code=Register(),
        failure_reason=Register(),
        cancellation_reason=Once(),
        metadata=Register(),
        occurred_at=Min(),
    )

    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="setup_intents"
    )
    stripe_customer_id = stripe_id()
    stripe_payment_method_id = stripe_id()
    status = text(50)
    usage = text(50)
    failure_code = text(100)
    failure_reason = text(500)
    cancellation_reason = text(100)
    metadata = models.JSONField(null=True, blank=True)

    class Meta:
        db_table = "setup_intents"
        ordering = ["-id"]
        verbose_name = "card being left"
        verbose_name_plural = "cards being left"
        constraints = [one_per_account("setup_intent_is_unique_in_account")]
        indexes = [of_organization("setup_intents_of_organization")]


class CashBalanceTransaction(BookingRecord):
    """
    A movement of money that a guest sent by bank transfer and that waits at Stripe.

    Stripe puts it towards a payment, or sends it back; until then no payment has it.
    """

    PARENTS: ClassVar[dict[str, str]] = {
        "customer": "stripe_customer_id",
        "payment": "stripe_payment_intent_id",
    }
    MERGE: ClassVar[Frozen] = Frozen(
        stripe_customer_id=Once(),
        stripe_payment_intent_id=Once(),
        type=Once(),
        net_amount=Once(),
        ending_balance=Once(),
        currency=Once(),
        occurred_at=Min(),
    )

    customer = models.ForeignKey(
        Customer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cash_balance_transactions",
    )
    payment = models.ForeignKey(
        PaymentTransaction,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cash_balance_transactions",
    )
    stripe_customer_id = stripe_id()
    stripe_payment_intent_id = stripe_id()
    type = text(50)
    net_amount = money()
    ending_balance = money()
    currency = text(3)

    class Meta:
        db_table = "cash_balance_transactions"
        ordering = ["-id"]
        verbose_name = "bank transfer"
        verbose_name_plural = "bank transfers"
        constraints = [one_per_account("cash_balance_transaction_is_unique_in_account")]
        indexes = [of_organization("cash_of_organization")]
