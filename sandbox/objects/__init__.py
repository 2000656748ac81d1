"""
Stripe's objects as its API of today sends them: plain dicts, every field there.

Each builder takes a seed and the fields that matter, and fills in the rest so that it agrees:

    payment_intent(status="succeeded", amount=48000)    # received, with a charge and a card
    charge(status="failed")                             # declined, nothing captured
    charge(captured=False)                              # a hold
    refund(amount=5000, status="pending")

Objects built with the same seed belong together: the charge names the payment intent, the refund
names both. Any field can be given, and is then kept as it is. Nothing is shared between two dicts.
"""

from sandbox.objects.methods import card, customer_balance, payment_method, sepa_debit
from sandbox.objects.payments import charge, payment_intent, refund
from sandbox.objects.protection import balance_transaction, dispute, early_fraud_warning, review

API_VERSION = "2026-10-28.endive"

__all__ = [
    "API_VERSION",
    "balance_transaction",
    "card",
    "charge",
    "customer_balance",
    "dispute",
    "early_fraud_warning",
    "payment_intent",
    "payment_method",
    "refund",
    "review",
    "sepa_debit",
]
