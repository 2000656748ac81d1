"""A hotel's share of what the platform took, and what the platform keeps of a hotel's charge."""

from sandbox import objects
from sandbox.engine import change, transfers
from sandbox.objects.methods import Object
from sandbox.story import Story

BEFORE_REVERSALS = "2015-10-01"  # an API version in which a transfer could still be canceled


class Transfer:
    """Money from the platform to a hotel's account."""

    def __init__(self, story: Story, amount: int) -> None:
        self.books = story.world.books(None)
        charge = story.id("ch")
        self.row = transfers.create(
            self.books,
            amount=amount,
            currency=story.stay.currency,
            destination=story.stay.account or "",
            source_transaction=charge,
            transfer_group=f"group_{charge}",
        )

    def describe(self, text: str) -> None:
        """Say what it is for."""
        before = change(self.row, description=text)
        self.books.emit("transfer.updated", self.row, before)

    def reverse(self, amount: int) -> None:
        """Take a part of it back, or all of it."""
        transfers.reverse(self.books, self.row, amount)

    def cancel(self) -> None:
        """Stop it on its way, as was possible long ago."""
        change(self.row, status="canceled")
        self.books.emit("transfer.canceled", self.row, api_version=BEFORE_REVERSALS)


class ApplicationFee:
    """What the platform keeps of a charge on a hotel's account."""

    def __init__(self, story: Story, amount: int, *, names_account: bool) -> None:
        self.story = story
        self.platform = not names_account  # Stripe may write the account around it, or only in it
        self.row = objects.application_fee(
            id=story.id("fee"),
            account=story.stay.account,
            amount=amount,
            charge=story.id("ch"),
            created=story.now,
            currency=story.stay.currency,
        )
        story.add(self.row, platform=True)
        self._tell("created", asked=False)

    def refund(self, amount: int) -> None:
        """Give a part of it back to the hotel, or all of it."""
        refunds = self.row["refunds"]
        row = objects.fee_refund(
            id=self.story.id("fr"),
            amount=amount,
            created=self.story.now,
            currency=self.row["currency"],
            fee=self.row["id"],
        )
        refunds["data"].insert(0, row)
        refunds["total_count"] += 1
        total = self.row["amount_refunded"] + amount
        before = change(self.row, amount_refunded=total, refunded=total == self.row["amount"])
        self._tell("refunded", before)

    def _tell(self, what: str, before: Object | None = None, *, asked: bool = True) -> None:
        self.story.emit(
            f"application_fee.{what}", self.row, before, asked=asked, platform=self.platform
        )
