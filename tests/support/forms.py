"""What the admin's form of a booking sends."""

from typing import Any

from reservations.models import Reservation


def stay_fields(booking: Reservation, **changed: Any) -> dict[str, Any]:
    """Return the form of this booking as it stands, with these fields typed anew."""
    return {
        "code": booking.code,
        "status": booking.status,
        "property": booking.property_id,
        "guest": booking.guest_id,
        "arrival": booking.arrival.isoformat(),
        "departure": booking.departure.isoformat(),
        "room": booking.room,
        "rate_name": booking.rate_name,
        "total": "1200.00" if booking.currency == "eur" else "1",
        "paid_elsewhere": "0",
        "paymenttransactions-TOTAL_FORMS": 0,
        "paymenttransactions-INITIAL_FORMS": 0,
        **changed,
    }
