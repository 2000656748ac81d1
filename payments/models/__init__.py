"""What is kept. One module for each of the six families, and one for what serves them all."""

from typing import Any

from payments.models.activity import Activity
from payments.models.attachments import Attachment
from payments.models.billing import Invoice, SubscriptionSchedule, UpcomingInvoice
from payments.models.connect import Capability, ConnectedAccount, ExternalAccount, Person
from payments.models.customers import (
    CashBalanceTransaction,
    Customer,
    PaymentMethod,
    SetupIntent,
)
from payments.models.idempotency import IdempotentRequest
from payments.models.inbox import EventCursor, Reason, Scope, State, WebhookEvent
from payments.models.notifications import Alert, Notification, Severity
from payments.models.outgoing import OutgoingRequest, OwedRead
from payments.models.pay_links import PayLink
from payments.models.payments import (
    EXTRAS,
    Charge,
    DisputeMovement,
    Payment,
    PaymentTransaction,
    Purpose,
    Refund,
)
from payments.models.protection import (
    Dispute,
    EarlyFraudWarning,
    EvidenceFile,
    EvidencePack,
    Review,
)
from payments.models.transfers import ApplicationFee, Transfer

# What sightings are merged into, parents before what belongs to them: the order of locking.
KINDS: dict[str, Any] = {
    "account": ConnectedAccount,
    "external_account": ExternalAccount,
    "person": Person,
    "capability": Capability,
    "customer": Customer,
    "payment_method": PaymentMethod,
    "setup_intent": SetupIntent,
    "payment": Payment,
    "cash_balance_transaction": CashBalanceTransaction,
    "charge": Charge,
    "refund": Refund,
    "dispute": Dispute,
    "dispute_movement": DisputeMovement,
    "early_fraud_warning": EarlyFraudWarning,
    "review": Review,
    "invoice": Invoice,
    "upcoming_invoice": UpcomingInvoice,
    "subscription_schedule": SubscriptionSchedule,
    "transfer": Transfer,
    "application_fee": ApplicationFee,
}
OF_A_PAYMENT = [kind for kind, model in KINDS.items() if "payment" in model.PARENTS]
OF_A_CHARGE = [kind for kind, model in KINDS.items() if "charge" in model.PARENTS]

__all__ = [
    "EXTRAS",
    "KINDS",
    "OF_A_CHARGE",
    "OF_A_PAYMENT",
    "Activity",
    "Alert",
    "ApplicationFee",
    "Attachment",
    "Capability",
    "CashBalanceTransaction",
    "Charge",
    "ConnectedAccount",
    "Customer",
    "Dispute",
    "DisputeMovement",
    "EarlyFraudWarning",
    "EventCursor",
    "EvidenceFile",
    "EvidencePack",
    "ExternalAccount",
    "IdempotentRequest",
    "Invoice",
    "Notification",
    "OutgoingRequest",
    "OwedRead",
    "PayLink",
    "Payment",
    "PaymentMethod",
    "PaymentTransaction",
    "Person",
    "Purpose",
    "Reason",
    "Refund",
    "Review",
    "Scope",
    "SetupIntent",
    "Severity",
    "State",
    "SubscriptionSchedule",
    "Transfer",
    "UpcomingInvoice",
    "WebhookEvent",
]
