"""Phase 1: payments, their charges, and refunds."""

from payments import snapshots
from payments.snapshots import StripeEvent, Stub
from payments.webhooks.router import Family, Sightings

on = Family(phase=1).on
beside = Family(phase=None).on


@on(
    "payment_intent.created",
    means="A payment is being prepared: nothing counts as paid yet.",
)
@on(
    "payment_intent.processing",
    means="The payment is under way; the bank has not answered yet.",
)
@on(
    "payment_intent.requires_action",
    means="The guest must confirm the payment with their bank.",
)
@on(
    "payment_intent.amount_capturable_updated",
    means="Money is held on the guest's card, to be taken before the hold runs out.",
)
@on("payment_intent.partially_funded", means="A part of a bank transfer has come.")
@on(
    "payment_intent.payment_failed",
    means="An attempt to pay failed; the guest may try again.",
)
@on("payment_intent.canceled", means="The payment is closed; what was held is released.")
@on(
    "payment_intent.succeeded",
    means="The money is the hotel's: it counts for the booking.",
)
def payment(event: StripeEvent) -> Sightings:
    """A payment as it stands."""
    yield snapshots.payment(event.object)


@on(
    "charge.succeeded",
    means="An attempt went through: its card, its risk, its receipt.",
)
@on("charge.pending", means="An attempt waits for the guest's bank.")
@on("charge.failed", means="An attempt failed, with the reason the bank gave.")
@on("charge.captured", means="Held money was taken, in part or whole.")
@on(
    "charge.updated",
    means="An attempt's receipt, dispute flag or booking at Stripe changed.",
)
@on("charge.refunded", means="Money of this charge went back; its refunds say how much.")
def charge(event: StripeEvent) -> Sightings:
    """
    An attempt as it stands, the payment it is of, and in old API versions its refunds.

    One that no PaymentIntent stands behind is a payment of its own.
    """
    seen = snapshots.charge(event.object)
    yield seen
    if snapshots.stands_alone(event.object):
        yield snapshots.payment_of_charge(event.object)
    yield from snapshots.about(
        payment_intent=seen.stripe_payment_intent_id,
        our_id=snapshots.hints(event.object).get(snapshots.OUR_ID, ""),
    )
    for given in snapshots.refunds_within(event.object):
        yield snapshots.refund(given)


@beside("charge.expired", means="A hold that nobody captured in time is gone.")
def expired(event: StripeEvent) -> Sightings:
    """The attempt whose authorization ran out."""
    yield from charge(event)
    yield Stub("charge", snapshots.charge(event.object).stripe_id, expired=True)


@on(
    "refund.created",
    means="Money is on its way back to the guest, or a hold is let go.",
)
@beside("refund.updated", means="A refund moved on: it arrived, or waits for the guest.")
@beside(
    "refund.failed",
    means="The guest's bank sent a refund back: the money is the hotel's again.",
)
@beside("charge.refund.updated", means="The same news of a refund under its older name.")
def refund(event: StripeEvent) -> Sightings:
    """A refund as it stands, and the charge and the payment it gives back."""
    seen = snapshots.refund(event.object)
    yield seen
    yield from snapshots.about(seen.stripe_charge_id, seen.stripe_payment_intent_id)
