"""A refund's way: made, arrived, or sent back by the guest's bank long after it succeeded."""

from sandbox.engine import refunds
from sandbox.objects.methods import Object
from sandbox.story import Story


class Refund:
    """Money on its way back to a guest."""

    def __init__(self, story: Story, charge: Object, amount: int, *, reason: str) -> None:
        self.books = story.books
        self.row = refunds.create(self.books, charge, amount, reason=reason)

    def arrive(self) -> None:
        """The guest's bank has it."""
        refunds.arrive(self.books, self.row["id"])

    def come_back(self) -> None:
        """The guest's bank will not take it after all, and the hotel has the money again."""
        refunds.fail(self.books, self.row["id"])
