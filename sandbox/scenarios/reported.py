"""What real accounts do and no textbook says: told after reports of systems that got it wrong."""

from sandbox.hotel import same_id
from sandbox.scenarios.registry import scenario
from sandbox.stay import Stay
from sandbox.story import Story
from sandbox.story.customers import Customer
from sandbox.story.payments import BankTransfer, CardPayment, ChargeAlone, DirectDebit, Hold
from sandbox.story.protection import Dispute


@scenario(
    "captures_in_parts",
    "A hold is captured in two parts, and some of the first goes back before the second",
    expects=lambda stay: {
        "paid": stay.percent(20),
        "refunded": stay.percent(5),
        "balance": stay.total - stay.percent(20) + stay.percent(5),
        "payment_status": "partially_paid",
    },
)
def captures_in_parts(story: Story, stay: Stay) -> None:
    several = {"card": {"request_multicapture": "if_available"}}
    held = Hold(story, stay.percent(30), payment_method_options=several)
    held.authorize()
    story.later(days=1)
    held.capture_part(stay.percent(10))
    story.later(days=1)
    held.refund(stay.percent(5))
    story.later(days=1)
    held.capture(stay.percent(20) - stay.percent(10))


@scenario(
    "capture_beyond_the_hold",
    "More is captured than was held, and a part of it goes back",
    expects=lambda stay: {
        "paid": 6 * stay.percent(5),
        "refunded": stay.percent(5),
        "balance": stay.total - 5 * stay.percent(5),
        "payment_status": "partially_paid",
    },
)
def capture_beyond_the_hold(story: Story, stay: Stay) -> None:
    more = {"card": {"request_overcapture": "if_available"}}
    held = Hold(story, 5 * stay.percent(5), payment_method_options=more)
    held.authorize()
    story.later(days=2)
    held.capture(6 * stay.percent(5))
    story.later(days=1)
    held.refund(stay.percent(5))


@scenario(
    "released_and_refunded_alike",
    "Half of a hold is captured, the other half let go, and then the captured half goes back",
    expects=lambda stay: {
        "paid": stay.percent(10),
        "refunded": stay.percent(10),
        "balance": stay.total,
        "payment_status": "refunded",
    },
)
def released_and_refunded_alike(story: Story, stay: Stay) -> None:
    held = Hold(story, 2 * stay.percent(10))
    held.authorize()
    story.later(days=1)
    held.capture(stay.percent(10))
    story.later(days=2)
    held.refund(stay.percent(10))


@scenario(
    "charge_alone",
    "Other software of the hotel's takes a deposit without a payment intent",
    expects=lambda stay: {
        "paid": stay.percent(30),
        "refunded": stay.percent(10),
        "balance": stay.total - stay.percent(30) + stay.percent(10),
        "payment_status": "partially_paid",
    },
)
def charge_alone(story: Story, stay: Stay) -> None:
    charge = ChargeAlone(story, stay.percent(30), type="deposit")
    story.later(days=3)
    charge.refund(stay.percent(10))


@scenario(
    "bank_transfer_given_up",
    "A part of a bank transfer comes, the payment is canceled, and the money waits at Stripe",
    expects=lambda stay: {"balance": stay.total, "payment_status": "unpaid"},
)
def bank_transfer_given_up(story: Story, stay: Stay) -> None:
    transfer = BankTransfer(story, stay.total)
    transfer.instruct()
    story.later(days=1)
    transfer.receive(stay.percent(40))
    story.later(days=5)
    transfer.give_up()


@scenario(
    "bank_transfer_used_after_all",
    "A payment by bank transfer is canceled half-way, and what came pays a part of the next one",
    expects=lambda stay: {"paid": stay.total, "balance": 0, "payment_status": "paid"},
)
def bank_transfer_used_after_all(story: Story, stay: Stay) -> None:
    first = BankTransfer(story, stay.total)
    first.instruct()
    story.later(days=1)
    first.receive(stay.percent(40))
    story.later(days=2)
    first.give_up()
    story.later(days=1)
    BankTransfer(story, stay.total, guest=first.guest).instruct()
    story.later(days=2)
    first.guest.transfer(stay.total - stay.percent(40))


@scenario(
    "bank_transfer_nobody_asked_for",
    "A guest who has paid a deposit by card sends the rest by bank, which no payment waits for",
    expects=lambda stay: {
        "paid": stay.percent(30),
        "balance": stay.total - stay.percent(30),
        "payment_status": "partially_paid",
    },
)
def bank_transfer_nobody_asked_for(story: Story, stay: Stay) -> None:
    guest = Customer(story)
    CardPayment(story, stay.percent(30), type="deposit", customer=guest.row["id"]).pay()
    story.later(days=3)
    guest.transfer(stay.total - stay.percent(30))


@scenario(
    "debit_bounces",
    "A direct debit whose charge says captured, until the bank does not pay",
    expects=lambda stay: {"balance": stay.total, "payment_status": "failed"},
)
def debit_bounces(story: Story, stay: Stay) -> None:
    debit = DirectDebit(story, stay.total)
    debit.process()
    story.later(days=5)
    debit.bounce()


@scenario(
    "dispute_won_in_part",
    "A chargeback is won, and the bank gives back three quarters of it",
    expects=lambda stay: {
        "paid": stay.total,
        "lost": stay.percent(40) - stay.percent(30),
        "balance": stay.percent(40) - stay.percent(30),
        "payment_status": "charged_back",
    },
    leaves={"dispute": {"status": "won"}},
)
def dispute_won_in_part(story: Story, stay: Stay) -> None:
    payment = CardPayment(story, stay.total)
    payment.pay()
    story.later(days=12)
    dispute = Dispute(story, payment, stay.percent(40))
    story.later(days=4)
    dispute.respond()
    story.later(days=40)
    dispute.win(part=stay.percent(30))


@scenario(
    "dispute_adjusted_and_lost",
    "A chargeback in another currency, adjusted by cents in the hotel's favour, is lost",
    expects=lambda stay: {
        "paid": stay.total,
        "lost": stay.total,
        "balance": stay.total,
        "payment_status": "charged_back",
    },
    leaves={"dispute": {"status": "lost"}},
)
def dispute_adjusted_and_lost(story: Story, stay: Stay) -> None:
    payment = CardPayment(story, stay.total)
    payment.pay()
    story.later(days=15)
    dispute = Dispute(story, payment, stay.total, settles="usd")
    story.later(days=2)
    dispute.adjust(37)
    story.later(days=30)
    dispute.lose()


@scenario(
    "dispute_lost_and_paid_again",
    "A chargeback is lost, and the guest, who meant well, pays once more",
    expects=lambda stay: {
        "paid": 2 * stay.total,
        "lost": stay.total,
        "balance": 0,
        "payment_status": "paid",
    },
    leaves={"dispute": {"status": "lost"}},
)
def dispute_lost_and_paid_again(story: Story, stay: Stay) -> None:
    payment = CardPayment(story, stay.total)
    payment.pay()
    story.later(days=9)
    dispute = Dispute(story, payment, stay.total)
    story.later(days=40)
    dispute.lose()
    story.later(days=2)
    CardPayment(story, stay.total).pay()


@scenario(
    "paid_twice",
    "A guest has the page to pay open in two tabs, and pays in both",
    expects=lambda stay: {
        "paid": 2 * stay.total,
        "balance": -stay.total,
        "payment_status": "paid",
    },
)
def paid_twice(story: Story, stay: Stay) -> None:
    first = CardPayment(story, stay.total)
    story.later(minutes=2)
    second = CardPayment(story, stay.total)
    story.later(minutes=1)
    second.pay()
    story.later(minutes=4)
    first.pay()


@scenario(
    "paid_in_another_currency",
    "A guest pays in dollars for a stay that is kept in another currency",
    expects=lambda stay: {"balance": stay.total, "payment_status": "unpaid"},
)
def paid_in_another_currency(story: Story, stay: Stay) -> None:
    CardPayment(story, stay.total, currency="usd").pay()


@scenario(
    "another_hotels_booking_named",
    "A payment in the hotel's own account names a booking of another organization",
    expects=lambda stay: {"balance": stay.total, "payment_status": "unpaid"},
)
def another_hotels_booking_named(story: Story, stay: Stay) -> None:
    elsewhere = {
        "reservationId": same_id("asagiri", "AS-1040"),
        "orgId": same_id("asagiri"),
        "type": "deposit",
    }
    CardPayment(story, stay.percent(30), metadata=elsewhere).pay()


@scenario(
    "stripe_contradicts_itself",
    "A payment is told to have succeeded, and to have been canceled",
    expects=lambda stay: {"paid": stay.total, "balance": 0, "payment_status": "paid"},
)
def stripe_contradicts_itself(story: Story, stay: Stay) -> None:
    payment = CardPayment(story, stay.total)
    payment.pay()
    story.later(minutes=1)
    end = {"canceled_at": story.now, "cancellation_reason": "automatic", "status": "canceled"}
    canceled = payment.intent | end
    story.emit("payment_intent.canceled", canceled, asked=False)
