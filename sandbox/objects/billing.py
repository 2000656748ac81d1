"""What is billed, and what is planned to be: Invoice, SubscriptionSchedule."""

from typing import Any

from sandbox import ids
from sandbox.objects.connect import listing
from sandbox.objects.methods import WHEN, Object

MONTH = 30 * 86_400  # seconds

# What stands on every invoice and says nothing on ours.
BLANK = """
    account_name account_tax_ids application automatically_finalizes_at custom_fields
    customer_account customer_address customer_phone customer_shipping default_payment_method
    default_source description due_date effective_at ending_balance footer from_invoice
    hosted_invoice_url invoice_pdf last_finalization_error latest_revision next_payment_attempt
    number on_behalf_of parent receipt_number rendering shipping_cost shipping_details
    statement_descriptor test_clock total_pretax_credit_amounts total_taxes webhooks_delivered_at
"""


def invoice(*, seed: str = "", **fields: Any) -> Object:
    """What somebody is billed: an organization for the hotel system, or a hotel's guest."""
    made = fields.get("id", ids.make("in", seed))
    amount, created = fields.get("amount_due", 30_000), fields.get("created", WHEN)
    status, currency = fields.get("status", "draft"), fields.get("currency", "eur")
    paid = amount if status == "paid" else 0
    blank: Object = dict.fromkeys(BLANK.split())
    return blank | {
        "id": made,
        "object": "invoice",
        "account_country": "PT",
        "amount_due": amount,
        "amount_overpaid": 0,
        "amount_paid": paid,
        "amount_remaining": amount - paid,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": status == "draft",
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "billing_reason": "manual",
        "collection_method": "charge_automatically",
        "created": created,
        "currency": currency,
        "customer": ids.make("cus", seed),
        "customer_email": None,
        "customer_name": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "issuer": {"type": "self"},
        "lines": listing([line(made, amount, currency, created)], f"/v1/invoices/{made}/lines"),
        "livemode": False,
        "metadata": {},
        "payment_settings": dict.fromkeys(
            ["default_mandate", "payment_method_options", "payment_method_types"]
        ),
        "period_end": created,
        "period_start": created,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": status,
        "status_transitions": dict.fromkeys(
            ["finalized_at", "marked_uncollectible_at", "paid_at", "voided_at"]
        ),
        "subtotal": amount,
        "subtotal_excluding_tax": amount,
        "total": amount,
        "total_discount_amounts": [],
        "total_excluding_tax": amount,
        **fields,
    }


def upcoming_invoice(**fields: Any) -> Object:
    """What will be billed next: not an invoice yet, so it has no id."""
    built = invoice(billing_reason="upcoming", **fields)
    del built["id"]
    built["lines"]["url"] = "/v1/invoices/upcoming/lines"
    for each in built["lines"]["data"]:
        each["invoice"] = None
    return built


def line(invoice: str, amount: int, currency: str, created: int) -> Object:
    """The one thing that an invoice of ours is about."""
    return {
        "id": ids.make("il", invoice),
        "object": "line_item",
        "amount": amount,
        "currency": currency,
        "description": "Hotel services",
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice,
        "livemode": False,
        "metadata": {},
        "parent": {
            "invoice_item_details": {
                "invoice_item": ids.make("ii", invoice),
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": None,
            },
            "subscription_item_details": None,
            "type": "invoice_item_details",
        },
        "period": {"end": created, "start": created},
        "pretax_credit_amounts": None,
        "pricing": {
            "price_details": {"price": ids.make("price"), "product": ids.make("prod")},
            "type": "price_details",
            "unit_amount_decimal": str(amount),
        },
        "quantity": 1,
        "quantity_decimal": "1",
        "subscription": None,
        "subtotal": amount,
        "taxes": [],
    }


def hosted(invoice: str) -> Object:
    """Where an invoice can be read and paid, once it is final."""
    where = f"https://invoice.stripe.com/i/{ids.letters(invoice, 40)}"
    return {"hosted_invoice_url": where, "invoice_pdf": f"{where}/pdf"}


def subscription_of(subscription: str) -> Object:
    """That an invoice comes of a subscription."""
    return {
        "quote_details": None,
        "subscription_details": {"metadata": {}, "subscription": subscription},
        "type": "subscription_details",
    }


def subscription_schedule(*, seed: str = "", **fields: Any) -> Object:
    """How an organization's plan will change, and when."""
    start, currency = fields.get("created", WHEN), fields.get("currency", "eur")
    fields.pop("currency", None)  # it stands in the phases alone
    return {
        "id": ids.make("sub_sched", seed),
        "object": "subscription_schedule",
        "application": None,
        "billing_mode": {"flexible": None, "type": "classic"},
        "canceled_at": None,
        "completed_at": None,
        "created": start,
        "current_phase": {"end_date": start + MONTH, "start_date": start},
        "customer": ids.make("cus", seed),
        "customer_account": None,
        "default_settings": default_settings(),
        "end_behavior": "release",
        "livemode": False,
        "metadata": {},
        "pause_schedules": [],
        "phases": [phase(start, start + MONTH, currency)],
        "released_at": None,
        "released_subscription": None,
        "status": "active",
        "subscription": ids.make("sub", seed),
        "test_clock": None,
        **fields,
    }


def default_settings() -> Object:
    """How each phase is billed, unless it says otherwise."""
    return {
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": "automatic",
        "billing_thresholds": None,
        "collection_method": "charge_automatically",
        "default_payment_method": None,
        "description": None,
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "days_until_due": None,
            "description": None,
            "footer": None,
            "issuer": {"type": "self"},
        },
        "on_behalf_of": None,
        "transfer_data": None,
    }


def phase(start: int, end: int, currency: str) -> Object:
    """One stretch of a plan: from when to when, and at which price."""
    blank: Object = dict.fromkeys(
        [
            "application_fee_percent",
            "billing_cycle_anchor",
            "billing_thresholds",
            "collection_method",
            "default_payment_method",
            "description",
            "invoice_settings",
            "on_behalf_of",
            "transfer_data",
            "trial_end",
        ]
    )
    price = ids.make("price")
    return blank | {
        "add_invoice_items": [],
        "currency": currency,
        "default_tax_rates": [],
        "discounts": [],
        "end_date": end,
        "items": [
            {
                "billing_thresholds": None,
                "discounts": [],
                "metadata": {},
                "plan": price,
                "price": price,
                "quantity": 1,
                "tax_rates": [],
            }
        ],
        "metadata": {},
        "proration_behavior": "create_prorations",
        "start_date": start,
    }
