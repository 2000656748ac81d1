"""The booking that a scenario is told about."""

from dataclasses import dataclass

from sandbox import ids
from sandbox.objects.methods import WHEN

SMALLEST = 1_000  # minor units: less does not split into parts worth paying


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A booking as a scenario needs to know it: whose money, for what, how much, from when."""

    account: str | None  # the hotel's Stripe account; None tells of the platform's own
    reservation: str  # the booking's id
    organization: str
    property: str
    code: str = ""
    currency: str = "eur"
    total: int = 100_000  # in minor units
    guest: str | None = None
    email: str | None = None
    customer: str = ""  # whom the platform bills for this organization; made up when not given
    start: int = WHEN  # when the first event happens
    seed: int = 1  # another seed gives the same story with other ids

    def __post_init__(self) -> None:
        if self.total < SMALLEST:
            raise ValueError(f"A stay of less than {SMALLEST} minor units is too small to split.")
        if not self.customer:
            object.__setattr__(self, "customer", ids.make("cus", "platform", self.organization))

    def percent(self, share: int) -> int:
        """A share of the total, rounded down to whole tens as a hotel would."""
        return self.total * share // 1_000 * 10
