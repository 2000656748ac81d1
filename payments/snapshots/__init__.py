"""
All that we read of Stripe's objects, a module a family.

A snapshot is one object as one event showed it, its fields named as the record's. Missing fields
read as nothing: they come and go between Stripe's API versions. Every function here takes the JSON
of one object, returns its snapshot, and raises `Malformed` where a value makes no sense.
"""

from payments.snapshots.base import HINTS, OUR_ID, Snapshot, StripeEvent, Stub, about, hints, our_id
from payments.snapshots.billing import invoice, subscription_schedule, upcoming_invoice
from payments.snapshots.connect import (
    account,
    capability,
    connection,
    external_account,
    person,
    without_person,
)
from payments.snapshots.customers import (
    cash_balance_transaction,
    customer,
    payment_method,
    setup_intent,
)
from payments.snapshots.payments import (
    charge,
    payment,
    payment_of_charge,
    refund,
    refunds_within,
    stands_alone,
)
from payments.snapshots.protection import dispute, early_fraud_warning, movements, review
from payments.snapshots.transfers import application_fee, transfer

__all__ = [
    "HINTS",
    "OUR_ID",
    "Snapshot",
    "StripeEvent",
    "Stub",
    "about",
    "account",
    "application_fee",
    "capability",
    "cash_balance_transaction",
    "charge",
    "connection",
    "customer",
    "dispute",
    "early_fraud_warning",
    "external_account",
    "hints",
    "invoice",
    "movements",
    "our_id",
    "payment",
    "payment_method",
    "payment_of_charge",
    "person",
    "refund",
    "refunds_within",
    "review",
    "setup_intent",
    "stands_alone",
    "subscription_schedule",
    "transfer",
    "upcoming_invoice",
    "without_person",
]
