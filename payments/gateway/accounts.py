"""Accounts: a hotel's own at Stripe, as the platform may see it."""

from payments.gateway.api import Answer, Params, ask


def create(*, account: str = "", params: Params, key: str) -> Answer:
    """Make one, of which the platform is the controller; always asked as the platform."""
    return ask(lambda c, o: c.v1.accounts.create(params, o), account=account, key=key)


def retrieve(id: str) -> Answer:
    """Read one; whoever may not, is not connected."""
    return ask(lambda c, o: c.v1.accounts.retrieve(id, {}, o), account="")


def page(*, account: str = "", params: Params) -> Answer:
    """List a page of those that are connected, newest first."""
    return ask(lambda c, o: c.v1.accounts.list(params, o), account=account)


def external_accounts(id: str) -> Answer:
    """List where an account's payouts go."""
    params: Params = {"limit": 100}
    return ask(lambda c, o: c.v1.accounts.external_accounts.list(id, params, o), account="")


def link(*, params: Params, key: str) -> Answer:
    """Make a link to Stripe's own pages for an account: for one use, and for minutes."""
    return ask(lambda c, o: c.v1.account_links.create(params, o), account="", key=key)


def deauthorize(id: str, *, client_id: str, key: str) -> Answer:
    """Let go of an account (OAuth)."""
    params: Params = {"client_id": client_id, "stripe_user_id": id}
    return ask(lambda c, o: c.oauth.deauthorize(params, o), account="", key=key)
