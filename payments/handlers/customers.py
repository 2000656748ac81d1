"""Phase 4: guests as Stripe knows them, and the cards they left."""

from payments import snapshots
from payments.snapshots import StripeEvent, Stub
from payments.webhooks.router import Family, Sightings

on = Family(phase=4).on
beside = Family(phase=None).on


@on("customer.created", means="A guest is known to the hotel's Stripe account.")
@on("customer.updated", means="What Stripe knows of a guest changed.")
@on("customer.deleted", means="A guest was deleted at Stripe, for good.")
def customer(event: StripeEvent) -> Sightings:
    """A customer as they stand."""
    yield snapshots.customer(event.object, deleted=event.type == "customer.deleted")


@on("payment_method.attached", means="A card is on file: staff may charge it.")
@on("payment_method.updated", means="What is known of a card on file changed.")
@on("payment_method.automatically_updated", means="The card network sent a new number or expiry.")
@on(
    "payment_method.card_automatically_updated",
    means="The card network sent a new number or expiry.",
    offered=False,
)
@on("customer.card.created", means="A card is on file, in the old way.", offered=False)
@on("customer.card.updated", means="A card on file changed, in the old way.", offered=False)
@on("customer.bank_account.created", means="A guest's bank account is on file.", offered=False)
@on("customer.bank_account.updated", means="A guest's bank account changed.", offered=False)
@on("customer.source.created", means="A way to pay is on file, in the old way.")
@on("customer.source.updated", means="A way to pay changed, in the old way.")
@beside("customer.source.expiring", means="A card on file runs out at the end of the month.")
def payment_method(event: StripeEvent) -> Sightings:
    """A payment method as it stands, and whose it is."""
    seen = snapshots.payment_method(event)
    yield seen
    if seen.stripe_customer_id:
        yield Stub("customer", seen.stripe_customer_id)


@on("payment_method.detached", means="A card is off file, for good.")
@on("customer.card.deleted", means="A card is off file, in the old way.", offered=False)
@on("customer.bank_account.deleted", means="A guest's bank account is off file.", offered=False)
@on("customer.source.deleted", means="A way to pay is off file, in the old way.")
def detached(event: StripeEvent) -> Sightings:
    """A payment method that can never be charged again."""
    yield snapshots.payment_method(event, detached=True)


@beside("setup_intent.created", means="A card is about to be saved for later.")
@beside("setup_intent.requires_action", means="The guest must confirm saving the card.")
@beside("setup_intent.succeeded", means="The card is saved and may be charged later.")
@beside("setup_intent.setup_failed", means="Saving the card failed; the guest may try another.")
@beside("setup_intent.canceled", means="Saving the card was given up.")
def setup_intent(event: StripeEvent) -> Sightings:
    """A setup intent as it stands, and whose it is."""
    seen = snapshots.setup_intent(event.object)
    yield seen
    if seen.stripe_customer_id:
        yield Stub("customer", seen.stripe_customer_id)


@beside(
    "customer_cash_balance_transaction.created",
    means="A guest's bank transfer waits at Stripe, or no longer does.",
)
def cash_balance_transaction(event: StripeEvent) -> Sightings:
    """What moved on a guest's cash balance, whose it is, and the payment it was for."""
    seen = snapshots.cash_balance_transaction(event.object)
    yield seen
    if seen.stripe_customer_id:
        yield Stub("customer", seen.stripe_customer_id)
    yield from snapshots.about(payment_intent=seen.stripe_payment_intent_id)
