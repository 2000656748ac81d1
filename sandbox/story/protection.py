"""What happens to a charge afterwards: a bank disputes it, warns of it; Stripe has it reviewed."""

from sandbox.engine import protection
from sandbox.story import Story
from sandbox.story.payments import Payment
from sandbox.story.refunds import Refund


class Dispute:
    """A bank's case about one charge, from its first word to its last."""

    def __init__(
        self,
        story: Story,
        payment: Payment,
        amount: int,
        *,
        reason: str = "fraudulent",
        inquiry: bool = False,  # the bank only asks, and takes nothing yet
        settles: str | None = None,  # the account's currency, where it is not the charge's
    ) -> None:
        self.story = story
        self.books = story.books
        self.row = protection.open_dispute(
            self.books, payment.charge["id"], reason, inquiry, amount, settles=settles
        )

    def respond(self) -> None:
        """The hotel sends its evidence; the bank has a look."""
        evidence = {"service_date": "November 2026"}
        protection.update(self.books, self.row, evidence, submit=True)

    def due(self, *, hours: int) -> None:
        """The bank moves the day by which it wants to hear from the hotel."""
        protection.move_deadline(self.books, self.row, self.story.now + hours * 3_600)

    def escalate(self) -> None:
        """An inquiry becomes a chargeback: now the bank takes the money."""
        self._decide("escalate")

    def adjust(self, amount: int) -> None:
        """The currencies have moved since, by cents: a movement of its own says so."""
        protection.adjust(self.books, self.row, amount)

    def win(self, *, part: int | None = None) -> None:
        """The bank sides with the hotel and gives the money back; the fee stays with Stripe."""
        protection.decide(self.books, self.row["id"], "win", part)

    def lose(self) -> None:
        """The bank sides with its customer: the money is gone."""
        self._decide("lose")

    def settle_inquiry(self) -> None:
        """The bank's question came to nothing."""
        self._decide("close")

    def appeal(self) -> None:
        """The hotel does not take a lost case as the last word."""
        protection.appeal(self.books, self.row)

    def _decide(self, verdict: str) -> None:
        protection.decide(self.books, self.row["id"], verdict)


class FraudWarning:
    """A bank's early word that a card was not its owner's to use."""

    def __init__(self, story: Story, payment: Payment) -> None:
        self.row = protection.warn(story.books, payment.charge["id"])


class Review:
    """A payment that somebody at the hotel should look at before it counts on it."""

    def __init__(self, story: Story, payment: Payment) -> None:
        self.books = story.books
        self.payment = payment
        self.row = protection.open_review(self.books, payment.charge)

    def approve(self) -> None:
        """The hotel knows this guest."""
        protection.approve(self.books, self.row)

    def refund_as_fraud(self) -> Refund:
        """The hotel does not, and sends the money back; that ends the review."""
        return self.payment.refund(self.payment.amount, reason="fraudulent")
