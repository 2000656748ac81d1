"""Plain words for mails: what each kind is about, as a list names it."""

from payments.words import spelled

MAILS = {
    "account_connected": "A Stripe account was connected",
    "account_disconnected": "A Stripe account was disconnected",
    "capability_stopped": "An account may do less than before",
    "charges_stopped": "Stripe takes no more cards",
    "dispute_closed": "A dispute is over",
    "dispute_funds_moved": "Money in dispute moved",
    "dispute_opened": "A guest disputes a payment",
    "fraud_warning_received": "A bank warns of fraud",
    "hold_captured": "Held money was taken",
    "invoice_upcoming": "The next invoice",
    "pay_link": "A link to pay by",
    "payment_failed": "A guest could not pay",
    "payment_failed_guest": "The payment did not go through",
    "payment_partially_funded": "A part of a bank transfer came",
    "payment_received": "The payment came",
    "payment_taken": "A guest paid",
    "payout_account_changed": "Where payouts go has changed",
    "payouts_stopped": "Stripe has stopped payouts",
    "refund_failed": "A refund failed",
    "refund_sent": "Money goes back",
    "requirement_due": "Stripe wants to know something",
    "schedule_canceled": "A plan was canceled",
    "schedule_expiring": "A plan runs out",
    "transfer_canceled": "A share was stopped",
    "transfer_reversed": "A share was taken back",
}


def mail(kind: str) -> str:
    """Return what mails of a kind are about, in a few words."""
    return MAILS.get(kind) or spelled(kind)
