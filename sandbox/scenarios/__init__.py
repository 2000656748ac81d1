"""
What happens between a guest and a hotel, told in the events that Stripe sends.

    from sandbox.scenarios import SCENARIOS, Stay

    stay = Stay(account="acct_…", reservation="…", organization="…", property="…", total=120_000)
    for event in SCENARIOS["deposit_and_balance"].events(stay):
        ...
    SCENARIOS["deposit_and_balance"].expects(stay)   # every figure of the booking at the end

`SCENARIOS` is a dict in the order of telling: name -> Scenario with `name`, `title`,
`events(stay)` (a list of dicts in the order Stripe made them) and `expects(stay)` (a dict:
authorized, paid, extras, refunded, refund_pending, disputed, lost, balance, payment_status).
Both are pure: the same stay gives the same events, ids and times included.
"""

from sandbox.scenarios import payments  # noqa: F401  registers its scenarios
from sandbox.scenarios.registry import SCENARIOS, Scenario, scenario
from sandbox.stay import Stay

__all__ = ["SCENARIOS", "Scenario", "Stay", "scenario"]
