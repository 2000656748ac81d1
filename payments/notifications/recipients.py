"""Whom a mail goes to: the booking's guest, or each who looks after money at the house."""

from dataclasses import dataclass
from typing import Any

from payments import hotel
from payments.models import Notification
from payments.notifications import addresses
from payments.notifications.case import Case, one_line


class NobodyToTell(Exception):
    """There is no address to write to; the text says whose is missing."""


class HasLeft(Exception):
    """Whoever a mail is for does not look after money there any more."""


@dataclass(frozen=True)
class Recipient:
    """
    An address, with the name to greet; staff are not greeted by name.

    :param user: the key of a user of the hotel's system; None for a guest.
    """

    address: str
    name: str = ""
    user: Any = None


def of(case: Case, row: Notification) -> Recipient:
    """
    Return whom a mail goes to.

    :raises NobodyToTell: nobody there has an e-mail address.
    :raises HasLeft: it was for somebody who is not there any more.
    """
    if row.to == Notification.Audience.GUEST:
        return _guest(case)
    if row.addressed_at is None:
        return staff(row)[0]
    found = next((each for each in _staff(row) if each.user == row.recipient_id), None)
    if found is None:
        raise HasLeft
    return found


def staff(row: Notification) -> list[Recipient]:
    """
    Return who looks after money where a mail is about, as things are now.

    :raises NobodyToTell: nobody there has an e-mail address.
    """
    if people := _staff(row):
        return people
    raise NobodyToTell("No owner, manager or finance there has an e-mail address.")


def _staff(row: Notification) -> list[Recipient]:
    found = hotel.managers(row.organization_id, row.property_id)
    return [
        Recipient(address, user=user)
        for user, given in found.items()
        if (address := addresses.usable(given))
    ]


def _guest(case: Case) -> Recipient:
    stay = case.stay
    if stay is None or not stay.email:
        raise NobodyToTell("The guest has no e-mail address.")
    if not (address := addresses.usable(stay.email)):
        raise NobodyToTell("What is kept as the guest's e-mail address is none.")
    return Recipient(address, one_line(stay.guest))
