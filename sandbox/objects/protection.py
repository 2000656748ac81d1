"""What a bank or Stripe makes of a charge afterwards: Dispute, EarlyFraudWarning, Review."""

from typing import Any

from sandbox import ids
from sandbox.objects.methods import WHEN, Object

CLEARS_IN = 2 * 86_400  # seconds until a movement counts in the hotel's balance
ANSWER_WITHIN = 9 * 86_400  # seconds that a bank gives a hotel to send its evidence

# The card network's own word for a cardholder's reason (Visa's).
NETWORK_CODES = {
    "credit_not_processed": "13.7",
    "duplicate": "12.6.1",
    "fraudulent": "10.4",
    "product_not_received": "13.1",
    "product_unacceptable": "13.3",
}

# What a hotel may tell the bank; each is text or a file.
EVIDENCE = """
    access_activity_log billing_address cancellation_policy cancellation_policy_disclosure
    cancellation_rebuttal customer_communication customer_email_address customer_name
    customer_purchase_ip customer_signature duplicate_charge_documentation
    duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy
    refund_policy_disclosure refund_refusal_explanation service_date service_documentation
    shipping_address shipping_carrier shipping_date shipping_documentation
    shipping_tracking_number uncategorized_file uncategorized_text
"""


def balance_transaction(*, seed: str = "", **fields: Any) -> Object:
    """One movement of the hotel's money at Stripe; by default what a dispute takes."""
    amount, fee = fields.get("amount", -30_000), fields.get("fee", 0)
    created, currency = fields.get("created", WHEN), fields.get("currency", "eur")
    return {
        "id": ids.make("txn", seed),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created + CLEARS_IN,
        "balance_type": "payments",
        "created": created,
        "currency": currency,
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [dispute_fee(fee, currency)] if fee else [],
        "net": amount - fee,
        "reporting_category": "dispute" if amount < 0 else "dispute_reversal",
        "source": ids.make("dp", seed),
        "status": "pending",
        "type": "adjustment",
        **fields,
    }


def dispute_fee(amount: int, currency: str) -> Object:
    """What Stripe asks for the work of a dispute; it stays with Stripe whoever wins."""
    return {
        "amount": amount,
        "application": None,
        "currency": currency,
        "description": "Dispute fee",
        "type": "stripe_fee",
    }


def dispute(*, seed: str = "", **fields: Any) -> Object:
    """A cardholder's bank asks the money of a charge back, or only asks about it (an inquiry)."""
    created = fields.get("created", WHEN)
    inquiry = fields.get("status", "needs_response").startswith("warning_")
    reason = fields.get("reason", "fraudulent")
    return {
        "id": ids.make("dp", seed),
        "object": "dispute",
        "amount": 30_000,
        "balance_transactions": [],
        "charge": ids.make("ch", seed),
        "created": created,
        "currency": "eur",
        "enhanced_eligibility_types": [],
        "evidence": evidence(),
        "evidence_details": evidence_details(created + ANSWER_WITHIN),
        "intended_submission_method": None,
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": ids.make("pi", seed),
        "payment_method_details": case("inquiry" if inquiry else "chargeback", reason),
        "reason": reason,
        "status": "needs_response",
        **fields,
    }


def case(kind: str, reason: str) -> Object:
    """What the card network calls it: an inquiry or a chargeback, and its code for the reason."""
    card = {
        "brand": "visa",
        "case_type": kind,
        "network": "visa",
        "network_reason_code": NETWORK_CODES[reason],
    }
    return {"card": card, "type": "card"}


def evidence(**fields: Any) -> Object:
    """What the hotel has to say; nothing until it says something."""
    blank: Object = dict.fromkeys(EVIDENCE.split())
    return blank | {"appeal": None, "enhanced_evidence": {}} | fields


def evidence_details(due_by: int | None, **fields: Any) -> Object:
    """By when the bank wants to hear from the hotel, and whether it has."""
    return {
        "due_by": due_by,
        "enhanced_eligibility": {},
        "has_evidence": False,
        "past_due": False,
        "submission_count": 0,
        "submission_method": "not_submitted",
        **fields,
    }


def early_fraud_warning(*, seed: str = "", **fields: Any) -> Object:
    """A bank's word that a charge is thought to be fraud, before any dispute."""
    return {
        "id": ids.make("issfr", seed),
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": ids.make("ch", seed),
        "created": WHEN,
        "fraud_type": "made_with_stolen_card",
        "livemode": False,
        "payment_intent": ids.make("pi", seed),
        **fields,
    }


def review(*, seed: str = "", **fields: Any) -> Object:
    """A payment that Stripe wants a person to look at; closed, it says why."""
    closed = fields.get("closed_reason")
    return {
        "id": ids.make("prv", seed),
        "object": "review",
        "billing_zip": None,
        "charge": ids.make("ch", seed),
        "closed_reason": None,
        "created": WHEN,
        "ip_address": "203.0.113.7",
        "ip_address_location": None,
        "livemode": False,
        "open": closed is None,
        "opened_reason": "rule",
        "payment_intent": ids.make("pi", seed),
        "reason": closed or "rule",
        "session": None,
        **fields,
    }
