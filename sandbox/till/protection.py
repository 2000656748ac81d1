"""What happens to a charge afterwards: a bank disputes it, warns of it; Stripe has it reviewed."""

from sandbox import objects
from sandbox.objects import protection
from sandbox.objects.protection import ANSWER_WITHIN
from sandbox.till import Till, change
from sandbox.till.payments import Payment
from sandbox.till.refunds import Refund

FEE = 1_500  # minor units: what Stripe keeps for each chargeback
RATE = 11, 10  # what one unit of the guest's money is worth where the account settles in another


class Dispute:
    """A bank's case about one charge, from its first word to its last."""

    def __init__(
        self,
        till: Till,
        payment: Payment,
        amount: int,
        *,
        reason: str = "fraudulent",
        inquiry: bool = False,  # the bank only asks, and takes nothing yet
        settles: str | None = None,  # the account's currency, where it is not the charge's
    ) -> None:
        self.till = till
        self.charge = payment.charge
        self.settles = settles or self.charge["currency"]
        stay = till.stay
        self.row = objects.dispute(
            id=till.id("dp"),
            amount=amount,
            charge=self.charge["id"],
            created=till.now,
            currency=self.charge["currency"],
            evidence=protection.evidence(
                customer_email_address=stay.email,
                customer_name=stay.guest,
                customer_purchase_ip="203.0.113.7",
            ),
            payment_intent=payment.intent["id"],
            reason=reason,
            status="warning_needs_response" if inquiry else "needs_response",
        )
        if inquiry:
            till.emit("charge.dispute.created", self.row, asked=False)
        else:
            self._take()
            till.emit("charge.dispute.created", self.row, asked=False)
            till.emit("charge.dispute.funds_withdrawn", self.row, asked=False)
        before = change(self.charge, disputed=True)
        if before:  # a second dispute of the same charge changes nothing there
            till.emit("charge.updated", self.charge, before, asked=False)

    def respond(self) -> None:
        """The hotel sends its evidence; the bank has a look."""
        stage = self.row["status"].removesuffix("needs_response")
        sent = {
            "has_evidence": True,
            "submission_count": self.row["evidence_details"]["submission_count"] + 1,
            "submission_method": "manual",
        }
        self._update(
            status=f"{stage}under_review",
            evidence=self.row["evidence"] | {"service_date": "November 2026"},
            evidence_details=self.row["evidence_details"] | sent,
        )

    def due(self, *, hours: int) -> None:
        """The bank moves the day by which it wants to hear from the hotel."""
        moved = {"due_by": self.till.now + hours * 3_600}
        self._update(asked=False, evidence_details=self.row["evidence_details"] | moved)

    def escalate(self) -> None:
        """An inquiry becomes a chargeback: now the bank takes the money."""
        self._take()
        self._update(
            asked=False,
            status="needs_response",
            evidence_details=protection.evidence_details(self.till.now + ANSWER_WITHIN),
            is_charge_refundable=False,
            payment_method_details=protection.case("chargeback", self.row["reason"]),
        )
        self.till.emit("charge.dispute.funds_withdrawn", self.row, asked=False)

    def win(self) -> None:
        """The bank sides with the hotel and gives the money back; the fee stays with Stripe."""
        self._move(-self.row["balance_transactions"][0]["amount"], "Chargeback reversal")
        self.till.emit("charge.dispute.funds_reinstated", self.row, asked=False)
        self._close("won")

    def lose(self) -> None:
        """The bank sides with its customer: the money is gone."""
        self._close("lost")

    def settle_inquiry(self) -> None:
        """The bank's question came to nothing."""
        self._close("warning_closed")

    def appeal(self) -> None:
        """The hotel does not take a lost case as the last word."""
        self._update(
            status="appeal_needs_response",
            evidence_details=self.row["evidence_details"]
            | {"due_by": self.till.now + ANSWER_WITHIN},
        )

    def _take(self) -> None:
        """The bank takes what is disputed from the hotel's balance, and Stripe its fee."""
        times, by = self._rate()
        self._move(-(self.row["amount"] * times // by), "Chargeback withdrawal", fee=FEE)

    def _rate(self) -> tuple[int, int]:
        """How much of the account's money one unit of the guest's is, as a fraction."""
        return (1, 1) if self.settles == self.row["currency"] else RATE

    def _move(self, amount: int, what: str, fee: int = 0) -> None:
        """Money moves: a line more among the dispute's movements."""
        times, by = self._rate()
        line = objects.balance_transaction(
            id=self.till.id("txn"),
            amount=amount,
            created=self.till.now,
            currency=self.settles,
            description=f"{what} for {self.charge['id']}",
            exchange_rate=None if times == by else times / by,
            fee=fee,
            source=self.row["id"],
        )
        self.row["balance_transactions"].append(line)

    def _update(self, *, asked: bool = True, **fields: object) -> None:
        before = change(self.row, **fields)
        self.till.emit("charge.dispute.updated", self.row, before, asked=asked)

    def _close(self, status: str) -> None:
        before = change(self.row, status=status)
        self.till.emit("charge.dispute.closed", self.row, before, asked=False)


class FraudWarning:
    """A bank's early word that a card was not its owner's to use."""

    def __init__(self, till: Till, payment: Payment) -> None:
        self.till = till
        self.row = objects.early_fraud_warning(
            id=till.id("issfr"),
            charge=payment.charge["id"],
            created=till.now,
            payment_intent=payment.intent["id"],
        )
        till.emit("radar.early_fraud_warning.created", self.row, asked=False)

    def disarm(self) -> None:
        """Nothing can be done about it any more: refunded, or disputed already."""
        before = change(self.row, actionable=False)
        self.till.emit("radar.early_fraud_warning.updated", self.row, before, asked=False)


class Review:
    """A payment that somebody at the hotel should look at before it counts on it."""

    def __init__(self, till: Till, payment: Payment) -> None:
        self.till = till
        self.payment = payment
        self.row = objects.review(
            id=till.id("prv"),
            charge=payment.charge["id"],
            created=till.now,
            payment_intent=payment.intent["id"],
        )
        change(payment.charge, review=self.row["id"])
        change(payment.intent, review=self.row["id"])
        till.emit("review.opened", self.row, asked=False)

    def approve(self) -> None:
        """The hotel knows this guest."""
        self._close("approved")

    def refund_as_fraud(self) -> Refund:
        """The hotel does not, and sends the money back."""
        change(self.payment.charge, fraud_details={"user_report": "fraudulent"})
        returned = self.payment.refund(self.payment.amount, reason="fraudulent")
        self._close("refunded_as_fraud")
        return returned

    def _close(self, reason: str) -> None:
        change(self.payment.charge, review=None)
        change(self.payment.intent, review=None)
        change(self.row, open=False, closed_reason=reason, reason=reason)
        self.till.emit("review.closed", self.row)
