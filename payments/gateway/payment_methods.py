"""PaymentMethods: cards on file."""

from payments.gateway.api import Answer, Params, ask


def retrieve(id: str, *, account: str) -> Answer:
    """Read one."""
    return ask(lambda c, o: c.v1.payment_methods.retrieve(id, {}, o), account=account)


def detach(id: str, *, account: str, params: Params, key: str) -> Answer:
    """Take one off file, for good."""
    return ask(lambda c, o: c.v1.payment_methods.detach(id, params, o), account=account, key=key)


def page(*, account: str, params: Params) -> Answer:
    """List a page of a customer's."""
    return ask(lambda c, o: c.v1.payment_methods.list(params, o), account=account)
