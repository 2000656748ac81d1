"""What a host's page needs of payments when it makes a booking."""

from typing import Any
from uuid import UUID

from payments import hotel, money
from payments.hotel import Right
from payments.operations.payments import pay_links
from payments.words import policies


def may_take(user: Any, organization_id: UUID, property_id: UUID) -> bool:
    """Say whether this person may take payments for a house."""
    return hotel.may(user, Right.TAKE_PAYMENTS, organization_id, property_id)


def why_not(user: Any) -> str:
    """Return why this person may take payments nowhere; empty where they may somewhere."""
    if hotel.may_anywhere(user, Right.TAKE_PAYMENTS):
        return ""
    return hotel.refusal(Right.TAKE_PAYMENTS)


def policy_in_words(policy: Any) -> str:
    """
    Return a rate's cancellation policy as a guest reads it; empty where there is none.

    :raises ValueError: it is none; the text says what is wrong, as a sentence goes on.
    """
    return policies.disclosed(hotel.steps_of(policy))


def send_pay_link(reservation: UUID, *, amount: int, by: Any) -> str:
    """
    Mail a booking's guest a link to pay by; return that in a sentence.

    :param amount: in minor units of the booking's currency.
    :raises Refused: it cannot be, as its text says.
    """
    (stay,) = hotel.bookings([reservation]).values()
    link, _ = pay_links.make(booking=stay, amount=amount, purpose="reservation_payment", by=by)
    return f"A pay link for {money.show(amount, stay.currency)} is on its way to {link.sent_to}."
