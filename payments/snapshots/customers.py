"""Guests as Stripe knows them, and the cards they left."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from payments.errors import Malformed
from payments.reading import Reader
from payments.snapshots.base import OUR_ID, StripeEvent, brand, error_code, hints


@dataclass(frozen=True, slots=True)
class CustomerSnapshot:
    """A customer."""

    kind: ClassVar[str] = "customer"
    whole: ClassVar[bool] = True
    stripe_id: str
    name: str
    email: str
    currency: str
    default_payment_method: str
    delinquent: bool
    deleted: bool | None
    our_id: str
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentMethodSnapshot:
    """A card, bank account or source that can be charged again, or no longer."""

    kind: ClassVar[str] = "payment_method"
    whole: ClassVar[bool] = True
    stripe_id: str
    status: str
    type: str
    stripe_customer_id: str
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    country: str
    funding: str
    detached: bool | None
    expiring: list[str] | None
    network_updated_at: datetime | None
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class SetupIntentSnapshot:
    """A card being saved for later."""

    kind: ClassVar[str] = "setup_intent"
    whole: ClassVar[bool] = True
    stripe_id: str
    status: str
    tie: int
    stripe_customer_id: str
    stripe_payment_method_id: str
    usage: str
    failure_code: str
    failure_reason: str
    cancellation_reason: str
    metadata: dict[str, str]
    occurred_at: datetime | None


_SETUP_TIES = {
    "requires_payment_method": 0,
    "requires_confirmation": 1,
    "requires_action": 2,
    "processing": 3,
}
_FAILED_TIE = 4  # back at requires_payment_method, with an error
_LEGACY = ("card", "bank_account", "source", "alipay_account", "bitcoin_receiver")


def customer(given: dict[str, Any], *, deleted: bool) -> CustomerSnapshot:
    """
    Return what a customer shows.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("customer", given)
    return CustomerSnapshot(
        stripe_id=read.own_id(),
        name=read.text("name", 200),
        email=read.text("email", 254),
        currency=read.currency(),
        default_payment_method=read.at("invoice_settings").ref("default_payment_method")
        or read.ref("default_source")
        or read.ref("default_card"),
        delinquent=read.flag("delinquent") is True,
        deleted=deleted or read.flag("deleted") or None,
        our_id=hints(given).get(OUR_ID, ""),
        occurred_at=read.time("created"),
    )


def payment_method(event: StripeEvent, *, detached: bool = False) -> PaymentMethodSnapshot:
    """
    Return what a payment method shows; a legacy card, bank account or source is one, too.

    :raises Malformed: a value makes no sense, or it is something else.
    """
    read = Reader(event.object)
    kind = read.text("object", 50) or "payment_method"
    if kind not in ("payment_method", *_LEGACY):
        raise Malformed("The object is no payment method.")
    type = read.text("type", 50) if kind in ("payment_method", "source") else kind
    details = read.at(type) if type and type in read and kind != type else read
    month, year = details.small("exp_month"), details.small("exp_year")
    expiring = event.type == "customer.source.expiring"
    return PaymentMethodSnapshot(
        stripe_id=read.own_id(),
        status=read.text("status", 50),
        type=type,
        stripe_customer_id=read.ref("customer"),
        brand=brand(details) or details.text("bank_name", 50),
        last4=details.text("last4", 4),
        exp_month=month,
        exp_year=year,
        country=details.text("country", 2),
        funding=details.text("funding", 50),
        detached=detached or None,
        expiring=[f"{year}-{month}"] if expiring else None,
        network_updated_at=Reader({"at": event.created}).time("at")
        if "automatically_updated" in event.type
        else None,
        occurred_at=read.time("created"),
    )


def setup_intent(given: dict[str, Any]) -> SetupIntentSnapshot:
    """
    Return what a setup intent shows.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("setup_intent", given)
    status, error = read.text("status", 50), read.at("last_setup_error")
    failed = status == "requires_payment_method" and bool(error.given)
    return SetupIntentSnapshot(
        stripe_id=read.own_id(),
        status=status,
        tie=_FAILED_TIE if failed else _SETUP_TIES.get(status, 5),
        stripe_customer_id=read.ref("customer"),
        stripe_payment_method_id=read.ref("payment_method"),
        usage=read.text("usage", 50),
        failure_code=error_code(error),
        failure_reason=error.text("message", 500),
        cancellation_reason=read.text("cancellation_reason", 100),
        metadata=hints(given),
        occurred_at=read.time("created"),
    )


@dataclass(frozen=True, slots=True)
class CashBalanceTransactionSnapshot:
    """A bank transfer's money at Stripe: it came, went towards a payment, or back to the guest."""

    kind: ClassVar[str] = "cash_balance_transaction"
    whole: ClassVar[bool] = True
    stripe_id: str
    stripe_customer_id: str
    stripe_payment_intent_id: str
    type: str
    net_amount: int | None
    ending_balance: int | None
    currency: str
    occurred_at: datetime | None


def cash_balance_transaction(given: dict[str, Any]) -> CashBalanceTransactionSnapshot:
    """
    Return what moved on a customer's cash balance.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("customer_cash_balance_transaction", given)
    type = read.text("type", 50)
    return CashBalanceTransactionSnapshot(
        stripe_id=read.own_id(),
        stripe_customer_id=read.ref("customer"),
        stripe_payment_intent_id=read.at(type).ref("payment_intent") if type else "",
        type=type,
        net_amount=read.amount("net_amount", signed=True),
        ending_balance=read.amount("ending_balance", signed=True),
        currency=read.currency(),
        occurred_at=read.time("created"),
    )
