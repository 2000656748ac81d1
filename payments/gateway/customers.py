"""Customers: guests as a hotel's Stripe account knows them."""

from payments.gateway.api import Answer, Params, ask


def create(*, account: str, params: Params, key: str) -> Answer:
    """Make one."""
    return ask(lambda c, o: c.v1.customers.create(params, o), account=account, key=key)


def update(id: str, *, account: str, params: Params, key: str) -> Answer:
    """Change one, as which card is the default."""
    return ask(lambda c, o: c.v1.customers.update(id, params, o), account=account, key=key)


def retrieve(id: str, *, account: str) -> Answer:
    """Read one."""
    return ask(lambda c, o: c.v1.customers.retrieve(id, {}, o), account=account)


def page(*, account: str, params: Params) -> Answer:
    """List a page of them, newest first."""
    return ask(lambda c, o: c.v1.customers.list(params, o), account=account)
