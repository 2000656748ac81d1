"""SetupIntents: a card being saved for later."""

from payments.gateway.api import Answer, Params, ask

EXPANDED = ["payment_method"]


def create(*, account: str, params: Params, key: str) -> Answer:
    """Make one, to be confirmed in a browser."""
    return ask(lambda c, o: c.v1.setup_intents.create(params, o), account=account, key=key)


def retrieve(id: str, *, account: str) -> Answer:
    """Read one, with the card that it saves."""
    return ask(
        lambda c, o: c.v1.setup_intents.retrieve(id, {"expand": EXPANDED}, o), account=account
    )


def page(*, account: str, params: Params) -> Answer:
    """List a page of them, newest first."""
    return ask(lambda c, o: c.v1.setup_intents.list(params, o), account=account)
