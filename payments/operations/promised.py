"""The rows of objects that Stripe is about to be asked for, and what finds them again there."""

from typing import Any, TypeVar

from payments import bulk
from payments.hotel import Booking
from payments.models import Payment, Refund, SetupIntent
from payments.models.base import time_ordered_id
from payments.models.outgoing import written_on

Row = TypeVar("Row", Payment, Refund, SetupIntent)


def row(
    model: type[Row],
    *,
    of: Booking | Payment,
    account: str,
    livemode: bool,
    hints: dict[str, Any] | None = None,
    **columns: Any,
) -> Row:
    """
    Make the row of an object that Stripe is about to be asked for, in the caller's transaction.

    Its `metadata` is what the object is to carry.

    :param of: the booking that it is for, or the payment that it gives back.
    :param account: that will hold it.
    :param hints: what else its metadata says.
    """
    id = time_ordered_id()
    booking = of.id if isinstance(of, Booking) else of.reservation_id
    named = {
        "reservationId": booking,
        "orgId": of.organization_id,
        "propertyId": of.property_id,
        **(hints or {}),
    }
    made = model(
        id=id,
        account=account,
        livemode=livemode,
        organization_id=of.organization_id,
        property_id=of.property_id,
        reservation_id=booking,
        status="promised",
        metadata=written_on(id, {name: value for name, value in named.items() if value}),
        **columns,
    )
    bulk.insert([made])
    return made
