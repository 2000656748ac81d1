"""A refund's way: made, arrived, or sent back by the guest's bank long after it succeeded."""

from sandbox import objects
from sandbox.objects import payments
from sandbox.objects.methods import Object
from sandbox.till import Till, change


class Refund:
    """Money on its way back to a guest."""

    def __init__(self, till: Till, charge: Object, amount: int, *, reason: str) -> None:
        self.till = till
        self.charge = charge
        self.by_card = charge["payment_method_details"]["type"] == "card"
        row = objects.refund(
            id=till.id("re"),
            amount=amount,
            charge=charge["id"],
            created=till.now,
            currency=charge["currency"],
            customer=charge["customer"],
            payment_intent=charge["payment_intent"],
            payment_method=charge["payment_method"],
            reason=reason,
            status="succeeded" if self.by_card else "pending",
        )
        if not self.by_card:
            row["destination_details"] = None  # the bank it goes to is not known yet
        self.row = row
        till.emit("refund.created", row)
        till.emit("charge.refunded", charge, self._count(amount))

    def arrive(self) -> None:
        """The guest's bank has it."""
        if self.by_card:
            before = {"destination_details": {"card": {"reference_status": "pending"}}}
            self.row["destination_details"] = payments.sent_to_card("74242424242424242424242")
        else:
            before = change(self.row, status="succeeded")
        self._tell(before)

    def come_back(self) -> None:
        """The guest's bank will not take it after all, and the hotel has the money again."""
        before = change(self.row, status="failed", **payments.came_back(self.row["id"]))
        before = {"status": before["status"]}  # Stripe names no field that was not there
        self.till.emit("refund.failed", self.row, before, asked=False)
        self._tell(before)
        counted = self._count(-self.row["amount"])
        self.till.emit("charge.updated", self.charge, counted, asked=False)

    def _tell(self, before: Object) -> None:
        self.till.emit("refund.updated", self.row, before, asked=False)
        self.till.emit("charge.refund.updated", self.row, before, asked=False)

    def _count(self, amount: int) -> Object:
        """Say on the charge how much has gone back; return what it said before."""
        refunded = self.charge["amount_refunded"] + amount
        return change(
            self.charge, amount_refunded=refunded, refunded=refunded == self.charge["amount"]
        )
