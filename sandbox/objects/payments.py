"""A payment, its attempts, and what goes back: PaymentIntent, Charge, Refund."""

from typing import Any

from sandbox import ids
from sandbox.objects import methods
from sandbox.objects.methods import WHEN, Object

APPLICATION = ids.make("ca", "the platform")  # the hotel system, as Stripe knows it


def payment_intent(*, seed: str = "", **fields: Any) -> Object:
    """One payment that a guest owes, whatever it takes to get it."""
    pi = fields.get("id", ids.make("pi", seed))
    created = fields.get("created", WHEN)
    built = {
        "id": pi,
        "object": "payment_intent",
        "allowed_payment_method_types": None,
        "amount": 30_000,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": APPLICATION,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{pi}_secret_{ids.letters(pi, 25)}",
        "confirmation_method": "automatic",
        "created": created,
        "currency": "eur",
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {
                "installments": None,
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            }
        },
        "payment_method_types": ["card"],
        "payment_record": None,
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
    status, amount = fields.get("status"), fields.get("amount", built["amount"])
    if status in ("requires_confirmation", "requires_action", "processing"):
        built |= {"payment_method": ids.make("pm", seed)}
    if status in ("processing", "requires_capture", "succeeded"):
        built |= {"payment_method": ids.make("pm", seed), "latest_charge": ids.make("ch", seed)}
    if status == "requires_capture":
        built |= {"capture_method": "manual", "amount_capturable": amount}
    if status == "succeeded":
        built |= {"amount_received": amount}
    if status == "canceled":
        built |= {"canceled_at": created + 60, "cancellation_reason": "requested_by_customer"}
    return built | fields


def charge(*, seed: str = "", **fields: Any) -> Object:
    """One attempt to take a payment: pending, gone through or declined; captured or only held."""
    amount = fields.get("amount", 30_000)
    status = fields.get("status", "succeeded")
    captured = fields.get("captured", status != "failed")
    ch = fields.get("id", ids.make("ch", seed))
    built = {
        "id": ch,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount if captured else 0,
        "amount_refunded": 0,
        "application": APPLICATION,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": ids.make("txn", ch) if captured else None,
        "billing_details": methods.billing_details(),
        "calculated_statement_descriptor": "HOTEL",
        "captured": captured,
        "created": WHEN,
        "currency": "eur",
        "customer": None,
        "description": None,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": outcome(),
        "paid": status == "succeeded",
        "payment_intent": ids.make("pi", seed),
        "payment_method": ids.make("pm", seed),
        "payment_method_details": methods.card(amount),
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": receipt(ch) if status == "succeeded" else None,
        "refunded": fields.get("amount_refunded", 0) == amount,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": status,
        "transfer_data": None,
        "transfer_group": None,
    }
    if status == "failed":
        built |= declined("insufficient_funds")
    return built | fields


def receipt(charge: str) -> str:
    """The address of a charge's receipt at Stripe."""
    return f"https://pay.stripe.com/receipts/payment/{ids.letters(charge, 60)}"


def outcome(**fields: Any) -> Object:
    """What the bank and Stripe's fraud model made of an attempt."""
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": "normal",
        "risk_score": 21,
        "seller_message": "Payment complete.",
        "type": "authorized",
        **fields,
    }


# Stripe's word for a decline: the network's own code, what to do about it, what the guest is told.
DECLINES = {
    "authentication_required": (
        None,
        None,
        "Your card was declined. This transaction requires authentication.",
    ),
    "card_velocity_exceeded": (
        "61",
        "try_again_later",
        "Your card was declined for making repeated attempts too frequently or exceeding its "
        "amount limit.",
    ),
    "expired_card": ("54", "do_not_try_again", "Your card has expired."),
    "fraudulent": (None, None, "Your card was declined."),
    "generic_decline": ("05", "try_again_later", "Your card was declined."),
    "incorrect_cvc": ("N7", "confirm_card_data", "Your card's security code is incorrect."),
    "incorrect_number": ("14", "confirm_card_data", "Your card number is incorrect."),
    "insufficient_funds": ("51", "try_again_later", "Your card has insufficient funds."),
    "lost_card": ("41", "do_not_try_again", "Your card was declined."),
    "processing_error": (
        "96",
        "try_again_later",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "stolen_card": ("43", "do_not_try_again", "Your card was declined."),
}
OWN_CODES = {
    "authentication_required",
    "expired_card",
    "incorrect_cvc",
    "incorrect_number",
    "processing_error",
}


def error_code(decline: str) -> str:
    """Return the error code of a decline: its own, or that of declines in general."""
    return decline if decline in OWN_CODES else "card_declined"


def declined(code: str, *, blocked: bool = False) -> Object:
    """The fields of a charge that say why the bank refused, or that Stripe itself did."""
    network_code, advice, message = DECLINES[code]
    if blocked:
        said = outcome(
            network_status="not_sent_to_network",
            reason="highest_risk_level",
            risk_level="highest",
            risk_score=94,
            seller_message="Stripe blocked this payment as too risky.",
            type="blocked",
        )
    else:
        said = outcome(
            advice_code=advice,
            network_decline_code=network_code,
            network_status="declined_by_network",
            reason=code,
            seller_message=f"The bank returned the decline code `{code}`.",
            type="issuer_declined",
        )
    return {"failure_code": error_code(code), "failure_message": message, "outcome": said}


def payment_error(code: str, *, payment_method: Object, charge: str | None = None) -> Object:
    """What an intent says of the attempt that was declined last."""
    network_code, advice, message = DECLINES[code]
    error = error_code(code)
    own = error != "authentication_required" and error == code
    return {
        **({"charge": charge} if charge else {}),
        **({"advice_code": advice} if advice else {}),
        "code": error,
        **({} if own else {"decline_code": code}),
        "doc_url": f"https://docs.stripe.com/error-codes/{error.replace('_', '-')}",
        "message": message,
        **({"network_decline_code": network_code} if network_code else {}),
        "payment_method": payment_method,
        "type": "card_error",
    }


def refund(*, seed: str = "", **fields: Any) -> Object:
    """Money on its way back to a guest, or a hold that is let go."""
    re = fields.get("id", ids.make("re", seed))
    built = {
        "id": re,
        "object": "refund",
        "amount": 30_000,
        "balance_transaction": ids.make("txn", re),
        "charge": ids.make("ch", seed),
        "created": WHEN,
        "currency": "eur",
        "customer": None,
        "customer_account": None,
        "destination_details": sent_to_card(),
        "metadata": {},
        "payment_intent": ids.make("pi", seed),
        "payment_method": ids.make("pm", seed),
        "reason": "requested_by_customer",
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    if fields.get("status") in ("failed", "canceled"):
        built |= came_back(re)
    return built | fields


def sent_to_card(reference: str | None = None) -> Object:
    """Where a refund went; the bank gives its reference some days later."""
    details = {
        "reference_status": "available" if reference else "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }
    if reference:
        details["reference"] = reference
    return {"card": details, "type": "card"}


def came_back(refund: str, reason: str = "expired_or_canceled_card") -> Object:
    """The fields of a refund that say why the guest's bank would not take it."""
    return {
        "failure_balance_transaction": ids.make("txn", refund, "came back"),
        "failure_reason": reason,
    }
