"""Events of the last thirty days, for those that never reached us."""

from payments.gateway.api import Answer, Params, ask


def page(*, account: str, params: Params) -> Answer:
    """List a page of them, newest first: as JSON, for the SDK's objects would take most of it."""
    return ask(lambda c, o: c.raw_request("get", "/v1/events", **params, **o), account=account)
