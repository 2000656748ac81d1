"""Charges: attempts at a payment."""

from payments.gateway.api import Answer, Params, ask

EXPANDED = ["refunds", "balance_transaction"]


def retrieve(id: str, *, account: str) -> Answer:
    """Read one, with its refunds and what Stripe kept of it."""
    return ask(lambda c, o: c.v1.charges.retrieve(id, {"expand": EXPANDED}, o), account=account)


def page(*, account: str, params: Params) -> Answer:
    """List a page of them, newest first."""
    return ask(lambda c, o: c.v1.charges.list(params, o), account=account)
