"""Payments: deposits, holds, refunds, damage, bank transfers, money that nobody announced."""

from sandbox.scenarios.registry import scenario
from sandbox.stay import Stay
from sandbox.story import Story
from sandbox.story.payments import BankTransfer, CardPayment, DirectDebit, Hold


@scenario(
    "deposit_and_balance",
    "A deposit when booking, confirmed with the guest's bank; the balance on arrival",
    expects=lambda stay: {"paid": stay.total, "balance": 0, "payment_status": "paid"},
)
def deposit_and_balance(story: Story, stay: Stay) -> None:
    deposit = CardPayment(story, stay.percent(30), type="deposit")
    deposit.ask_bank()
    deposit.pay()
    story.later(days=21)
    CardPayment(story, stay.total - stay.percent(30)).pay()


@scenario(
    "decline_retry_success",
    "The card is declined, the guest tries another, and it goes through",
    expects=lambda stay: {"paid": stay.total, "balance": 0, "payment_status": "paid"},
)
def decline_retry_success(story: Story, stay: Stay) -> None:
    payment = CardPayment(story, stay.total)
    payment.decline("insufficient_funds")
    story.later(minutes=3)
    payment.pay()


@scenario(
    "declined",
    "The card is declined and the guest gives up",
    expects=lambda stay: {"balance": stay.total, "payment_status": "failed"},
)
def declined(story: Story, stay: Stay) -> None:
    payment = CardPayment(story, stay.percent(30), type="deposit")
    payment.decline("insufficient_funds")
    story.later(minutes=2)
    payment.decline("generic_decline")


@scenario(
    "hold",
    "Money held on the card at check-in, waiting to be taken or let go",
    expects=lambda stay: {
        "authorized": stay.percent(20),
        "balance": stay.total,
        "payment_status": "authorized",
    },
)
def hold(story: Story, stay: Stay) -> None:
    Hold(story, stay.percent(20)).authorize()


@scenario(
    "hold_partial_capture",
    "A fifth of the stay is held, a tenth is taken, the rest is let go",
    expects=lambda stay: {
        "paid": stay.percent(10),
        "balance": stay.total - stay.percent(10),
        "payment_status": "partially_paid",
    },
)
def hold_partial_capture(story: Story, stay: Stay) -> None:
    held = Hold(story, stay.percent(20))
    held.authorize()
    story.later(days=3)
    held.capture(stay.percent(10))


@scenario(
    "hold_canceled",
    "Money held at check-in and given back at check-out",
    expects=lambda stay: {"balance": stay.total, "payment_status": "unpaid"},
)
def hold_canceled(story: Story, stay: Stay) -> None:
    held = Hold(story, stay.percent(20))
    held.authorize()
    story.later(days=3)
    held.cancel()


@scenario(
    "hold_expired",
    "Money held and forgotten: after seven days the card network lets it go",
    expects=lambda stay: {"balance": stay.total, "payment_status": "unpaid"},
)
def hold_expired(story: Story, stay: Stay) -> None:
    held = Hold(story, stay.percent(20))
    held.authorize()
    story.later(days=7)
    held.expire()


@scenario(
    "two_partial_refunds",
    "Two partial refunds; the guest's bank sends the second one back weeks later",
    expects=lambda stay: {
        "paid": stay.total,
        "refunded": stay.percent(10),  # the first; the second, of 15 %, came back
        "balance": stay.percent(10),
        "payment_status": "partially_refunded",
    },
)
def two_partial_refunds(story: Story, stay: Stay) -> None:
    payment = CardPayment(story, stay.total)
    payment.pay()
    story.later(days=2)
    first = payment.refund(stay.percent(10))
    story.later(days=1)
    second = payment.refund(stay.percent(15))
    story.later(days=4)
    first.arrive()
    second.arrive()
    story.later(days=20)
    second.come_back()


@scenario(
    "full_refund",
    "Canceled in time: everything goes back",
    expects=lambda stay: {
        "paid": stay.total,
        "refunded": stay.total,
        "balance": stay.total,
        "payment_status": "refunded",
    },
)
def full_refund(story: Story, stay: Stay) -> None:
    payment = CardPayment(story, stay.total)
    payment.pay()
    story.later(days=5)
    returned = payment.refund(stay.total)
    story.later(days=4)
    returned.arrive()


@scenario(
    "refund_under_way",
    "A refund to a bank account, which takes some days",
    expects=lambda stay: {
        "paid": stay.total,
        "refund_pending": stay.percent(25),
        "balance": 0,
        "payment_status": "paid",
    },
)
def refund_under_way(story: Story, stay: Stay) -> None:
    transfer = BankTransfer(story, stay.total)
    transfer.instruct()
    story.later(days=2)
    transfer.receive(stay.total)
    story.later(days=3)
    transfer.refund(stay.percent(25))


@scenario(
    "damage_charge",
    "A paid stay, a broken lamp charged after departure, and half of that returned",
    expects=lambda stay: {
        "paid": stay.total + stay.percent(20),
        "extras": stay.percent(20) - stay.percent(10),
        "refunded": stay.percent(10),
        "balance": 0,  # total + extras - paid + refunded
        "payment_status": "paid",
    },
)
def damage_charge(story: Story, stay: Stay) -> None:
    CardPayment(story, stay.total).pay()
    story.later(days=4)
    damage = CardPayment(story, stay.percent(20), type="damage_charge")
    damage.pay()
    story.later(days=1)
    damage.refund(stay.percent(10)).arrive()


@scenario(
    "extra_charge",
    "A paid stay, and the minibar on top",
    expects=lambda stay: {
        "paid": stay.total + stay.percent(5),
        "extras": stay.percent(5),
        "balance": 0,
        "payment_status": "paid",
    },
)
def extra_charge(story: Story, stay: Stay) -> None:
    CardPayment(story, stay.total).pay()
    story.later(days=2)
    CardPayment(story, stay.percent(5), type="extra_charge").pay()


@scenario(
    "bank_transfer_in_parts",
    "A bank transfer that comes in three parts",
    expects=lambda stay: {"paid": stay.total, "balance": 0, "payment_status": "paid"},
)
def bank_transfer_in_parts(story: Story, stay: Stay) -> None:
    transfer = BankTransfer(story, stay.total)
    transfer.instruct()
    story.later(days=2)
    transfer.receive(stay.percent(40))
    story.later(days=1)
    transfer.receive(stay.percent(35))
    story.later(days=3)
    transfer.receive(stay.total - stay.percent(40) - stay.percent(35))


@scenario(
    "sepa_debit",
    "A deposit by direct debit: pending for some days, then paid",
    expects=lambda stay: {
        "paid": stay.percent(30),
        "balance": stay.total - stay.percent(30),
        "payment_status": "partially_paid",
    },
)
def sepa_debit(story: Story, stay: Stay) -> None:
    debit = DirectDebit(story, stay.percent(30), type="deposit")
    debit.process()
    story.later(days=5)
    debit.settle()


@scenario(
    "sepa_debit_under_way",
    "A direct debit that the guest's bank has not answered yet",
    expects=lambda stay: {"balance": stay.total, "payment_status": "pending"},
)
def sepa_debit_under_way(story: Story, stay: Stay) -> None:
    DirectDebit(story, stay.total).process()


@scenario(
    "dashboard_payment",
    "A payment made in Stripe's dashboard that names no booking: unmatched money",
    expects=lambda stay: {"balance": stay.total, "payment_status": "unpaid"},
)
def dashboard_payment(story: Story, stay: Stay) -> None:
    CardPayment(story, stay.total, application=None, description=None, metadata={}).pay()
