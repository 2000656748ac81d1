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

`leaves` says what is true of every object of a kind at the end, in Stripe's words:

    SCENARIOS["dispute_lost"].leaves == {"dispute": {"status": "lost"}}

Its kinds are dispute, early_fraud_warning, review, account, external_account, person, capability,
customer, payment_method, setup_intent, invoice, subscription_schedule, transfer, application_fee.
Beside an object's own fields it says `deleted` and `detached` of what was, and `authorized` of an
account. An account's `disabled_reason` is that of its requirements, a person's `status` that of the
verification, a payment method's `last4` and `exp_year` those of the card.

`scope_of(event)` is "connect" for what happens on a hotel's account, else "platform": that is the
endpoint it comes to, and the secret that signs it.
"""

from sandbox.scenarios import (  # noqa: F401  register their scenarios, in this order  # isort: skip
    payments,
    protection,
    connect,
    customers,
    billing,
    transfers,
    reported,
)
from sandbox.scenarios.registry import SCENARIOS, Scenario, scenario, scope_of
from sandbox.stay import Stay

__all__ = ["SCENARIOS", "Scenario", "Stay", "scenario", "scope_of"]
