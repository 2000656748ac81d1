"""Refunds: money on its way back."""

from payments.gateway.api import Answer, Params, ask


def create(*, account: str, params: Params, key: str) -> Answer:
    """Give money of a charge or a payment back."""
    return ask(lambda c, o: c.v1.refunds.create(params, o), account=account, key=key)


def retrieve(id: str, *, account: str) -> Answer:
    """Read one."""
    return ask(lambda c, o: c.v1.refunds.retrieve(id, {}, o), account=account)


def page(*, account: str, params: Params) -> Answer:
    """List a page of them, newest first."""
    return ask(lambda c, o: c.v1.refunds.list(params, o), account=account)
