"""A hotel's Stripe account: who and what is on it, what it may do, where its payouts go."""

from typing import Any

from sandbox import ids
from sandbox.objects.methods import WHEN, Object
from sandbox.objects.payments import APPLICATION

NAME = "Hotel"
SCRIPTS = "kana", "kanji"  # in which a statement names a hotel in Japan


def listing(things: list[Object], url: str) -> Object:
    """A list inside an object, as Stripe writes it."""
    return {
        "object": "list",
        "data": things,
        "has_more": False,
        "total_count": len(things),
        "url": url,
    }


def requirements(*due: str, past: bool = False, **fields: Any) -> Object:
    """What Stripe wants to know, and what it stopped because nobody told."""
    names = list(due)
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": names,
        "disabled_reason": "requirements.past_due" if past else None,
        "errors": [],
        "eventually_due": names[:],
        "past_due": names[:] if past else [],
        "pending_verification": [],
        **fields,
    }


def wanted(*due: str) -> Object:
    """What Stripe wants to know about a person."""
    asked = requirements(*due)
    return {
        name: value
        for name, value in asked.items()
        if name not in ("current_deadline", "disabled_reason")
    }


def application(**fields: Any) -> Object:
    """The hotel system, as Stripe knows it."""
    return {"id": APPLICATION, "object": "application", "name": "Hotel system", **fields}


def account(*, seed: str = "", **fields: Any) -> Object:
    """A hotel's account, which keeps its own dashboard and pays its own fees."""
    acct = fields.get("id", ids.make("acct", seed))
    enabled = fields.get("charges_enabled", True)
    status = "active" if enabled else "inactive"
    return {
        "id": acct,
        "object": "account",
        "business_profile": business_profile(),
        "business_type": "company",
        "capabilities": {"card_payments": status, "transfers": status},
        "charges_enabled": enabled,
        "controller": {
            "fees": {"payer": "account"},
            "is_controller": True,
            "losses": {"payments": "stripe"},
            "requirement_collection": "stripe",
            "stripe_dashboard": {"type": "full"},
            "type": "application",
        },
        "country": "PT",
        "created": WHEN,
        "default_currency": "eur",
        "details_submitted": enabled,
        "email": "office@hotel.example",
        "external_accounts": listing([], f"/v1/accounts/{acct}/external_accounts"),
        "future_requirements": requirements(),
        "metadata": {},
        "payouts_enabled": enabled,
        "requirements": requirements(),
        "settings": settings(),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "standard",
        **fields,
    }


def business_profile() -> Object:
    """What the hotel says of itself."""
    blank: Object = dict.fromkeys(
        [
            "annual_revenue",
            "estimated_worker_count",
            "minority_owned_business_designation",
            "product_description",
            "specified_commercial_transactions_act_url",
            "support_address",
            "support_email",
            "support_phone",
            "support_url",
        ]
    )
    return blank | {"mcc": "7011", "name": NAME, "url": "https://hotel.example"}


def settings() -> Object:
    """How the account looks on statements, and when it is paid out."""
    return {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": dict.fromkeys(["icon", "logo", "primary_color", "secondary_color"]),
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": True},
            "statement_descriptor_prefix": "HOTEL",
            **{f"statement_descriptor_prefix_{name}": None for name in SCRIPTS},
        },
        "dashboard": {"display_name": NAME, "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": None},
        "payments": {
            "statement_descriptor": "HOTEL",
            **{f"statement_descriptor_{name}": None for name in SCRIPTS},
            **{f"statement_descriptor_prefix_{name}": None for name in SCRIPTS},
        },
        "payouts": {
            "debit_negative_balances": True,
            "schedule": {"delay_days": 3, "interval": "daily"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    }


def bank_account(*, seed: str = "", **fields: Any) -> Object:
    """A bank account: a hotel's, where its payouts go; or, with `customer`, a guest's."""
    last4 = fields.get("last4", "6789")
    built: Object = {
        "id": ids.make("ba", seed),
        "object": "bank_account",
        "account_holder_name": NAME,
        "account_holder_type": "company",
        "account_type": None,
        "bank_name": "SANDBOX BANK",
        "country": "PT",
        "currency": "eur",
        "fingerprint": ids.letters(f"iban {last4}", 16),
        "last4": last4,
        "metadata": {},
        "routing_number": None,
        "status": "new",
    }
    if "customer" not in fields:
        built |= {
            "account": ids.make("acct", seed),
            "available_payout_methods": ["standard"],
            "default_for_currency": False,
            "future_requirements": nothing_due(),
            "requirements": nothing_due(),
        }
    return built | fields


def nothing_due() -> Object:
    """That Stripe wants to know nothing more about a bank account."""
    return {"currently_due": [], "errors": [], "past_due": [], "pending_verification": []}


def person(*, seed: str = "", **fields: Any) -> Object:
    """Somebody on the account, whom Stripe wants to know."""
    return {
        "id": ids.make("person", seed),
        "object": "person",
        "account": ids.make("acct", seed),
        "additional_tos_acceptances": {"account": {"date": None, "ip": None, "user_agent": None}},
        "created": WHEN,
        "dob": {"day": 1, "month": 1, "year": 1980},
        "email": "owner@hotel.example",
        "first_name": "Robin",
        "future_requirements": wanted(),
        "id_number_provided": False,
        "last_name": "Sample",
        "metadata": {},
        "relationship": {
            "authorizer": None,
            "director": False,
            "executive": True,
            "legal_guardian": False,
            "owner": True,
            "percent_ownership": 100.0,
            "representative": True,
            "title": "Owner",
        },
        "requirements": wanted(),
        "ssn_last_4_provided": False,
        "verification": verification("unverified"),
        **fields,
    }


def verification(status: str) -> Object:
    """Whether Stripe believes that somebody is who they say."""
    document: Object = dict.fromkeys(["back", "details", "details_code", "front"])
    return {
        "additional_document": None,
        "details": None,
        "details_code": None,
        "document": document,
        "status": status,
    }


def capability(*, seed: str = "", **fields: Any) -> Object:
    """Something the account may do: take cards, receive transfers."""
    return {
        "id": "card_payments",
        "object": "capability",
        "account": ids.make("acct", seed),
        "future_requirements": requirements(),
        "requested": True,
        "requested_at": WHEN,
        "requirements": requirements(),
        "status": "active",
        **fields,
    }
