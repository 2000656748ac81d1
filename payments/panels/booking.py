"""What a host's page needs of payments when it makes a booking."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from payments import hotel, money
from payments.errors import Invalid
from payments.hotel import Right
from payments.models import PayLink, Purpose
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


def send_first_pay_link(reservation: UUID, *, amount: int, by: Any) -> str:
    """
    Mail a new booking's guest a link to pay by, unless it has one; return that in a sentence.

    A form that is sent twice makes one booking. Each time holds the booking and looks for the link
    that the other made.

    :param amount: in minor units of the booking's currency.
    :raises Refused: it cannot be, as its text says.
    """
    with transaction.atomic():
        stay = hotel.bookings([reservation], lock=True)[reservation]
        hotel.require(by, Right.TAKE_PAYMENTS, stay.organization_id, stay.property_id)
        rows = PayLink.objects.filter(reservation=reservation, purpose=Purpose.RESERVATION_PAYMENT)
        link = rows.exclude(sent_to="").order_by("pk").first()
        if link is None:
            if not hotel.story_of(reservation).email:
                raise Invalid("email", "There is no e-mail address of the guest on file.")
            link, _ = pay_links.make(
                booking=stay, amount=amount, purpose=Purpose.RESERVATION_PAYMENT, by=by
            )
    due = money.show(link.amount, link.currency)
    if link.is_used:
        return f"The pay link for {due} was used already."
    if link.has_expired(timezone.now()):
        return f"The pay link for {due} has run out. Send another."
    return f"A pay link for {due} is on its way to {link.sent_to}."
