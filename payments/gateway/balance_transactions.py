"""Balance transactions: what moved on a hotel's Stripe balance, and what Stripe kept of it."""

from payments.gateway.api import Answer, Params, ask


def retrieve(id: str, *, account: str) -> Answer:
    """Read one."""
    return ask(lambda c, o: c.v1.balance_transactions.retrieve(id, {}, o), account=account)


def page(*, account: str, params: Params) -> Answer:
    """List a page of them, newest first."""
    return ask(lambda c, o: c.v1.balance_transactions.list(params, o), account=account)
