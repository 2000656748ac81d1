"""Money that the platform sends to hotels' accounts, and what it keeps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from payments.reading import Reader
from payments.snapshots.base import ids


@dataclass(frozen=True, slots=True)
class TransferSnapshot:
    """A share sent to a hotel's account."""

    kind: ClassVar[str] = "transfer"
    whole: ClassVar[bool] = True
    stripe_id: str
    amount: int | None
    currency: str
    amount_reversed: int | None
    reversed: bool | None
    canceled: bool | None
    reversals: list[str] | None
    destination: str
    source_transaction: str
    transfer_group: str
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApplicationFeeSnapshot:
    """What the platform keeps of a hotel's charge."""

    kind: ClassVar[str] = "application_fee"
    whole: ClassVar[bool] = True
    stripe_id: str
    hotel_account: str
    stripe_charge_id: str
    amount: int | None
    currency: str
    amount_refunded: int | None
    refunded: bool | None
    occurred_at: datetime | None


def transfer(given: dict[str, Any], *, canceled: bool) -> TransferSnapshot:
    """
    Return what a transfer shows.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("transfer", given)
    return TransferSnapshot(
        stripe_id=read.own_id(),
        amount=read.amount("amount"),
        currency=read.currency(),
        amount_reversed=read.amount("amount_reversed"),
        reversed=read.flag("reversed"),
        canceled=canceled or None,
        reversals=ids(read.each("reversals")) or None,
        destination=read.ref("destination"),
        source_transaction=read.ref("source_transaction"),
        transfer_group=read.text("transfer_group", 255),
        occurred_at=read.time("created"),
    )


def application_fee(given: dict[str, Any]) -> ApplicationFeeSnapshot:
    """
    Return what an application fee shows.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("application_fee", given)
    return ApplicationFeeSnapshot(
        stripe_id=read.own_id(),
        hotel_account=read.ref("account"),
        stripe_charge_id=read.ref("charge") or read.ref("originating_transaction"),
        amount=read.amount("amount"),
        currency=read.currency(),
        amount_refunded=read.amount("amount_refunded"),
        refunded=read.flag("refunded"),
        occurred_at=read.time("created"),
    )
