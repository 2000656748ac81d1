"""A hotel's share of what the platform took, and what the platform keeps of a hotel's charge."""

from typing import Any

from sandbox import objects
from sandbox.objects.methods import Object
from sandbox.till import Till, change

BEFORE_REVERSALS = "2015-10-01"  # an API version in which a transfer could still be canceled


class Transfer:
    """Money from the platform to a hotel's account."""

    def __init__(self, till: Till, amount: int) -> None:
        self.till = till
        charge = till.id("ch")
        self.row = objects.transfer(
            id=till.id("tr"),
            amount=amount,
            created=till.now,
            currency=till.stay.currency,
            destination=till.stay.account,
            source_transaction=charge,
            transfer_group=f"group_{charge}",
        )
        self._tell("created")

    def describe(self, text: str) -> None:
        """Say what it is for."""
        self._tell("updated", change(self.row, description=text))

    def reverse(self, amount: int) -> None:
        """Take a part of it back, or all of it."""
        reversals = self.row["reversals"]
        row = objects.transfer_reversal(
            id=self.till.id("trr"),
            amount=amount,
            created=self.till.now,
            currency=self.row["currency"],
            transfer=self.row["id"],
        )
        reversals["data"].insert(0, row)  # the newest first, as in all of Stripe's lists
        reversals["total_count"] += 1
        total = self.row["amount_reversed"] + amount
        whole = total == self.row["amount"]
        self._tell("reversed", change(self.row, amount_reversed=total, reversed=whole))

    def cancel(self) -> None:
        """Stop it on its way, as was possible long ago."""
        change(self.row, status="canceled")
        self._tell("canceled", api_version=BEFORE_REVERSALS)

    def _tell(self, what: str, before: Object | None = None, **envelope: Any) -> None:
        self.till.emit(f"transfer.{what}", self.row, before, platform=True, **envelope)


class ApplicationFee:
    """What the platform keeps of a charge on a hotel's account."""

    def __init__(self, till: Till, amount: int, *, names_account: bool) -> None:
        self.till = till
        self.platform = not names_account  # Stripe may write the account around it, or only in it
        self.row = objects.application_fee(
            id=till.id("fee"),
            account=till.stay.account,
            amount=amount,
            charge=till.id("ch"),
            created=till.now,
            currency=till.stay.currency,
        )
        self._tell("created", asked=False)

    def refund(self, amount: int) -> None:
        """Give a part of it back to the hotel, or all of it."""
        refunds = self.row["refunds"]
        row = objects.fee_refund(
            id=self.till.id("fr"),
            amount=amount,
            created=self.till.now,
            currency=self.row["currency"],
            fee=self.row["id"],
        )
        refunds["data"].insert(0, row)
        refunds["total_count"] += 1
        total = self.row["amount_refunded"] + amount
        before = change(self.row, amount_refunded=total, refunded=total == self.row["amount"])
        self._tell("refunded", before)

    def _tell(self, what: str, before: Object | None = None, *, asked: bool = True) -> None:
        self.till.emit(
            f"application_fee.{what}", self.row, before, asked=asked, platform=self.platform
        )
