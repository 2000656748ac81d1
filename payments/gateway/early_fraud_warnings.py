"""Early fraud warnings: what a card's bank fears of a charge."""

from payments.gateway.api import Answer, Params, ask


def retrieve(id: str, *, account: str) -> Answer:
    """Read one."""
    return ask(lambda c, o: c.v1.radar.early_fraud_warnings.retrieve(id, {}, o), account=account)


def page(*, account: str, params: Params) -> Answer:
    """List a page of them, newest first."""
    return ask(lambda c, o: c.v1.radar.early_fraud_warnings.list(params, o), account=account)
