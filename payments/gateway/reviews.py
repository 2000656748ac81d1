"""Reviews: payments that Stripe wants looked at."""

from payments.gateway.api import Answer, Params, ask


def retrieve(id: str, *, account: str) -> Answer:
    """Read one."""
    return ask(lambda c, o: c.v1.reviews.retrieve(id, {}, o), account=account)


def approve(id: str, *, account: str, params: Params, key: str) -> Answer:
    """Say that the payment is good."""
    return ask(lambda c, o: c.v1.reviews.approve(id, params, o), account=account, key=key)


def page(*, account: str, params: Params) -> Answer:
    """List a page of the open ones, newest first."""
    return ask(lambda c, o: c.v1.reviews.list(params, o), account=account)
