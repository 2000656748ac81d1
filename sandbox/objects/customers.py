"""A guest as the hotel's Stripe account knows them: Customer, SetupIntent, and legacy sources."""

from typing import Any

from sandbox import ids
from sandbox.objects.methods import EXPIRES, WHEN, Object
from sandbox.objects.payments import APPLICATION


def customer(*, seed: str = "", **fields: Any) -> Object:
    """A guest whose card the hotel keeps."""
    cus = fields.get("id", ids.make("cus", seed))
    return {
        "id": cus,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": WHEN,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": "guest@example.com",
        "invoice_prefix": ids.letters(cus, 8).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": "Guest of the house",
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        **fields,
    }


def setup_intent(*, seed: str = "", **fields: Any) -> Object:
    """An attempt to put a guest's card on file; no money is taken."""
    seti = fields.get("id", ids.make("seti", seed))
    return {
        "id": seti,
        "object": "setup_intent",
        "allowed_payment_method_types": None,
        "application": APPLICATION,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "cancellation_reason": None,
        "client_secret": f"{seti}_secret_{ids.letters(seti, 25)}",
        "created": WHEN,
        "customer": ids.make("cus", seed),
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
        **fields,
    }


def card_source(*, seed: str = "", **fields: Any) -> Object:
    """A card as Stripe kept it before there were payment methods."""
    month, year = EXPIRES
    last4 = fields.get("last4", "4242")
    blank: Object = dict.fromkeys(
        [
            "address_city",
            "address_country",
            "address_line1",
            "address_line1_check",
            "address_line2",
            "address_state",
            "address_zip",
            "address_zip_check",
            "dynamic_last4",
            "name",
            "tokenization_method",
        ]
    )
    return blank | {
        "id": ids.make("card", seed),
        "object": "card",
        "brand": "Visa",
        "country": "PT",
        "customer": ids.make("cus", seed),
        "cvc_check": "pass",
        "exp_month": month,
        "exp_year": year,
        "fingerprint": ids.letters(f"card {last4}", 16),
        "funding": "credit",
        "last4": last4,
        "metadata": {},
        "regulated_status": None,
        **fields,
    }


def source(*, seed: str = "", **fields: Any) -> Object:
    """A way to pay from the years between cards and payment methods; here, a card."""
    month, year = EXPIRES
    src = fields.get("id", ids.make("src", seed))
    return {
        "id": src,
        "object": "source",
        "allow_redisplay": None,
        "amount": None,
        "card": {
            "address_line1_check": None,
            "address_zip_check": None,
            "brand": "Visa",
            "country": "PT",
            "cvc_check": "pass",
            "dynamic_last4": None,
            "exp_month": month,
            "exp_year": year,
            "fingerprint": ids.letters("card 4242", 16),
            "funding": "credit",
            "last4": "4242",
            "name": None,
            "three_d_secure": "optional",
            "tokenization_method": None,
        },
        "client_secret": f"src_client_secret_{ids.letters(src, 24)}",
        "created": WHEN,
        "currency": None,
        "customer": ids.make("cus", seed),
        "flow": "none",
        "livemode": False,
        "metadata": {},
        "owner": owner(),
        "statement_descriptor": None,
        "status": "chargeable",
        "type": "card",
        "usage": "reusable",
        **fields,
    }


def owner(**fields: Any) -> Object:
    """Whose a source is, as far as they said and as far as it was checked."""
    said: Object = dict.fromkeys(["address", "email", "name", "phone"])
    return said | {f"verified_{name}": None for name in said} | fields
