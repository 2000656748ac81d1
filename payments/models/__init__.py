"""What is kept. One module for each of the six families, and one for what serves them all."""

from typing import Any

from payments.models.connect import ConnectedAccount
from payments.models.customers import Customer
from payments.models.inbox import Reason, Scope, State, WebhookEvent
from payments.models.notifications import Alert, Severity
from payments.models.payments import (
    EXTRAS,
    Charge,
    Payment,
    PaymentTransaction,
    Purpose,
    Refund,
)

# What sightings are merged into, parents before what belongs to them: the order of locking.
KINDS: dict[str, Any] = {"payment": Payment, "charge": Charge, "refund": Refund}
OF_A_PAYMENT = [kind for kind, model in KINDS.items() if "payment" in model.PARENTS]
OF_A_CHARGE = [kind for kind, model in KINDS.items() if "charge" in model.PARENTS]

__all__ = [
    "EXTRAS",
    "KINDS",
    "OF_A_CHARGE",
    "OF_A_PAYMENT",
    "Alert",
    "Charge",
    "ConnectedAccount",
    "Customer",
    "Payment",
    "PaymentTransaction",
    "Purpose",
    "Reason",
    "Refund",
    "Scope",
    "Severity",
    "State",
    "WebhookEvent",
]
