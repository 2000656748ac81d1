"""How a guest pays: a card, a direct debit, a bank transfer."""

from typing import Any

from sandbox import ids

Object = dict[str, Any]

WHEN = 1_793_620_800  # 2 November 2026, noon UTC: when nothing else is said
EXPIRES = 8, 2030  # month, year


def billing_details(name: str | None = None, email: str | None = None) -> Object:
    """Who the payer says they are."""
    address = dict.fromkeys(["city", "country", "line1", "line2", "postal_code", "state"])
    return {"address": address, "email": email, "name": name, "phone": None, "tax_id": None}


def checks() -> Object:
    """What the bank said of the payer's address and security code."""
    return {
        "address_line1_check": None,
        "address_postal_code_check": "pass",
        "cvc_check": "pass",
    }


def card(
    amount: int = 30_000,
    *,
    last4: str = "4242",
    brand: str = "visa",
    country: str = "PT",
    capture_before: int | None = None,
) -> Object:
    """A charge's card; with `capture_before`, the day its hold runs out."""
    month, year = EXPIRES
    details = {
        "amount_authorized": amount,
        "authorization_code": "081627",
        "brand": brand,
        "checks": checks(),
        "country": country,
        "electronic_commerce_indicator": None,
        "exp_month": month,
        "exp_year": year,
        "extended_authorization": {"status": "disabled"},
        "fingerprint": ids.letters(f"card {last4}", 16),
        "funding": "credit",
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": last4,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": brand,
        "network_token": {"used": False},
        "network_transaction_id": "976910110049114",
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": None,
        "transaction_link_id": None,
        "wallet": None,
    }
    if capture_before is not None:
        details["capture_before"] = capture_before
    return {"card": details, "type": "card"}


def sepa_debit(*, last4: str = "3201", country: str = "PT") -> Object:
    """A charge's bank account that is debited."""
    details = {
        "bank_code": "0035",
        "branch_code": "0651",
        "country": country,
        "expected_debit_date": None,
        "fingerprint": ids.letters(f"iban {last4}", 16),
        "last4": last4,
        "mandate": ids.make("mandate", last4),
    }
    return {"sepa_debit": details, "type": "sepa_debit"}


def customer_balance() -> Object:
    """A charge that was paid from what the guest sent by bank transfer."""
    return {"customer_balance": {}, "type": "customer_balance"}


def payment_method(*, seed: str = "", last4: str = "4242", **fields: Any) -> Object:
    """A guest's card, whether it is kept on file or not."""
    month, year = EXPIRES
    return {
        "id": ids.make("pm", seed),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing_details(),
        "card": {
            "brand": "visa",
            "checks": checks(),
            "country": "PT",
            "display_brand": "visa",
            "exp_month": month,
            "exp_year": year,
            "fingerprint": ids.letters(f"card {last4}", 16),
            "funding": "credit",
            "generated_from": None,
            "last4": last4,
            "networks": {"available": ["visa"], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": WHEN,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        **fields,
    }
