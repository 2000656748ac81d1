"""Which record something is about, by its Stripe id."""

from typing import Any

from payments.models import KINDS

# The kinds that a Stripe id may be of, by how it begins; ids without such are names.
_BY_PREFIX = {
    "acct": ["account"],
    "ba": ["external_account", "payment_method"],
    "card": ["payment_method", "external_account"],
    "ch": ["charge"],
    "cus": ["customer"],
    "dp": ["dispute"],
    "du": ["dispute"],
    "fee": ["application_fee"],
    "in": ["invoice"],
    "issfr": ["early_fraud_warning"],
    "person": ["person"],
    "pi": ["payment"],
    "pm": ["payment_method"],
    "prv": ["review"],
    "py": ["charge"],
    "pyr": ["refund"],
    "re": ["refund"],
    "seti": ["setup_intent"],
    "src": ["payment_method"],
    "sub": ["subscription_schedule", "upcoming_invoice"],
    "tr": ["transfer"],
    "txn": ["dispute_movement"],
}


def record_of(told: Any) -> Any:
    """Return the record that an alert or a mail is about, of its own organization; None if gone."""
    prefix = told.object_id.partition("_")[0]
    for kind in _BY_PREFIX.get(prefix, ["capability", "payment", "charge", "refund"]):
        rows = KINDS[kind].objects.filter(
            stripe_id=told.object_id,
            account=told.account,
            livemode=told.livemode,
            organization=told.organization_id,
        )
        if found := rows.first():
            return found
    return None
