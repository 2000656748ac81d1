"""Phase 5: invoices and subscriptions, the platform's to hotels and hotels' own."""

from payments import snapshots
from payments.snapshots import StripeEvent
from payments.webhooks.router import Family, Sightings

on = Family(phase=5).on
beside = Family(phase=None).on


@on("invoice.created", means="An invoice is drafted, with its amounts.")
@beside("invoice.finalized", means="An invoice is final and can be paid.")
@beside("invoice.updated", means="An invoice, or what is owed of it, changed.")
@beside("invoice.paid", means="An invoice is paid: nothing of it is due.")
@beside("invoice.payment_failed", means="An attempt to pay an invoice failed.")
@beside("invoice.voided", means="An invoice is void: nobody owes it.")
@beside("invoice.marked_uncollectible", means="An invoice was given up; it may still be paid.")
def invoice(event: StripeEvent) -> Sightings:
    """An invoice as it stands."""
    yield snapshots.invoice(event.object)


@on("invoice.upcoming", means="What will be billed next, and when: a notice, no invoice yet.")
def upcoming_invoice(event: StripeEvent) -> Sightings:
    """What a subscription will be billed next."""
    seen = snapshots.upcoming_invoice(event.object)
    if seen is not None:
        yield seen


@on("subscription_schedule.created", means="Changes of a subscription are planned.")
@on("subscription_schedule.updated", means="The planned changes of a subscription changed.")
@on("subscription_schedule.canceled", means="A planned subscription was canceled.")
@on("subscription_schedule.completed", means="All planned changes of a subscription are done.")
@on("subscription_schedule.released", means="A subscription goes on without its plan.")
@on("subscription_schedule.expiring", means="The plan of a subscription runs out in a week.")
@beside("subscription_schedule.aborted", means="A plan was given up because nobody paid.")
def subscription_schedule(event: StripeEvent) -> Sightings:
    """A subscription's plan as it stands."""
    what = event.type.removeprefix("subscription_schedule.")
    yield snapshots.subscription_schedule(
        event.object, expiring=what == "expiring", aborted=what == "aborted"
    )
