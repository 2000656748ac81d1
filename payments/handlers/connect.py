"""Phase 3: hotels' accounts, who stands behind them, and where their money goes."""

from payments import snapshots
from payments.snapshots import StripeEvent
from payments.webhooks.router import CONNECT, Family, Sightings

on = Family(phase=3, scope=CONNECT).on


@on(
    "account.updated",
    means="What the hotel's account may do, and what Stripe still wants to know, by when.",
)
def account(event: StripeEvent) -> Sightings:
    """The account as it stands."""
    yield snapshots.account(event)


@on("account.application.authorized", means="A hotel connected its account: we may act for it.")
def authorized(event: StripeEvent) -> Sightings:
    """That the account of the event is connected; the event's object is only our application."""
    yield snapshots.connection(event, opened=True)


@on(
    "account.application.deauthorized",
    means="A hotel closed the connection: history stays, no card can be taken any more.",
)
def deauthorized(event: StripeEvent) -> Sightings:
    """That the account of the event closed its connection."""
    yield snapshots.connection(event, opened=False)


@on("account.external_account.created", means="A bank account for payouts was added.")
@on("account.external_account.updated", means="A bank account for payouts changed, or failed.")
@on("account.external_account.deleted", means="A bank account for payouts was removed.")
def external_account(event: StripeEvent) -> Sightings:
    """Where payouts go."""
    yield snapshots.external_account(event.object, deleted=event.type.endswith(".deleted"))


@on("person.created", means="Somebody was put on the hotel's account.")
@on("person.updated", means="What Stripe knows, or wants to know, of somebody changed.")
@on("person.deleted", means="Somebody was taken off the hotel's account.")
def person(event: StripeEvent) -> Sightings:
    """Somebody's part in the account."""
    yield snapshots.person(event.object, deleted=event.type.endswith(".deleted"))


@on("capability.updated", means="What the account may do changed, such as taking cards.")
def capability(event: StripeEvent) -> Sightings:
    """What the account may do."""
    yield snapshots.capability(event.object)
