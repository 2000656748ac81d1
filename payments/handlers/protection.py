"""Phase 2: disputes, early fraud warnings, reviews."""

from payments import snapshots
from payments.snapshots import StripeEvent
from payments.webhooks.router import Family, Sightings

on = Family(phase=2).on
beside = Family(phase=None).on


@on(
    "charge.dispute.created",
    means="A cardholder disputes a charge: refunds freeze, the evidence clock starts.",
)
@on("charge.dispute.updated", means="The dispute moved on, or its deadline did.")
@on("charge.dispute.funds_withdrawn", means="The bank took the money while it decides.")
@on("charge.dispute.funds_reinstated", means="The bank gave money of the dispute back.")
@on("charge.dispute.closed", means="Won, lost, or an inquiry that came to nothing.")
def dispute(event: StripeEvent) -> Sightings:
    """A dispute as it stands, the charge it is about, and each movement of its money."""
    seen = snapshots.dispute(event.object)
    yield seen
    yield from snapshots.about(seen.stripe_charge_id, seen.stripe_payment_intent_id)
    yield from snapshots.movements(event.object)


@on(
    "radar.early_fraud_warning.created",
    means="The card network suspects fraud: refunding now may spare the hotel a dispute.",
)
@beside(
    "radar.early_fraud_warning.updated",
    means="A fraud warning changed: often it can no longer be acted on.",
)
def early_fraud_warning(event: StripeEvent) -> Sightings:
    """A warning as it stands, and the charge it is about."""
    seen = snapshots.early_fraud_warning(event.object)
    yield seen
    yield from snapshots.about(seen.stripe_charge_id, seen.stripe_payment_intent_id)


@on("review.opened", means="Stripe holds a payment for somebody to look at.")
@on("review.closed", means="The review is over: approved, refused or refunded.")
def review(event: StripeEvent) -> Sightings:
    """A review as it stands, and the charge it is about."""
    seen = snapshots.review(event.object)
    yield seen
    yield from snapshots.about(seen.stripe_charge_id, seen.stripe_payment_intent_id)
