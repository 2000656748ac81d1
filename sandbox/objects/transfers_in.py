"""Where a guest sends a bank transfer, and how much of it is still missing."""

from typing import Any

from sandbox import ids
from sandbox.objects.methods import Object

# Which kind of transfer Stripe takes in which currency.
KINDS = {
    "eur": "eu_bank_transfer",
    "gbp": "gb_bank_transfer",
    "jpy": "jp_bank_transfer",
    "mxn": "mx_bank_transfer",
    "usd": "us_bank_transfer",
}


def kind(currency: str) -> str:
    """Return Stripe's name for a transfer in this currency."""
    return KINDS.get(currency, "eu_bank_transfer")


def options(currency: str) -> Object:
    """What a payment intent says when it waits for a bank transfer."""
    transfer: dict[str, Any] = {"type": kind(currency)}
    if transfer["type"] == "eu_bank_transfer":
        transfer["eu_bank_transfer"] = {"country": "IE"}
    return {
        "customer_balance": {
            "bank_transfer": transfer,
            "funding_type": "bank_transfer",
            "setup_future_usage": "none",
        }
    }


def instructions(intent: Object, *, missing: int) -> Object:
    """The next action of a payment intent: send so much to this account."""
    code = ids.letters(intent["id"], 12).upper()
    where: list[Object] = []
    if intent["currency"] == "eur":
        where = [
            {
                "iban": {
                    "account_holder_address": address("IE"),
                    "account_holder_name": "Hotel",
                    "bank_address": address("IE"),
                    "bic": "SANDIE2D",
                    "country": "IE",
                    "iban": "IE00SAND00000000000000",
                },
                "supported_networks": ["sepa"],
                "type": "iban",
            }
        ]
    return {
        "display_bank_transfer_instructions": {
            "amount_remaining": missing,
            "currency": intent["currency"],
            "financial_addresses": where,
            "hosted_instructions_url": f"https://payments.stripe.com/bank_transfers/{code}",
            "reference": code,
            "type": kind(intent["currency"]),
        },
        "type": "display_bank_transfer_instructions",
    }


def cash_movement(
    intent: Object, *, id: str, amount: int, created: int, kind: str, left: int
) -> Object:
    """
    Money of a customer's bank transfers that went towards a payment, or came back from one.

    :param amount: below zero, it went towards it.
    :param left: what waits at Stripe after that.
    """
    return {
        "id": id,
        "object": "customer_cash_balance_transaction",
        "created": created,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "customer_account": None,
        "ending_balance": left,
        "livemode": False,
        "net_amount": amount,
        "type": kind,
        kind: {"payment_intent": intent["id"]},
    }


def address(country: str) -> Object:
    """An address of which only the country matters."""
    lines = dict.fromkeys(["city", "line1", "line2", "postal_code", "state"])
    return {"country": country, **lines}
