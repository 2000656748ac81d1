"""Events of the last thirty days, for those that never reached us."""

from payments.gateway.api import Answer, Params, ask


def page(*, account: str, params: Params) -> Answer:
    """List a page of them, newest first."""
    return ask(lambda c, o: c.v1.events.list(params, o), account=account)
