"""What is true after each event type alone: type → (its scenario, kind of row, facts)."""

PAYMENTS = {
    "payment_intent.created": (
        "deposit_and_balance", "payment", {"status": "requires_payment_method", "amount": 36_000}),
    "payment_intent.processing": (
        "sepa_debit", "payment", {"status": "processing", "payment_method": "sepa_debit"}),
    "payment_intent.requires_action": (
        "deposit_and_balance", "payment", {"status": "requires_action", "purpose": "deposit"}),
    "payment_intent.amount_capturable_updated": (
        "hold", "payment", {"status": "requires_capture", "amount_capturable": 24_000}),
    "payment_intent.partially_funded": (
        "bank_transfer_in_parts", "payment", {"status": "requires_action", "amount_received": 0}),
    "payment_intent.payment_failed": (
        "declined", "payment", {"failure_code": "insufficient_funds", "amount_received": 0}),
    "payment_intent.canceled": ("hold_canceled", "payment", {"status": "canceled"}),
    "payment_intent.succeeded": (
        "decline_retry_success", "payment", {"status": "succeeded", "amount_received": 120_000}),
    "charge.succeeded": (
        "decline_retry_success", "charge", {"status": "succeeded", "captured": True}),
    "charge.pending": ("sepa_debit", "charge", {"status": "pending"}),
    "charge.failed": ("declined", "charge", {"status": "failed", "captured": False}),
    "charge.captured": (
        "hold_partial_capture", "charge", {"captured": True, "amount_captured": 12_000}),
    "charge.updated": ("deposit_and_balance", "charge", {"status": "succeeded"}),
    "charge.refunded": ("full_refund", "charge", {"amount_refunded": 120_000, "refunded": True}),
    "charge.expired": ("hold_expired", "charge", {"expired": True, "captured": False}),
    "refund.created": ("refund_under_way", "refund", {"status": "pending"}),
    "refund.updated": ("two_partial_refunds", "refund", {"status": "succeeded"}),
    "refund.failed": ("two_partial_refunds", "refund", {"status": "failed"}),
    "charge.refund.updated": ("two_partial_refunds", "refund", {"status": "succeeded"}),
}  # fmt: skip

_DISPUTE = {"amount": 120_000, "currency": "eur", "reason": "fraudulent"}

PROTECTION = {
    "charge.dispute.created": (
        "dispute_won", "dispute", _DISPUTE | {"status": "needs_response", "is_open": True}),
    "charge.dispute.updated": (
        "dispute_won", "dispute", {"status": "under_review", "has_evidence": True}),
    "charge.dispute.funds_withdrawn": ("dispute_won", "dispute", _DISPUTE),
    "charge.dispute.funds_reinstated": ("dispute_won", "dispute", {"status": "under_review"}),
    "charge.dispute.closed": ("dispute_won", "dispute", {"status": "won", "is_open": False}),
    "radar.early_fraud_warning.created": (
        "fraud_warning_before_arrival",
        "early_fraud_warning",
        {"fraud_type": "made_with_stolen_card", "actionable": True}),
    "radar.early_fraud_warning.updated": (
        "fraud_warning_refunded_then_disputed", "early_fraud_warning", {"actionable": False}),
    "review.opened": ("review_approved", "review", {"is_open": True, "opened_reason": "rule"}),
    "review.closed": (
        "review_approved", "review", {"is_open": False, "closed_reason": "approved"}),
}  # fmt: skip

CONNECT = {
    "account.updated": (
        "account_onboarded", "account", {"charges_enabled": True, "payouts_enabled": True}),
    "account.application.authorized": ("account_onboarded", "account", {"is_connected": True}),
    "account.application.deauthorized": (
        "account_deauthorized", "account", {"is_connected": False}),
    "account.external_account.created": (
        "account_onboarded", "external_account", {"last4": "6789", "deleted": False}),
    "account.external_account.updated": (
        "bank_account_changed", "external_account", {"last4": "0013"}),
    "account.external_account.deleted": (
        "bank_account_changed", "external_account", {"deleted": True}),
    "person.created": (
        "account_onboarded", "person", {"owner": True, "verification_status": "pending"}),
    "person.updated": ("account_onboarded", "person", {"verification_status": "verified"}),
    "person.deleted": ("person_left", "person", {"deleted": True}),
    "capability.updated": (
        "account_onboarded", "capability", {"status": "active", "was_active": True}),
}  # fmt: skip

_OLD_CARD = {"type": "card", "brand": "visa", "last4": "4242"}
_OLD_BANK = {"type": "bank_account", "last4": "6789"}

CUSTOMERS = {
    "customer.created": ("card_on_file", "customer", {"deleted": False}),
    "customer.updated": ("card_on_file", "customer", {"delinquent": False}),
    "customer.deleted": ("customer_deleted", "customer", {"deleted": True}),
    "payment_method.attached": (
        "card_on_file", "payment_method", _OLD_CARD | {"exp_year": 2030, "can_be_charged": True}),
    "payment_method.updated": ("card_on_file", "payment_method", {"exp_month": 8}),
    "payment_method.automatically_updated": (
        "card_on_file", "payment_method", {"exp_month": 3, "exp_year": 2032}),
    "payment_method.card_automatically_updated": (
        "card_on_file", "payment_method", {"last4": "4444", "exp_year": 2034}),
    "payment_method.detached": (
        "card_detached", "payment_method", {"detached": True, "can_be_charged": False}),
    "customer.card.created": ("legacy_cards", "payment_method", _OLD_CARD | {"exp_year": 2030}),
    "customer.card.updated": ("legacy_cards", "payment_method", _OLD_CARD | {"exp_year": 2031}),
    "customer.card.deleted": ("legacy_cards", "payment_method", _OLD_CARD | {"detached": True}),
    "customer.bank_account.created": (
        "legacy_cards", "payment_method", _OLD_BANK | {"status": "new"}),
    "customer.bank_account.updated": (
        "legacy_cards", "payment_method", _OLD_BANK | {"status": "verified"}),
    "customer.bank_account.deleted": (
        "legacy_cards", "payment_method", _OLD_BANK | {"detached": True}),
    "customer.source.created": ("legacy_cards", "payment_method", {"status": "chargeable"}),
    "customer.source.updated": ("legacy_cards", "payment_method", {"status": "chargeable"}),
    "customer.source.deleted": ("legacy_cards", "payment_method", {"detached": True}),
    "customer.source.expiring": ("legacy_cards", "payment_method", {"runs_out": True}),
    "setup_intent.created": (
        "card_on_file", "setup_intent", {"status": "requires_payment_method"}),
    "setup_intent.requires_action": (
        "card_on_file", "setup_intent", {"status": "requires_action"}),
    "setup_intent.succeeded": ("card_on_file", "setup_intent", {"status": "succeeded"}),
    "setup_intent.setup_failed": (
        "setup_failed", "setup_intent", {"failure_code": "insufficient_funds"}),
    "customer_cash_balance_transaction.created": (
        "bank_transfer_given_up", "cash_balance_transaction",
        {"type": "funded", "net_amount": 48_000}),
    "setup_intent.canceled": (
        "setup_canceled", "setup_intent", {"cancellation_reason": "abandoned"}),
}  # fmt: skip

BILLING = {
    "invoice.created": ("invoice_paid", "invoice", {"status": "draft", "amount_due": 4_900}),
    "invoice.finalized": ("invoice_paid", "invoice", {"status": "open"}),
    "invoice.updated": ("invoice_paid", "invoice", {"status": "open", "total": 4_900}),
    "invoice.paid": ("invoice_paid", "invoice", {"status": "paid", "amount_paid": 4_900}),
    "invoice.payment_failed": (
        "invoice_payment_failed_then_paid", "invoice", {"status": "open", "attempt_count": 1}),
    "invoice.voided": ("invoice_voided", "invoice", {"status": "void"}),
    "invoice.marked_uncollectible": (
        "invoice_uncollectible_then_paid", "invoice", {"status": "uncollectible"}),
    "invoice.upcoming": (
        "subscription", "upcoming_invoice", {"amount_due": 4_900, "currency": "eur"}),
    "subscription_schedule.created": (
        "subscription", "subscription_schedule", {"status": "active", "runs_out": False}),
    "subscription_schedule.updated": (
        "subscription", "subscription_schedule", {"status": "active"}),
    "subscription_schedule.expiring": (
        "subscription", "subscription_schedule", {"status": "active", "runs_out": True}),
    "subscription_schedule.completed": (
        "subscription", "subscription_schedule", {"status": "completed"}),
    "subscription_schedule.released": (
        "schedule_released", "subscription_schedule", {"status": "released"}),
    "subscription_schedule.canceled": (
        "schedule_canceled", "subscription_schedule", {"status": "canceled"}),
    "subscription_schedule.aborted": (
        "schedule_aborted", "subscription_schedule", {"status": "canceled"}),
}  # fmt: skip

TRANSFERS = {
    "transfer.created": (
        "transfer_reversed", "transfer", {"amount": 108_000, "destination": "acct_harbour"}),
    "transfer.updated": ("transfer_reversed", "transfer", {"amount": 108_000}),
    "transfer.reversed": (
        "transfer_reversed", "transfer", {"amount_reversed": 36_000, "reversed": False}),
    "transfer.canceled": ("transfer_canceled", "transfer", {"canceled": True}),
    "application_fee.created": (
        "application_fee_refunded",
        "application_fee",
        {"amount": 6_000, "hotel_account": "acct_harbour"}),
    "application_fee.refunded": (
        "application_fee_refunded",
        "application_fee",
        {"amount_refunded": 6_000, "refunded": True}),
}  # fmt: skip

SHOWS = PAYMENTS | PROTECTION | CONNECT | CUSTOMERS | BILLING | TRANSFERS
