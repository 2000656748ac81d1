"""What the platform bills a hotel group, and a hotel its guests; and plans that change."""

from typing import Any

from sandbox import objects
from sandbox.engine import DAY, change
from sandbox.objects import billing
from sandbox.story import Story

RETRY = 3 * DAY  # seconds until Stripe tries again to be paid


class Bill:
    """What the platform bills an organization, or a hotel its guest; whose, `customer` says."""

    def __init__(self, story: Story, *, customer: str | None = None) -> None:
        self.story = story
        self.platform = customer is None
        self.customer = customer or story.stay.customer

    def tell(self, type: str, *args: Any, **options: Any) -> None:
        """Say it on the account that bills."""
        self.story.emit(type, *args, platform=self.platform, **options)


class Invoice(Bill):
    """A bill's way from a draft to paid, void or given up."""

    def __init__(self, story: Story, amount: int, **options: Any) -> None:
        super().__init__(story, **options)
        ours = {"customer_email": story.stay.email, "customer_name": story.stay.guest}
        self.row = objects.invoice(
            id=story.id("in"),
            amount_due=amount,
            created=story.now,
            currency=story.stay.currency,
            customer=self.customer,
            metadata={} if self.platform else story.names(),
            **({} if self.platform else ours),
        )
        story.add(self.row, platform=self.platform)
        self.tell("invoice.created", self.row)

    def finalize(self) -> None:
        """It is what is owed, with a number and a page to pay it."""
        number = f"{self.row['id'][-8:].upper()}-0001"
        where = billing.hosted(self.row["id"])
        self._become("open", "finalized", auto_advance=True, number=number, **where)

    def fail(self) -> None:
        """The card on file is declined; Stripe tries again some days later."""
        before = change(
            self.row,
            attempted=True,
            attempt_count=self.row["attempt_count"] + 1,
            next_payment_attempt=self.story.now + RETRY,
        )
        self.tell("invoice.updated", self.row, before, asked=False)
        self.tell("invoice.payment_failed", self.row, asked=False)

    def pay(self) -> None:
        """It is paid."""
        owed = self.row["amount_due"]
        self._become(
            "paid",
            "paid",
            amount_paid=owed,
            amount_remaining=0,
            attempted=True,
            attempt_count=self.row["attempt_count"] + 1,
            auto_advance=False,
            next_payment_attempt=None,
        )

    def void(self) -> None:
        """It was a mistake: nothing is owed."""
        self._become("void", "voided", auto_advance=False)

    def give_up(self) -> None:
        """Nobody expects it to be paid; it still may be."""
        self._become("uncollectible", "marked_uncollectible", auto_advance=False)

    def _become(self, status: str, what: str, **fields: Any) -> None:
        moments = self.row["status_transitions"] | {f"{what}_at": self.story.now}
        before = change(self.row, status=status, status_transitions=moments, **fields)
        self.tell("invoice.updated", self.row, before)
        self.tell(f"invoice.{what}", self.row)


class Schedule(Bill):
    """An organization's plan: what it changes to, and how that ends."""

    def __init__(self, story: Story, **options: Any) -> None:
        super().__init__(story, **options)
        self.row = objects.subscription_schedule(
            id=story.id("sub_sched"),
            created=story.now,
            currency=story.stay.currency,
            customer=self.customer,
            subscription=story.id("sub"),
        )
        story.add(self.row, platform=self.platform)
        self.tell("subscription_schedule.created", self.row)

    def extend(self, *, days: int) -> None:
        """Plan another phase after the last."""
        end = self.row["phases"][-1]["end_date"]
        added = billing.phase(end, end + days * DAY, self.story.stay.currency)
        before = change(self.row, phases=[*self.row["phases"], added])
        self.tell("subscription_schedule.updated", self.row, before)

    def notice(self, amount: int) -> None:
        """Say what will be billed next, and when."""
        then = self.row["current_phase"]["end_date"]
        self.tell(
            "invoice.upcoming",
            objects.upcoming_invoice(
                amount_due=amount,
                created=then,
                currency=self.story.stay.currency,
                customer=self.customer,
                next_payment_attempt=then,
                parent=billing.subscription_of(self.row["subscription"]),
            ),
            asked=False,
        )

    def expire_soon(self) -> None:
        """The plan runs out in some days: a notice, nothing changes yet."""
        self.tell("subscription_schedule.expiring", self.row, asked=False)

    def enter_phase(self, number: int) -> None:
        """The next phase begins."""
        phase = self.row["phases"][number]
        current = {"end_date": phase["end_date"], "start_date": phase["start_date"]}
        before = change(self.row, current_phase=current)
        self.tell("subscription_schedule.updated", self.row, before, asked=False)

    def complete(self) -> None:
        """All phases are over."""
        self._end("completed", completed_at=self.story.now)

    def release(self) -> None:
        """The plan goes on without a schedule."""
        subscription = self.row["subscription"]
        self._end(
            "released",
            released_at=self.story.now,
            released_subscription=subscription,
            subscription=None,
        )

    def cancel(self) -> None:
        """The plan ends with it."""
        self._end("canceled", canceled_at=self.story.now)

    def abort(self) -> None:
        """Stripe ends it, because the plan was not paid."""
        self._end("canceled", what="aborted", canceled_at=self.story.now)

    def _end(self, status: str, *, what: str | None = None, **fields: Any) -> None:
        before = change(self.row, status=status, current_phase=None, **fields)
        asked = status in ("released", "canceled") and what is None
        self.tell(f"subscription_schedule.{what or status}", self.row, before, asked=asked)
