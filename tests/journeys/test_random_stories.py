"""
Stories that chance tells: in any order of events, the figures are what the storyteller knows.

The storyteller holds the objects at Stripe as they are in the end, and knows of each refund whether
anybody asked for it. The right values follow from those, never from events or from rows of ours.
"""

import random
from contextlib import suppress

import pytest

from sandbox.engine import Refusal
from sandbox.story import Story
from sandbox.story.customers import Card
from sandbox.story.payments import BankTransfer, CardPayment, ChargeAlone, DirectDebit, Hold
from sandbox.story.protection import Dispute, FraudWarning
from tests.journeys.test_reported import BOOKING, STAY
from tests.support.pure import folio_of, read

IN_PARTS = {"card": {"request_multicapture": "if_available", "request_overcapture": "if_available"}}
STORIES, ORDERS, STEPS = 300, 3, 12


class Chance:
    """One stay's payments, and what happens to them next."""

    def __init__(self, number):
        self.chance = random.Random(number)
        self.story = Story(STAY, name=f"chance {number}")
        self.books = self.story.books
        self.paid, self.held, self.debits, self.transfers = [], [], [], []
        self.refunds, self.disputes = [], []
        self.does = [self.card, self.alone, self.hold, self.debit, self.transfer] + 2 * [
            *(self.refund, self.send_back, self.dispute, self.decide, self.adjust, self.warn),
            *(self.capture_part, self.capture, self.let_go, self.end_debit, self.receive),
        ]

    def tell(self):
        """Tell a story, and return its events."""
        self.chance.choice([self.card, self.alone, self.hold, self.debit])()
        for _ in range(self.chance.randint(3, STEPS)):
            self.story.later(minutes=self.chance.randint(1, 3_000))
            with suppress(
                Refusal, IndexError
            ):  # it cannot be done, or nothing is there to do it to
                self.chance.choice(self.does)()
        for hold in self.held:
            if hold.charge["amount_captured"] and hold.intent["amount_capturable"]:
                # Until the last of several captures nobody can know what will be let go.
                hold.capture(hold.intent["amount_capturable"])
        return self.story.events

    def some(self, most=60_000):
        return self.chance.randrange(1_000, most, 500)

    def one(self, things):
        return things[self.chance.randrange(len(things))] if things else things[0]

    def card(self):
        payment = CardPayment(self.story, self.some(), type=self.purpose())
        if self.chance.random() < 0.3:
            payment.decline("generic_decline")
        payment.pay()
        self.paid.append(payment)

    def alone(self):
        self.paid.append(ChargeAlone(self.story, self.some(), type=self.purpose()))

    def purpose(self):
        return self.chance.choice(["deposit", "reservation_payment", "damage_charge"])

    def hold(self):
        card = Card(self.story, card=self.chance.choice(["pm_card_visa", "pm_card_pendingRefund"]))
        held = Hold(
            self.story,
            self.some(),
            payment_method=card.row["id"],
            payment_method_options=IN_PARTS,
        )
        held.authorize()
        self.held.append(held)
        self.paid.append(held)

    def capture_part(self):
        self.one(self.held).capture_part(self.some(20_000))

    def capture(self):
        held = self.one(self.held)
        held.capture(self.some(held.amount * 23 // 20))

    def let_go(self):
        held = self.one(self.held)
        if not held.charge["amount_captured"]:
            self.chance.choice([held.cancel, held.expire])()

    def debit(self):
        debit = DirectDebit(self.story, self.some())
        debit.process()
        self.debits.append(debit)

    def end_debit(self):
        debit = self.one(self.debits)
        self.chance.choice([debit.settle, debit.bounce])()
        self.paid.append(debit)

    def transfer(self):
        transfer = BankTransfer(self.story, self.some())
        transfer.instruct()
        self.transfers.append(transfer)

    def receive(self):
        transfer = self.one(self.transfers)
        self.chance.choice([transfer.receive, lambda _: transfer.give_up()])(self.some())

    def refund(self):
        payment = self.one(self.paid)
        rest = payment.charge["amount"] - payment.charge["amount_captured"]
        alike = self.chance.random() < 0.5 and rest > 0
        self.refunds.append(payment.refund(rest if alike else self.some(20_000)))

    def send_back(self):
        refund = self.one(self.refunds)
        self.chance.choice([refund.arrive, refund.come_back])()

    def dispute(self):
        payment = self.one(self.paid)
        amount = min(self.some(), payment.charge["amount_captured"])
        inquiry, settles = self.chance.random() < 0.3, self.chance.choice([None, "usd"])
        if amount:
            dispute = Dispute(self.story, payment, amount, inquiry=inquiry, settles=settles)
            self.disputes.append(dispute)

    def decide(self):
        dispute = self.one(self.disputes)
        does = [dispute.win, dispute.lose, dispute.escalate, dispute.respond, dispute.appeal]
        part = dispute.row["amount"] * 3 // 4
        self.chance.choice([*does, lambda: dispute.win(part=part), dispute.settle_inquiry])()

    def adjust(self):
        self.one(self.disputes).adjust(self.chance.choice([-37, 37]))

    def warn(self):
        FraudWarning(self.story, self.one(self.paid))

    # What is so in the end

    def figures(self):
        """Return what the booking's money comes to, by the objects as they are now."""
        charges = self.books.all("charge")
        intents = self.books.all("payment_intent")
        paid = sum(each["amount_received"] for each in intents if each["status"] != "canceled")
        alone = [each for each in charges if not each["payment_intent"]]
        paid += sum(each["amount_captured"] for each in alone)
        extra = [each for each in (*intents, *alone) if each["metadata"]["type"] == "damage_charge"]
        back = [each for each in self.books.all("refund") if not self.is_release(each)]
        refunded = sum(each["amount"] for each in back if each["status"] == "succeeded")
        disputes = self.books.all("dispute")
        lost = sum(self.held_by(each) for each in disputes if self.is_gone(each))
        extras = sum(self.brought(each) for each in extra)
        return {
            "paid": paid,
            "extras": extras,
            "refunded": refunded,
            "refund_pending": sum(e["amount"] for e in back if e["status"] == "pending"),
            "disputed": sum(self.held_by(each) for each in disputes if not self.is_gone(each)),
            "lost": lost,
            "authorized": sum(each["amount_capturable"] for each in intents),
            "balance": STAY.total + extras - paid + refunded + lost,
        }

    def is_release(self, refund):
        return bool(self.books.note(refund["id"]).get("release"))

    def brought(self, payment):
        """Return what a payment, or a charge alone, brought, less what of it went back."""
        charge = payment["latest_charge"] if "latest_charge" in payment else payment["id"]
        came = payment.get("amount_received", payment.get("amount_captured"))
        back = (each for each in self.books.all("refund") if each["charge"] == charge)
        return came - sum(each["amount"] for each in back if each["status"] == "succeeded")

    def held_by(self, dispute):
        moved = [line["amount"] for line in dispute["balance_transactions"]]
        if any(line["currency"] != "eur" for line in dispute["balance_transactions"]):
            gave, took = sum(m for m in moved if m > 0), -sum(m for m in moved if m < 0)
            return dispute["amount"] if gave < took / 2 else 0
        return min(max(0, -sum(moved)), dispute["amount"])

    def is_gone(self, dispute):
        moved = [line["amount"] for line in dispute["balance_transactions"]]
        return dispute["status"] == "lost" or (dispute["status"] == "won" and max(moved) > 0)


@pytest.mark.parametrize("start", range(0, STORIES, 50))
def test_a_booking_comes_to_what_really_happened(start):
    for number in range(start, start + 50):
        told = Chance(number)
        events = [read(event) for event in told.tell()]
        right = told.figures()
        for order in range(ORDERS):
            figures = folio_of(events, BOOKING).figures
            assert {name: getattr(figures, name) for name in right} == right, (number, order)
            told.chance.shuffle(events)
            events += told.chance.choices(events, k=2)


def test_the_stories_are_of_every_kind():
    types = {event["type"] for number in range(STORIES) for event in Chance(number).tell()}

    assert {
        *("charge.captured", "charge.expired", "charge.pending", "charge.failed"),
        *("payment_intent.canceled", "payment_intent.partially_funded", "refund.failed"),
        *("charge.dispute.closed", "charge.dispute.funds_reinstated", "refund.created"),
        *("charge.refunded", "radar.early_fraud_warning.created"),
        "customer_cash_balance_transaction.created",
    } <= types
