"""Payments, charges, refunds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from payments.reading import Reader, identifier
from payments.snapshots.base import OUR_ID, brand, error_code, hints, ids


@dataclass(frozen=True, slots=True)
class PaymentSnapshot:
    """A PaymentIntent."""

    kind: ClassVar[str] = "payment"
    whole: ClassVar[bool] = True
    stripe_id: str
    status: str
    tie: int
    amount: int | None
    currency: str
    amount_received: int | None
    amount_capturable: int | None
    amount_remaining: int | None
    capture_method: str
    payment_method: str
    latest_charge: str
    stripe_customer_id: str
    stripe_payment_method_id: str
    failure_code: str
    failure_reason: str
    failed_charges: list[str] | None
    metadata: dict[str, str]
    purpose: str
    canceled_at: datetime | None
    cancellation_reason: str
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChargeSnapshot:
    """A charge: one attempt at a payment."""

    kind: ClassVar[str] = "charge"
    whole: ClassVar[bool] = True
    stripe_id: str
    status: str
    stripe_payment_intent_id: str
    amount: int | None
    currency: str
    captured: bool | None
    amount_captured: int | None
    disputed: bool | None
    amount_refunded: int | None
    refunded: bool | None
    balance_transaction: str
    payment_method: str
    brand: str
    last4: str
    failure_code: str
    failure_reason: str
    risk_level: str
    risk_score: int | None
    network_status: str
    seller_message: str
    receipt_url: str
    capture_before: datetime | None
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefundSnapshot:
    """A refund."""

    kind: ClassVar[str] = "refund"
    whole: ClassVar[bool] = True
    stripe_id: str
    status: str
    amount: int | None
    currency: str
    stripe_charge_id: str
    stripe_payment_intent_id: str
    balance_transaction: str
    failure_balance_transaction: str
    failure_reason: str
    reason: str
    our_id: str
    occurred_at: datetime | None


# A charge that no PaymentIntent stands behind is a payment of its own, with the charge's status.
_ALONE_TIES = {"pending": 4, "failed": 5, "succeeded": 7}

# Before API version 2019-02-11.
_OLD_STATUSES = {
    "requires_source": "requires_payment_method",
    "requires_source_action": "requires_action",
}

# Which of two states of a payment within one second is the later one.
_PAYMENT_TIES = {
    "requires_payment_method": 0,
    "requires_confirmation": 1,
    "requires_action": 2,
    "processing": 4,
    "requires_capture": 6,
}
_PART_CAME_TIE = 3  # of a bank transfer, which goes on requiring action
_FAILED_TIE = 5  # back at requires_payment_method, with an error
_FINAL_TIE = 7


def payment(given: dict[str, Any]) -> PaymentSnapshot:
    """
    Return what a PaymentIntent shows.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("payment_intent", given)
    status = read.text("status", 50)
    status = _OLD_STATUSES.get(status, status)
    error = read.at("last_payment_error")
    failed = identifier(error.given.get("charge"))
    metadata = hints(given)
    amount = read.amount("amount")
    missing = read.at("next_action", "display_bank_transfer_instructions").amount(
        "amount_remaining"
    )
    tie = _PAYMENT_TIES.get(status, _FINAL_TIE)
    if status == "requires_payment_method" and error.given:
        tie = _FAILED_TIE
    elif status == "requires_action" and missing is not None and missing < (amount or 0):
        tie = _PART_CAME_TIE
    return PaymentSnapshot(
        stripe_id=read.own_id(),
        status=status,
        tie=tie,
        amount=amount,
        currency=read.currency(),
        amount_received=read.amount("amount_received"),
        amount_capturable=read.amount("amount_capturable"),
        amount_remaining=missing,
        capture_method=read.text("capture_method", 50),
        payment_method=error.at("payment_method").text("type", 50)
        or _first_text(read.each("payment_method_types")),
        latest_charge=_latest_charge(read),
        stripe_customer_id=read.ref("customer"),
        stripe_payment_method_id=read.ref("payment_method"),
        failure_code=error_code(error),
        failure_reason=error.text("message", 500),
        failed_charges=[failed] if failed else None,
        metadata=metadata,
        purpose=metadata.get("type") or "reservation_payment",
        canceled_at=read.time("canceled_at"),
        cancellation_reason=read.text("cancellation_reason", 100),
        occurred_at=read.time("created"),
    )


def _latest_charge(read: Reader) -> str:
    """Return a payment's latest attempt: before API version 2022-11-15, the first of its list."""
    return read.ref("latest_charge") or next(iter(ids(read.each("charges"))), "")


def charge(given: dict[str, Any]) -> ChargeSnapshot:
    """
    Return what a charge shows.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("charge", given)
    details = read.at("payment_method_details")
    kind = details.text("type", 50)
    alone = stands_alone(given)
    # Old API versions have the card on the charge itself.
    method = details.at(kind) if kind else read.at("card" if "card" in read else "source")
    return ChargeSnapshot(
        stripe_id=read.own_id(),
        status=_charge_status(read),
        stripe_payment_intent_id=read.own_id() if alone else read.ref("payment_intent"),
        amount=read.amount("amount"),
        currency=read.currency(),
        captured=read.flag("captured"),
        amount_captured=read.amount("amount_captured"),
        disputed=read.flag("disputed"),
        amount_refunded=read.amount("amount_refunded"),
        refunded=read.flag("refunded"),
        balance_transaction=read.ref("balance_transaction"),
        payment_method=kind or method.text("object", 50),
        brand=brand(method),
        last4=method.text("last4", 4),
        failure_code=read.text("failure_code", 100),
        failure_reason=read.text("failure_message", 500),
        risk_level=read.at("outcome").text("risk_level", 50),
        risk_score=read.at("outcome").small("risk_score"),
        network_status=read.at("outcome").text("network_status", 50),
        seller_message=read.at("outcome").text("seller_message", 500),
        receipt_url=read.text("receipt_url", 2000),
        capture_before=details.at(kind or "card").time("capture_before"),
        occurred_at=read.time("created"),
    )


def stands_alone(given: dict[str, Any]) -> bool:
    """
    Say whether a charge was made without a PaymentIntent, as other software may still do.

    Stripe then says `null`. A charge that does not speak of one at all may well have one.
    """
    return "payment_intent" in given and not Reader(given).ref("payment_intent")


def payment_of_charge(given: dict[str, Any]) -> PaymentSnapshot:
    """
    Return what a charge shows that stands alone, as the payment that it is.

    :raises Malformed: a value makes no sense.
    """
    seen = charge(given)
    came = seen.amount_captured
    if came is None:
        came = seen.amount if seen.captured else 0
    metadata = hints(given)
    return PaymentSnapshot(
        stripe_id=seen.stripe_id,
        status=seen.status,
        tie=_ALONE_TIES.get(seen.status, 0),
        amount=seen.amount,
        currency=seen.currency,
        amount_received=came if seen.status == "succeeded" else 0,
        amount_capturable=0,
        amount_remaining=None,
        capture_method="",
        payment_method=seen.payment_method,
        latest_charge=seen.stripe_id,
        stripe_customer_id=Reader(given).ref("customer"),
        stripe_payment_method_id=Reader(given).ref("payment_method"),
        failure_code=seen.failure_code,
        failure_reason=seen.failure_reason,
        failed_charges=[seen.stripe_id] if seen.status == "failed" else None,
        metadata=metadata,
        purpose=metadata.get("type") or "reservation_payment",
        canceled_at=None,
        cancellation_reason="",
        occurred_at=seen.occurred_at,
    )


def refund(given: dict[str, Any]) -> RefundSnapshot:
    """
    Return what a refund shows.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("refund", given)
    return RefundSnapshot(
        stripe_id=read.own_id(),
        # A refund had no status before API version 2014-05: it was done when it was made.
        status=read.text("status", 50) if "status" in given else "succeeded",
        amount=read.amount("amount"),
        currency=read.currency(),
        stripe_charge_id=read.ref("charge"),
        stripe_payment_intent_id=read.ref("payment_intent"),
        balance_transaction=read.ref("balance_transaction"),
        failure_balance_transaction=read.ref("failure_balance_transaction"),
        failure_reason=read.text("failure_reason", 500),
        reason=read.text("reason", 100),
        our_id=hints(given).get(OUR_ID, ""),
        occurred_at=read.time("created"),
    )


def _charge_status(read: Reader) -> str:
    """Return a charge's status in today's words."""
    status = read.text("status", 50)
    if status == "paid":  # before API version 2015-02-18
        return "succeeded"
    if not status and "paid" in read:  # before there was a status
        return "succeeded" if read.flag("paid") else "failed"
    return status


def _first_text(values: list[Any]) -> str:
    return next((value[:50] for value in values if isinstance(value, str)), "")


def refunds_within(given: dict[str, Any]) -> list[dict[str, Any]]:
    """
    Return the refunds that a charge carries, each naming its charge.

    Only API versions before 2022-11-15 put them there. Before 2014-05 they had no id, so nobody
    could tell them apart: those are left out, and count as what is not explained yet.
    """
    read = Reader(given)
    parents = {"charge": given.get("id"), "payment_intent": given.get("payment_intent")}
    return [
        {**each, **{name: each.get(name) or parents[name] for name in parents}}
        for each in read.each("refunds")
        if isinstance(each, dict) and identifier(each.get("id"))
    ]
