"""Protection: disputes and inquiries, early fraud warnings, payments held for review."""

from sandbox.scenarios.registry import Figures, scenario
from sandbox.stay import Stay
from sandbox.story import Story
from sandbox.story.payments import CardPayment
from sandbox.story.protection import Dispute, FraudWarning, Review


def paid(stay: Stay) -> Figures:
    """A booking that is paid in full, as if nothing had happened."""
    return {"paid": stay.total, "balance": 0, "payment_status": "paid"}


def paid_by_card(story: Story, stay: Stay) -> CardPayment:
    """The whole stay is paid by card."""
    payment = CardPayment(story, stay.total)
    payment.pay()
    return payment


@scenario(
    "dispute_won",
    "A chargeback after departure; the hotel sends its evidence and wins",
    expects=paid,
    leaves={"dispute": {"status": "won"}},
)
def dispute_won(story: Story, stay: Stay) -> None:
    payment = paid_by_card(story, stay)
    story.later(days=20)
    dispute = Dispute(story, payment, stay.total)
    story.later(days=3)
    dispute.respond()
    story.later(days=40)
    dispute.win()


@scenario(
    "dispute_lost",
    "A chargeback for two fifths of the stay; the bank sides with the guest",
    expects=lambda stay: {
        "paid": stay.total,
        "lost": stay.percent(40),
        "balance": stay.percent(40),
        "payment_status": "charged_back",
    },
    leaves={"dispute": {"status": "lost"}},
)
def dispute_lost(story: Story, stay: Stay) -> None:
    payment = paid_by_card(story, stay)
    story.later(days=15)
    dispute = Dispute(story, payment, stay.percent(40), reason="product_unacceptable")
    story.later(days=5)
    dispute.respond()
    story.later(days=50)
    dispute.lose()


@scenario(
    "dispute_due_tomorrow",
    "A chargeback that nobody has answered, and the evidence is due within a day",
    expects=lambda stay: {
        "paid": stay.total,
        "disputed": stay.total,
        "balance": 0,
        "payment_status": "disputed",
    },
    leaves={"dispute": {"status": "needs_response"}},
)
def dispute_due_tomorrow(story: Story, stay: Stay) -> None:
    payment = paid_by_card(story, stay)
    story.later(days=12)
    dispute = Dispute(story, payment, stay.total, reason="product_not_received")
    story.later(days=6)
    dispute.due(hours=24)


@scenario(
    "dispute_inquiry_closed",
    "A bank asks about a payment, gets an answer, and lets it be: no money moves",
    expects=paid,
    leaves={"dispute": {"status": "warning_closed", "balance_transactions": []}},
)
def dispute_inquiry_closed(story: Story, stay: Stay) -> None:
    payment = paid_by_card(story, stay)
    story.later(days=8)
    inquiry = Dispute(story, payment, stay.total, inquiry=True)
    story.later(days=2)
    inquiry.respond()
    story.later(days=30)
    inquiry.settle_inquiry()


@scenario(
    "dispute_inquiry_to_appeal_won",
    "An inquiry becomes a chargeback, is lost, appealed, and won in the end",
    expects=paid,
    leaves={"dispute": {"status": "won"}},
)
def dispute_inquiry_to_appeal_won(story: Story, stay: Stay) -> None:
    payment = paid_by_card(story, stay)
    story.later(days=8)
    dispute = Dispute(story, payment, stay.percent(50), reason="duplicate", inquiry=True)
    story.later(days=6)
    dispute.escalate()
    story.later(days=4)
    dispute.respond()
    story.later(days=30)
    dispute.lose()
    story.later(days=2)
    dispute.appeal()
    story.later(days=3)
    dispute.respond()
    story.later(days=25)
    dispute.win()


@scenario(
    "dispute_in_another_currency",
    "A chargeback on an account that is paid out in another currency than the guest paid in",
    expects=lambda stay: {
        "paid": stay.total,
        "disputed": stay.percent(60),  # the guest's money, whatever it was exchanged into
        "balance": 0,
        "payment_status": "disputed",
    },
    leaves={"dispute": {"status": "under_review"}},
)
def dispute_in_another_currency(story: Story, stay: Stay) -> None:
    payment = paid_by_card(story, stay)
    story.later(days=10)
    other = "usd" if stay.currency != "usd" else "eur"
    dispute = Dispute(story, payment, stay.percent(60), settles=other)
    story.later(days=2)
    dispute.respond()


@scenario(
    "two_disputes_on_one_charge",
    "Two chargebacks on one payment: one is lost, the other still open",
    expects=lambda stay: {
        "paid": stay.total,
        "disputed": stay.percent(30),
        "lost": stay.percent(40),
        "balance": stay.percent(40),
        "payment_status": "disputed",
    },
)
def two_disputes_on_one_charge(story: Story, stay: Stay) -> None:
    payment = paid_by_card(story, stay)
    story.later(days=10)
    first = Dispute(story, payment, stay.percent(40))
    story.later(days=4)
    Dispute(story, payment, stay.percent(30), reason="credit_not_processed").respond()
    story.later(days=30)
    first.lose()


@scenario(
    "fraud_warning_before_arrival",
    "A bank warns that the card was stolen, and the guest has not arrived yet",
    expects=paid,
    leaves={"early_fraud_warning": {"actionable": True}},
)
def fraud_warning_before_arrival(story: Story, stay: Stay) -> None:
    payment = paid_by_card(story, stay)
    story.later(days=1)
    FraudWarning(story, payment)


@scenario(
    "fraud_warning_refunded_then_disputed",
    "Warned of fraud the hotel refunds everything, and the bank takes the money all the same",
    expects=lambda stay: {
        "paid": stay.total,
        "refunded": stay.total,
        "disputed": stay.total,
        "balance": stay.total,
        "payment_status": "disputed",
    },
    leaves={
        "dispute": {"status": "under_review"},
        "early_fraud_warning": {"actionable": False},
    },
)
def fraud_warning_refunded_then_disputed(story: Story, stay: Stay) -> None:
    payment = paid_by_card(story, stay)
    story.later(days=1)
    FraudWarning(story, payment)
    story.later(minutes=90)
    payment.refund(stay.total, reason="fraudulent")  # then nothing is left to do about a warning
    story.later(days=6)
    dispute = Dispute(story, payment, stay.total)
    story.later(days=1)
    dispute.respond()


@scenario(
    "review_approved",
    "Stripe wants a payment looked at; the hotel knows the guest and approves it",
    expects=paid,
    leaves={"review": {"open": False, "closed_reason": "approved"}},
)
def review_approved(story: Story, stay: Stay) -> None:
    review = Review(story, paid_by_card(story, stay))
    story.later(minutes=40)
    review.approve()


@scenario(
    "review_refunded_as_fraud",
    "Stripe wants a payment looked at; the hotel does not trust it and refunds it as fraud",
    expects=lambda stay: {
        "paid": stay.total,
        "refunded": stay.total,
        "balance": stay.total,
        "payment_status": "refunded",
    },
    leaves={"review": {"open": False, "closed_reason": "refunded_as_fraud"}},
)
def review_refunded_as_fraud(story: Story, stay: Stay) -> None:
    review = Review(story, paid_by_card(story, stay))
    story.later(minutes=40)
    returned = review.refund_as_fraud()
    story.later(days=4)
    returned.arrive()


@scenario(
    "review_open",
    "Stripe wants a payment looked at, and nobody has yet",
    expects=paid,
    leaves={"review": {"open": True, "closed_reason": None}},
)
def review_open(story: Story, stay: Stay) -> None:
    Review(story, paid_by_card(story, stay))
