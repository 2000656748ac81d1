"""Disputes: what a bank holds against a charge."""

from payments.gateway.api import Answer, Params, ask


def retrieve(id: str, *, account: str) -> Answer:
    """Read one, with the movements of its money."""
    return ask(lambda c, o: c.v1.disputes.retrieve(id, {}, o), account=account)


def update(id: str, *, account: str, params: Params, key: str) -> Answer:
    """Stage evidence (`submit` false), or hand it in for good."""
    return ask(lambda c, o: c.v1.disputes.update(id, params, o), account=account, key=key)


def close(id: str, *, account: str, params: Params, key: str) -> Answer:
    """Give in: it is lost."""
    return ask(lambda c, o: c.v1.disputes.close(id, params, o), account=account, key=key)


def page(*, account: str, params: Params) -> Answer:
    """List a page of them, newest first."""
    return ask(lambda c, o: c.v1.disputes.list(params, o), account=account)
