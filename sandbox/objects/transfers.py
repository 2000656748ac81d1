"""Money between the platform and a hotel's account: Transfer, ApplicationFee."""

from typing import Any

from sandbox import ids
from sandbox.objects.connect import listing
from sandbox.objects.methods import WHEN, Object
from sandbox.objects.payments import APPLICATION


def transfer(*, seed: str = "", **fields: Any) -> Object:
    """A hotel's share of what the platform took."""
    tr = fields.get("id", ids.make("tr", seed))
    return {
        "id": tr,
        "object": "transfer",
        "amount": 30_000,
        "amount_reversed": 0,
        "balance_transaction": ids.make("txn", tr),
        "created": WHEN,
        "currency": "eur",
        "description": None,
        "destination": ids.make("acct", seed),
        "destination_payment": ids.make("py", tr),
        "livemode": False,
        "metadata": {},
        "reversals": listing([], f"/v1/transfers/{tr}/reversals"),
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": None,
        **fields,
    }


def transfer_reversal(*, seed: str = "", **fields: Any) -> Object:
    """A part of a transfer that went back to the platform."""
    trr = fields.get("id", ids.make("trr", seed))
    return {
        "id": trr,
        "object": "transfer_reversal",
        "amount": 30_000,
        "balance_transaction": ids.make("txn", trr),
        "created": WHEN,
        "currency": "eur",
        "destination_payment_refund": ids.make("pyr", trr),
        "metadata": {},
        "source_refund": None,
        "transfer": ids.make("tr", seed),
        **fields,
    }


def application_fee(*, seed: str = "", **fields: Any) -> Object:
    """What the platform keeps of a hotel's charge."""
    fee = fields.get("id", ids.make("fee", seed))
    charge = fields.get("charge", ids.make("ch", seed))
    return {
        "id": fee,
        "object": "application_fee",
        "account": ids.make("acct", seed),
        "amount": 300,
        "amount_refunded": 0,
        "application": APPLICATION,
        "balance_transaction": ids.make("txn", fee),
        "charge": charge,
        "created": WHEN,
        "currency": "eur",
        "fee_source": {"charge": charge, "type": "charge"},
        "livemode": False,
        "originating_transaction": None,
        "refunded": False,
        "refunds": listing([], f"/v1/application_fees/{fee}/refunds"),
        **fields,
    }


def fee_refund(*, seed: str = "", **fields: Any) -> Object:
    """A part of a fee that the platform gave back."""
    fr = fields.get("id", ids.make("fr", seed))
    return {
        "id": fr,
        "object": "fee_refund",
        "amount": 300,
        "balance_transaction": ids.make("txn", fr),
        "created": WHEN,
        "currency": "eur",
        "fee": ids.make("fee", seed),
        "metadata": {},
        **fields,
    }
