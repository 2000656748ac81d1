"""Single payments, refunds and disputes for a booking, as Stripe tells of them."""

from typing import Any

from sandbox import ids, objects
from tests.support.stripe import Stripe

START = 1_795_539_600  # Tuesday 24 November 2026, 17:00 in Lisbon


def intent(booking: Any, seed: str, **fields: Any) -> dict[str, Any]:
    """Return a payment of a booking."""
    metadata = {"reservationId": str(booking.pk), "type": fields.pop("type", "reservation_payment")}
    return objects.payment_intent(
        seed=seed, metadata=metadata, **{"currency": booking.currency} | fields
    )


def pays(
    stripe: Stripe, booking: Any, amount: int, *, seed: str = "1", at: int = START, **fields: Any
) -> None:
    """Let a guest pay: the attempt, then the payment."""
    charge = objects.charge(seed=seed, amount=amount, currency=booking.currency, created=at)
    stripe.tells("charge.succeeded", charge, created=at)
    paid = intent(booking, seed, status="succeeded", amount=amount, created=at - 60, **fields)
    stripe.tells("payment_intent.succeeded", paid, created=at)


def cannot_pay(
    stripe: Stripe,
    booking: Any,
    amount: int,
    code: str = "insufficient_funds",
    *,
    seed: str = "1",
    at: int = START,
    method: str = "card",
    **fields: Any,
) -> None:
    """Let an attempt fail: with a card, where no other method is named."""
    details = {"type": method, method: {}}
    charge = objects.charge(
        seed=seed,
        amount=amount,
        currency=booking.currency,
        status="failed",
        created=at,
        failure_code=code,
        **({} if method == "card" else {"payment_method_details": details}),
    )
    stripe.tells("charge.failed", charge, created=at)
    declined = {"code": "card_declined", "decline_code": code} if method == "card" else {}
    error = {"code": code, "message": "It failed.", "payment_method": {"type": method}, **declined}
    failed = intent(
        booking,
        seed,
        amount=amount,
        created=at - 60,
        latest_charge=charge["id"],
        last_payment_error=error | {"charge": charge["id"]},
        payment_method_types=["card", method],
        **fields,
    )
    stripe.tells("payment_intent.payment_failed", failed, created=at)


def sends_back(
    stripe: Stripe,
    amount: int,
    *,
    seed: str = "1",
    named: str = "r",
    at: int = START,
    **fields: Any,
) -> None:
    """Let money of a payment go back, or not arrive."""
    refund = objects.refund(
        id=ids.make("re", named),
        charge=ids.make("ch", seed),
        payment_intent=ids.make("pi", seed),
        amount=amount,
        created=at,
        **{"status": "succeeded"} | fields,
    )
    event = "refund.failed" if refund["status"] == "failed" else "refund.created"
    stripe.tells(event, refund, created=at)


def disputes(
    stripe: Stripe,
    amount: int,
    *moved: int,
    seed: str = "1",
    named: str = "d",
    at: int = START,
    **fields: Any,
) -> None:
    """Let a cardholder dispute a payment; `moved` is what the bank took (below zero) or gave."""
    dp = ids.make("dp", named)
    lines = [
        objects.balance_transaction(
            id=ids.make("txn", f"{named} {number}"),
            amount=line,
            source=dp,
            type="adjustment",
            reporting_category="dispute" if line < 0 else "dispute_reversal",
        )
        for number, line in enumerate(moved)
    ]
    dispute = objects.dispute(
        id=dp,
        charge=ids.make("ch", seed),
        payment_intent=ids.make("pi", seed),
        amount=amount,
        created=at,
        balance_transactions=lines,
        **fields,
    )
    over = dispute["status"] in ("won", "lost", "warning_closed", "prevented")
    stripe.tells(f"charge.dispute.{'closed' if over else 'created'}", dispute, created=at)
