"""Writing down who did what, in the transaction of what they do."""

from typing import Any

from payments import bulk, hotel
from payments.errors import Invalid
from payments.models import Activity

LONGEST_NOTE = 500  # characters


def note(kind: str, *, by: Any, of: Any, **facts: Any) -> Activity:
    """
    Write down that somebody did something.

    Called inside the transaction that does it, so that one is never without the other.

    :param kind: what, as `words.activity` says it.
    :param by: who; None where the system did.
    :param of: a row of ours, or a booking: it says of which organization, house and booking.
    :param facts: ids, dates, and an `amount` in minor units with its `currency`; never a person.
    """
    is_booking = isinstance(of, (hotel.Booking, hotel.reservations().model))
    booking = of.id if is_booking else getattr(of, "reservation_id", None)
    done = Activity(
        kind=kind,
        organization_id=of.organization_id,
        property_id=of.property_id,
        reservation_id=booking,
        user_id=by.pk if by else None,
        who=by.get_username() if by else "",
        facts=facts,
    )
    bulk.insert([done])
    return done


def check_note(note: str) -> None:
    """
    See that what staff write down about something they do is short enough to be kept.

    :raises Invalid: it is not.
    """
    if len(note) > LONGEST_NOTE:
        raise Invalid("note", f"Write at most {LONGEST_NOTE} characters.")
