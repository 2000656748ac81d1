"""What happens to a hotel's own account at Stripe."""

from copy import deepcopy
from typing import Any

from sandbox import objects
from sandbox.objects import connect
from sandbox.till import DAY, Till, change

COUNTRIES = {"eur": "PT", "gbp": "GB", "jpy": "JP", "nok": "NO", "usd": "US"}


class Account:
    """A hotel's account: connected or not, and what Stripe lets it do."""

    def __init__(self, till: Till, **fields: Any) -> None:
        self.till = till
        self.row = objects.account(
            id=till.stay.account,
            country=COUNTRIES.get(till.stay.currency, "PT"),
            created=till.now,
            default_currency=till.stay.currency,
            **fields,
        )

    def authorize(self) -> None:
        """The hotel connects its account to the hotel system."""
        self.till.emit("account.application.authorized", objects.application(), asked=False)

    def deauthorize(self) -> None:
        """The hotel cuts the connection: nothing can be asked of this account any more."""
        self.till.emit("account.application.deauthorized", objects.application(), asked=False)

    def enable(self) -> None:
        """Stripe knows enough: the account takes cards and is paid out."""
        self._update(enabled=True, requirements=objects.requirements())

    def ask(self, what: str, *, days: int) -> None:
        """Stripe wants to know something by a day; until then everything goes on."""
        deadline = self.till.now + days * DAY
        asked = objects.requirements(what, current_deadline=deadline)
        self._update(enabled=self.row["charges_enabled"], requirements=asked)

    def restrict(self) -> None:
        """Nobody told Stripe in time: no charges, no payouts."""
        now = self.row["requirements"]
        late = objects.requirements(
            *now["currently_due"], past=True, current_deadline=now["current_deadline"]
        )
        self._update(enabled=False, requirements=late)

    def keep(self, *banks: "BankAccount") -> None:
        """Show where payouts go, from the next word about the account on."""
        self.row["external_accounts"]["data"] = [bank.row for bank in banks]
        self.row["external_accounts"]["total_count"] = len(banks)

    def _update(self, *, enabled: bool, **fields: Any) -> None:
        status = "active" if enabled else "inactive"
        before = change(
            self.row,
            capabilities={"card_payments": status, "transfers": status},
            charges_enabled=enabled,
            details_submitted=self.row["details_submitted"] or enabled,
            payouts_enabled=enabled,
            **fields,
        )
        self.till.emit("account.updated", self.row, before, asked=False)


class BankAccount:
    """Where a hotel's payouts go."""

    def __init__(self, till: Till, *, last4: str, default: bool) -> None:
        self.till = till
        self.row = objects.bank_account(
            id=till.id("ba"),
            account=till.stay.account,
            country=COUNTRIES.get(till.stay.currency, "PT"),
            currency=till.stay.currency,
            default_for_currency=default,
            last4=last4,
        )
        till.emit("account.external_account.created", self.row)

    def update(self, *, asked: bool = True, **fields: Any) -> None:
        """Something about it is different now."""
        before = change(self.row, **fields)
        self.till.emit("account.external_account.updated", self.row, before, asked=asked)

    def delete(self) -> None:
        """Somebody takes it off the account."""
        self.till.emit("account.external_account.deleted", self.row)


class Person:
    """Somebody on the account, whom Stripe wants to know."""

    def __init__(self, till: Till, **fields: Any) -> None:
        self.till = till
        self.row = objects.person(
            id=till.id("person"),
            account=till.stay.account,
            created=till.now,
            requirements=connect.wanted("verification.document"),
            verification=connect.verification("pending"),
            **fields,
        )
        till.emit("person.created", self.row)

    def verify(self) -> None:
        """Stripe believes them."""
        before = change(
            self.row,
            requirements=connect.wanted(),
            verification=connect.verification("verified"),
        )
        self.till.emit("person.updated", self.row, before, asked=False)

    def delete(self) -> None:
        """They have left the hotel."""
        self.till.emit("person.deleted", self.row)


class Capability:
    """Something the account may do, or may no longer."""

    def __init__(self, till: Till, name: str, *, status: str) -> None:
        self.till = till
        self.row = objects.capability(
            id=name, account=till.stay.account, requested_at=till.now, status=status
        )

    def become(self, status: str) -> None:
        """Stripe grants it, or takes it away."""
        wanted = objects.requirements()
        if status == "inactive":
            wanted = objects.requirements("company.verification.document", past=True)
        before = change(self.row, status=status, requirements=deepcopy(wanted))
        self.till.emit("capability.updated", self.row, before, asked=False)
