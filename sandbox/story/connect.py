"""What happens to a hotel's own account at Stripe."""

from copy import deepcopy
from typing import Any

from sandbox import objects
from sandbox.engine import DAY, change
from sandbox.engine import connect as accounts
from sandbox.engine.world import COUNTRIES
from sandbox.objects import connect
from sandbox.story import Story


class Account:
    """A hotel's account: connected or not, and what Stripe lets it do."""

    def __init__(self, story: Story, **fields: Any) -> None:
        self.story = story
        self.books = story.books
        self.row = objects.account(
            id=story.stay.account,
            country=COUNTRIES.get(story.stay.currency, "PT"),
            created=story.now,
            default_currency=story.stay.currency,
            **fields,
        )
        called = accounts.account_of(self.books)["business_profile"]["name"]
        self.row["business_profile"]["name"] = called
        story.add(self.row, platform=True)

    def authorize(self) -> None:
        """The hotel connects its account to the hotel system."""
        accounts.authorize(self.books)

    def deauthorize(self) -> None:
        """The hotel cuts the connection: nothing can be asked of this account any more."""
        accounts.deauthorize(self.books)

    def begin(self) -> None:
        """Stripe knows nothing yet of a hotel that has just asked for an account."""
        questions = accounts.FIRST_QUESTIONS.split()
        self.row["requirements"] = objects.requirements(*questions, past=True)

    def tell(self, told: dict[str, str]) -> None:
        """The hotel tells Stripe some of what it asks for."""
        accounts.tell(self.books, told)

    def enable(self) -> None:
        """Stripe knows enough: the account takes cards and is paid out."""
        accounts.enable(self.books, self.row, True, requirements=objects.requirements())

    def ask(self, what: str, *, days: int) -> None:
        """Stripe wants to know something by a day; until then everything goes on."""
        asked = objects.requirements(what, current_deadline=self.story.now + days * DAY)
        accounts.update(self.books, self.row, asked=False, requirements=asked)

    def restrict(self) -> None:
        """Nobody told Stripe in time: no charges, no payouts."""
        accounts.restrict(self.books)

    def keep(self, *banks: "BankAccount") -> None:
        """Show where payouts go, from the next word about the account on."""
        self.row["external_accounts"]["data"] = [bank.row for bank in banks]
        self.row["external_accounts"]["total_count"] = len(banks)


class BankAccount:
    """Where a hotel's payouts go."""

    def __init__(self, story: Story, *, last4: str, default: bool) -> None:
        self.story = story
        self.row = objects.bank_account(
            id=story.id("ba"),
            account=story.stay.account,
            country=COUNTRIES.get(story.stay.currency, "PT"),
            currency=story.stay.currency,
            default_for_currency=default,
            last4=last4,
        )
        story.emit("account.external_account.created", self.row)

    def update(self, *, asked: bool = True, **fields: Any) -> None:
        """Something about it is different now."""
        before = change(self.row, **fields)
        self.story.emit("account.external_account.updated", self.row, before, asked=asked)

    def delete(self) -> None:
        """Somebody takes it off the account."""
        self.story.emit("account.external_account.deleted", self.row)


class Person:
    """Somebody on the account, whom Stripe wants to know."""

    def __init__(self, story: Story, **fields: Any) -> None:
        self.story = story
        self.row = objects.person(
            id=story.id("person"),
            account=story.stay.account,
            created=story.now,
            requirements=connect.wanted("verification.document"),
            verification=connect.verification("pending"),
            **fields,
        )
        story.emit("person.created", self.row)

    def verify(self) -> None:
        """Stripe believes them."""
        before = change(
            self.row,
            requirements=connect.wanted(),
            verification=connect.verification("verified"),
        )
        self.story.emit("person.updated", self.row, before, asked=False)

    def delete(self) -> None:
        """They have left the hotel."""
        self.story.emit("person.deleted", self.row)


class Capability:
    """Something the account may do, or may no longer."""

    def __init__(self, story: Story, name: str, *, status: str) -> None:
        self.story = story
        self.row = objects.capability(
            id=name, account=story.stay.account, requested_at=story.now, status=status
        )

    def become(self, status: str) -> None:
        """Stripe grants it, or takes it away."""
        wanted = objects.requirements()
        if status == "inactive":
            wanted = objects.requirements("company.verification.document", past=True)
        before = change(self.row, status=status, requirements=deepcopy(wanted))
        self.story.emit("capability.updated", self.row, before, asked=False)
