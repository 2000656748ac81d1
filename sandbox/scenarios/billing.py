"""Billing: what the platform bills the organization, what the hotel bills its guests."""

from sandbox.scenarios.registry import scenario
from sandbox.stay import Stay
from sandbox.story import Story
from sandbox.story.billing import Invoice, Schedule

PLAN = 4_900  # minor units: what the hotel system costs a month in these stories


@scenario(
    "invoice_paid",
    "The organization's bill for the hotel system, paid by the card on file",
    leaves={"invoice": {"status": "paid", "amount_paid": PLAN, "amount_remaining": 0}},
)
def invoice_paid(story: Story, stay: Stay) -> None:
    bill = Invoice(story, PLAN)
    story.later(minutes=60)
    bill.finalize()
    bill.pay()


@scenario(
    "invoice_voided",
    "A group's bill with a mistake in it: it is voided, and nothing is owed",
    leaves={"invoice": {"status": "void"}},
)
def invoice_voided(story: Story, stay: Stay) -> None:
    bill = Invoice(story, stay.percent(50), customer=story.id("cus"))
    bill.finalize()
    story.later(days=2)
    bill.void()


@scenario(
    "invoice_uncollectible_then_paid",
    "A bill for damage is given up, and then paid after all",
    leaves={"invoice": {"status": "paid", "amount_remaining": 0}},
)
def invoice_uncollectible_then_paid(story: Story, stay: Stay) -> None:
    bill = Invoice(story, stay.percent(10), customer=story.id("cus"))
    bill.finalize()
    story.later(days=60)
    bill.give_up()
    story.later(days=9)
    bill.pay()


@scenario(
    "invoice_payment_failed_then_paid",
    "The organization's card is declined for its bill; three days later it goes through",
    leaves={"invoice": {"status": "paid", "attempt_count": 2, "amount_paid": PLAN}},
)
def invoice_payment_failed_then_paid(story: Story, stay: Stay) -> None:
    bill = Invoice(story, PLAN)
    story.later(minutes=60)
    bill.finalize()
    bill.fail()
    story.later(days=3)
    bill.pay()


@scenario(
    "invoice_open",
    "The organization's bill could not be paid, and is owed",
    leaves={"invoice": {"status": "open", "attempt_count": 1, "amount_paid": 0}},
)
def invoice_open(story: Story, stay: Stay) -> None:
    bill = Invoice(story, PLAN)
    story.later(minutes=60)
    bill.finalize()
    bill.fail()


@scenario(
    "subscription",
    "A year's change of plan, from its planning to its end",
    leaves={"subscription_schedule": {"status": "completed", "current_phase": None}},
)
def subscription(story: Story, stay: Stay) -> None:
    plan = Schedule(story)
    story.later(days=3)
    plan.extend(days=335)
    story.later(days=20)
    plan.notice(PLAN)
    story.later(days=7)
    plan.enter_phase(1)
    story.later(days=328)
    plan.expire_soon()
    story.later(days=7)
    plan.complete()


@scenario(
    "schedule_expiring",
    "The organization's plan runs out in a week",
    leaves={"subscription_schedule": {"status": "active"}},
)
def schedule_expiring(story: Story, stay: Stay) -> None:
    plan = Schedule(story)
    story.later(days=23)
    plan.notice(PLAN)
    plan.expire_soon()


@scenario(
    "schedule_released",
    "The organization keeps its plan, and drops the planned change",
    leaves={"subscription_schedule": {"status": "released", "subscription": None}},
)
def schedule_released(story: Story, stay: Stay) -> None:
    plan = Schedule(story)
    story.later(days=5)
    plan.release()


@scenario(
    "schedule_canceled",
    "The organization gives up its plan",
    leaves={"subscription_schedule": {"status": "canceled"}},
)
def schedule_canceled(story: Story, stay: Stay) -> None:
    plan = Schedule(story)
    story.later(days=12)
    plan.cancel()


@scenario(
    "schedule_aborted",
    "The plan was not paid, and Stripe ends it",
    leaves={"subscription_schedule": {"status": "canceled"}},
)
def schedule_aborted(story: Story, stay: Stay) -> None:
    plan = Schedule(story)
    story.later(days=18)
    plan.abort()
