"""Webhook endpoints: where Stripe brings events to, and which."""

from payments.gateway.api import Answer, Params, ask


def create(*, params: Params, key: str) -> Answer:
    """Register one; its signing secret is in this answer alone."""
    return ask(lambda c, o: c.v1.webhook_endpoints.create(params, o), account="", key=key)


def update(id: str, *, params: Params, key: str) -> Answer:
    """Change one."""
    return ask(lambda c, o: c.v1.webhook_endpoints.update(id, params, o), account="", key=key)


def page(*, params: Params) -> Answer:
    """List a page of them, newest first."""
    return ask(lambda c, o: c.v1.webhook_endpoints.list(params, o), account="")
