"""Whom a mail goes to: the booking's guest, or whoever looks after money at the house."""

from dataclasses import dataclass

from payments import hotel
from payments.models import Notification
from payments.notifications import addresses
from payments.notifications.case import Case, one_line


class NobodyToTell(Exception):
    """There is no address to write to; the text says whose is missing."""


@dataclass(frozen=True)
class Recipient:
    """An address, with the name to greet; staff are written to together and not by name."""

    address: str
    name: str = ""


def of(case: Case, to: str) -> list[Recipient]:
    """
    Return whom a mail goes to.

    :raises NobodyToTell: nobody there has an e-mail address.
    """
    if to == Notification.Audience.GUEST:
        stay = case.stay
        if stay is None or not stay.email:
            raise NobodyToTell("The guest has no e-mail address.")
        if not (address := addresses.usable(stay.email)):
            raise NobodyToTell("What is kept as the guest's e-mail address is none.")
        return [Recipient(address, one_line(stay.guest))]
    row = case.row
    found = map(addresses.usable, hotel.managers(row.organization_id, row.property_id))
    staff = [Recipient(address) for address in found if address]
    if not staff:
        raise NobodyToTell("No owner, manager or finance there has an e-mail address.")
    return staff
