"""
Pay links: whoever has one may pay one amount for one booking, until a day.

    make        one, with the address that holds its token, shown this once
    resolve     the link that a token is of
    remember    swap a token for the guest's session, so that no address holds it any longer
    of_session  the link that this guest came with
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from payments import hotel
from payments.errors import Invalid, Refused
from payments.hotel import Booking, Right
from payments.models import PayLink, Payment
from payments.operations import activity
from payments.operations.payments import payment_intents

logger = structlog.get_logger(__name__)

VALID_FOR = timedelta(days=7)
_SESSION = timedelta(hours=2)  # how long a guest may take over paying
_KEY = "pay_link"
_SIGNER = "payments.pay_link"  # what is signed for anything else is no token of a link


class NoSuchLink(Refused):
    """Nobody made this link."""

    code = "not_found"


class LinkExpired(Refused):
    """Its time is over."""

    code = "link_expired"


class LinkUsed(Refused):
    """It was paid."""

    code = "link_used"


def make(
    *, booking: Booking, amount: int, purpose: str, payment: Payment | None = None, by: Any
) -> tuple[PayLink, str]:
    """
    Make a link over one amount for one booking; return it with its address.

    :param amount: in minor units of the booking's currency.
    :param payment: the one that it confirms, when the guest's bank asks; else one is made.
    :param by: who; None where the system does.
    :raises Refused: they may not, or no such money can be asked for.
    """
    if by is not None:
        hotel.require(by, Right.TAKE_PAYMENTS, booking.organization_id, booking.property_id)
    payment_intents.check(booking, amount, purpose)
    if payment is not None and payment.reservation_id != booking.id:
        raise Invalid("payment", "This payment is for another booking.")
    with transaction.atomic():
        link = PayLink.objects.create(
            organization_id=booking.organization_id,
            property_id=booking.property_id,
            reservation_id=booking.id,
            amount=amount,
            currency=booking.currency,
            purpose=purpose,
            payment_id=payment.pk if payment else None,
            created_by=by,
            expires_at=timezone.now() + VALID_FOR,
        )
        facts = {"amount": amount, "currency": booking.currency, "purpose": purpose}
        activity.note("pay_link_made", by=by, of=link, link=str(link.pk), **facts)
    logger.info("pay_link.made", link=str(link.pk), reservation=booking.id, amount=amount)
    return link, url(link)


def token(link: PayLink) -> str:
    """Return what proves that somebody was given this link; it follows from its id."""
    return str(Signer(salt=_SIGNER).sign(link.pk.hex))


def url(link: PayLink) -> str:
    """Return the address that a guest is sent; whoever has it may pay."""
    path = reverse("payments:pay_link", args=[token(link)])
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def resolve(token: str) -> PayLink:
    """
    Return the link that this token is of.

    :raises NoSuchLink: it was not signed here, or for something else.
    :raises LinkExpired, LinkUsed: it is of no use any more.
    """
    try:
        found = hotel.as_uuid(Signer(salt=_SIGNER).unsign(token))
    except (BadSignature, ValueError):
        found = None
    return _usable(found)


def remember(request: HttpRequest, link: PayLink) -> None:
    """Let this guest's session stand for the token."""
    if not request.user.is_authenticated:
        request.session.flush()  # whoever shared this browser before paid for something else
        request.session.set_expiry(int(_SESSION.total_seconds()))
    request.session[_KEY] = str(link.pk)


def of_session(request: HttpRequest) -> PayLink:
    """
    Return the link that this guest came with, with its booking, house and organization.

    :raises NoSuchLink: they came with none, or long ago.
    :raises LinkExpired, LinkUsed: it is of no use any more.
    """
    return _usable(hotel.as_uuid(str(request.session.get(_KEY, ""))))


def used(link: PayLink) -> None:
    """Note, in the caller's transaction, that a link was paid; once."""
    PayLink.objects.filter(pk=link.pk, used_at=None).update(used_at=timezone.now())


def _usable(id: UUID | None) -> PayLink:
    rows = PayLink.objects.select_related("reservation", "property", "organization", "payment")
    link = rows.filter(pk=id).first() if id else None
    if link is None:
        raise NoSuchLink("This link is not known. Open it as it stands in the mail.")
    if link.is_used:
        raise LinkUsed("This has been paid already. There is nothing more to do.")
    if link.has_expired(timezone.now()):
        raise LinkExpired("This link is too old. Ask the hotel for a new one.")
    return link
