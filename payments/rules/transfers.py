"""What follows from a share that was taken back."""

from datetime import datetime
from typing import Any

from payments.effects import MANAGERS, Effects, tell
from payments.models import Transfer


def follow_transfer(transfer: Transfer, now: datetime) -> Effects:
    """The hotel hears when money that was sent to it is canceled or taken back."""
    facts: dict[str, Any] = {"amount": transfer.amount, "currency": transfer.currency}
    if transfer.canceled:
        yield tell("transfer_canceled", transfer, to=MANAGERS, **facts)
    if transfer.amount_reversed:
        yield tell(
            "transfer_reversed",
            transfer,
            to=MANAGERS,
            detail=str(transfer.amount_reversed),
            reversed=transfer.amount_reversed,
            **facts,
        )
