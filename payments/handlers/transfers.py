"""Phase 6: what the platform sends to hotels, and what it keeps."""

from payments import snapshots
from payments.snapshots import StripeEvent
from payments.webhooks.router import PLATFORM, Family, Sightings

on = Family(phase=6, scope=PLATFORM).on
beside = Family(phase=None, scope=PLATFORM).on


@on("transfer.created", means="A share was sent to a hotel's account.")
@on("transfer.updated", means="What is known of a share that was sent changed.")
@on("transfer.reversed", means="A share was taken back, in part or whole.")
@on("transfer.canceled", means="A share was canceled before it was sent.", offered=False)
def transfer(event: StripeEvent) -> Sightings:
    """A transfer as it stands."""
    canceled = event.type == "transfer.canceled"
    yield snapshots.transfer(event.object, canceled=canceled)


@beside("application_fee.created", means="The platform kept its fee of a hotel's charge.")
@beside("application_fee.refunded", means="The platform gave its fee back, in part or whole.")
def application_fee(event: StripeEvent) -> Sightings:
    """A fee as it stands."""
    yield snapshots.application_fee(event.object)
