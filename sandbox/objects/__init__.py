"""
Stripe's objects as its API of today sends them: plain dicts, every field there.

Each builder takes a seed and the fields that matter, and fills in the rest so that it agrees:

    payment_intent(status="succeeded", amount=48000)    # received, with a charge and a card
    charge(status="failed")                             # declined, nothing captured
    charge(captured=False)                              # a hold
    refund(amount=5000, status="pending")
    dispute(status="warning_needs_response")            # an inquiry: nothing is taken yet
    account(charges_enabled=False)                      # nothing can be charged or paid out

Objects built with the same seed belong together: the charge names the payment intent, the refund
names both. Any field can be given, and is then kept as it is. Nothing is shared between two dicts.
"""

from sandbox.objects.billing import invoice, subscription_schedule, upcoming_invoice
from sandbox.objects.connect import (
    account,
    application,
    bank_account,
    capability,
    person,
    requirements,
)
from sandbox.objects.customers import card_source, customer, setup_intent, source
from sandbox.objects.methods import card, customer_balance, payment_method, sepa_debit
from sandbox.objects.payments import charge, payment_intent, refund
from sandbox.objects.protection import balance_transaction, dispute, early_fraud_warning, review
from sandbox.objects.transfers import application_fee, fee_refund, transfer, transfer_reversal

API_VERSION = "2026-10-28.endive"

__all__ = [
    "API_VERSION",
    "account",
    "application",
    "application_fee",
    "balance_transaction",
    "bank_account",
    "capability",
    "card",
    "card_source",
    "charge",
    "customer",
    "customer_balance",
    "dispute",
    "early_fraud_warning",
    "fee_refund",
    "invoice",
    "payment_intent",
    "payment_method",
    "person",
    "refund",
    "requirements",
    "review",
    "sepa_debit",
    "setup_intent",
    "source",
    "subscription_schedule",
    "transfer",
    "transfer_reversal",
    "upcoming_invoice",
]
