"""PaymentIntents: money asked of a guest."""

from payments.gateway.api import Answer, Params, ask

# The charge says the card, the risk and the receipt; its refunds, what a capture let go of.
EXPANDED = ["latest_charge.refunds", "latest_charge.balance_transaction"]


def create(*, account: str, params: Params, key: str) -> Answer:
    """Make one; with `confirm`, attempt it at once."""
    asked: Params = {**params, "expand": EXPANDED}
    return ask(lambda c, o: c.v1.payment_intents.create(asked, o), account=account, key=key)


def retrieve(id: str, *, account: str) -> Answer:
    """Read one."""
    return ask(
        lambda c, o: c.v1.payment_intents.retrieve(id, {"expand": EXPANDED}, o), account=account
    )


def capture(id: str, *, account: str, params: Params, key: str) -> Answer:
    """Take what is held, or a part of it."""
    asked: Params = {**params, "expand": EXPANDED}
    return ask(lambda c, o: c.v1.payment_intents.capture(id, asked, o), account=account, key=key)


def cancel(id: str, *, account: str, params: Params, key: str) -> Answer:
    """End one; what is held is let go."""
    asked: Params = {**params, "expand": EXPANDED}
    return ask(lambda c, o: c.v1.payment_intents.cancel(id, asked, o), account=account, key=key)


def page(*, account: str, params: Params) -> Answer:
    """List a page of them, newest first."""
    return ask(lambda c, o: c.v1.payment_intents.list(params, o), account=account)
