"""
Pay links: whoever has one may pay one amount for one booking, until a day.

    make        one, with the address that holds its token, shown this once; mailed to the guest
    send_again  mail one once more; another like it, where its time is over
    begin       have the payment made that it is for, and return what a browser confirms it with
    ask_guest   mail one that confirms a payment about which the guest's bank asks
    resolve     the link that a token is of
    remember    swap a token for the guest's session, so that no address holds it any longer
    of_session  the link that this guest came with
    check       whether it can still be paid by
"""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import structlog
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from payments import conf, hotel
from payments.errors import Invalid, Refused
from payments.hotel import Booking, Right
from payments.models import EXTRAS, Notification, PayLink, Payment, Purpose
from payments.models.base import time_ordered_id
from payments.notifications import links
from payments.operations import acting, activity
from payments.operations.payments import payment_intents
from payments.records import bookings

logger = structlog.get_logger(__name__)

_SESSION = timedelta(hours=2)  # how long a guest may take over paying
_KEY = "pay_link"
_FOR_THE_STAY = (Purpose.RESERVATION_PAYMENT, Purpose.DEPOSIT)


class NoSuchLink(Refused):
    """Nobody made this link."""

    code = "not_found"


class LinkExpired(Refused):
    """Its time is over."""

    code = "link_expired"


class LinkUsed(Refused):
    """It was paid."""

    code = "link_used"


class NothingDue(Refused):
    """The stay was paid another way, or costs less by now."""

    code = "nothing_due"


def make(
    *,
    booking: Booking,
    amount: int,
    purpose: str,
    payment: Payment | None = None,
    send: bool = True,
    by: Any,
) -> tuple[PayLink, str]:
    """
    Make a link over one amount for one booking; return it with its address.

    :param amount: in minor units of the booking's currency.
    :param payment: the one that it confirms, when the guest's bank asks; else one is made.
    :param send: mail it to the guest, where there is an address on file.
    :param by: who; None where the system does.
    :raises Refused: they may not, or no such money can be asked for.
    """
    if by is not None:
        hotel.require(by, Right.TAKE_PAYMENTS, booking.organization_id, booking.property_id)
    payment_intents.check(booking, amount, purpose)
    if payment is not None and payment.reservation_id != booking.id:
        raise Invalid("payment", "This payment is for another booking.")
    if payment is None:
        acting.account_for(booking)
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
        )
        facts = {"amount": amount, "currency": booking.currency, "purpose": purpose}
        activity.note("pay_link_made", by=by, of=link, link=str(link.pk), **facts)
        if send:
            _mail(link, asked=payment is not None)
    logger.info("pay_link.made", link=str(link.pk), reservation=booking.id, amount=amount)
    return link, links.pay(link)


def send_again(link: PayLink, *, by: Any) -> PayLink:
    """
    Mail the guest a link once more; where its time is over, another over the same amount.

    :raises Refused: they may not, it was paid, or no such money can be asked for any more.
    """
    hotel.require(by, Right.TAKE_PAYMENTS, link.organization_id, link.property_id)
    if link.is_used:
        raise LinkUsed("This link was paid already.")
    booking = hotel.bookings([link.reservation_id])[link.reservation_id]
    if link.has_expired(timezone.now()):
        again, _ = make(
            booking=booking,
            amount=link.amount,
            purpose=link.purpose,
            payment=cast(Payment, link.payment) if _is_asked_about(link) else None,
            by=by,
        )
        return again
    payment_intents.check(booking, link.amount, link.purpose)
    with transaction.atomic():
        facts = {"amount": link.amount, "currency": link.currency, "purpose": link.purpose}
        activity.note("pay_link_sent_again", by=by, of=link, link=str(link.pk), **facts)
        _mail(link, asked=_is_asked_about(link), detail=str(time_ordered_id()))
    return link


def _is_asked_about(link: PayLink) -> bool:
    """Say whether the guest's bank wants to hear from the guest about this very payment."""
    return link.payment is not None and link.payment.waits_for_guest


def _mail(link: PayLink, *, asked: bool, detail: str = "") -> None:
    """
    Owe the guest a mail with this link, in the caller's transaction.

    :param detail: what makes this mail another than the one before.
    """
    stay = hotel.stay(link.reservation_id)
    if stay is None or not stay.email:
        return
    link.sent_to = stay.email
    link.save(update_fields=["sent_to"])
    Notification.objects.create(
        to=Notification.Audience.GUEST,
        kind="pay_link",
        object_id=str(link.pk),
        detail=detail,
        livemode=conf.asks_live(),
        organization_id=link.organization_id,
        property_id=link.property_id,
        reservation_id=link.reservation_id,
        facts={
            "amount": link.amount,
            "currency": link.currency,
            "purpose": link.purpose,
            "asked": asked,
        },
    )


def ask_guest(*, payment: Payment, by: Any = None) -> PayLink | None:
    """
    Mail the guest a link that confirms this payment: their bank wants to hear from them; once.

    :raises Refused: the booking can take no such money any more.
    """
    with transaction.atomic():
        held = Payment.objects.select_for_update().get(pk=payment.pk)
        found = PayLink.objects.filter(payment=held.pk).order_by("-pk").first()
        if found is not None or held.reservation_id is None:
            return found
        booking = hotel.bookings([held.reservation_id])[held.reservation_id]
        link, _ = make(
            booking=booking, amount=held.amount, purpose=held.purpose, payment=held, by=by
        )
        return link


def begin(link: PayLink) -> payment_intents.Taken:
    """
    Have the payment made that a link is for, unless it is; return what a browser confirms it with.

    :raises Refused: it is paid or too old, or no such money can be taken any more.
    """
    with transaction.atomic():
        held = (
            PayLink.objects.select_for_update(of=("self",))
            .select_related("payment")
            .get(pk=link.pk)
        )
        check(held)
        waits = held.payment is not None and held.payment.status not in ("canceled", "refused")
        if not waits:
            booking = hotel.bookings([held.reservation_id])[held.reservation_id]
            asked = payment_intents.prepare(
                booking=booking, amount=held.amount, purpose=held.purpose, by=held.created_by
            )
            held.payment = asked.payment
            held.save(update_fields=["payment"])
    if not waits:
        return asked.keep()
    payment = Payment.objects.get(pk=held.payment_id)
    return payment_intents.Taken(payment, payment_intents.secret_of(payment))


def resolve(token: str) -> PayLink:
    """
    Return the link that this token is of.

    :raises NoSuchLink: it was not signed here, or for something else.
    """
    try:
        found = hotel.as_uuid(Signer(salt=links.SIGNER).unsign(token))
    except (BadSignature, ValueError):
        found = None
    return _known(found)


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
    """
    return _known(hotel.as_uuid(str(request.session.get(_KEY, ""))))


def check_itself(link: PayLink) -> None:
    """
    See that a link is still of use, whatever its stay wants by now.

    :raises LinkExpired, LinkUsed: it is not.
    """
    if link.is_used:
        raise LinkUsed("This has been paid already. There is nothing more to do.")
    if link.has_expired(timezone.now()):
        raise LinkExpired("This link is too old. Ask the hotel for a new one.")


def check(link: PayLink) -> None:
    """
    See that a link can still be paid by.

    :raises LinkExpired, LinkUsed: it is of no use any more.
    :raises BookingCanceled, NothingDue: the stay does not want this money any more.
    """
    check_itself(link)
    (folio,) = bookings.folios(hotel.bookings([link.reservation_id]).values())
    if folio.booking.status == "canceled" and link.purpose not in EXTRAS:
        raise payment_intents.BookingCanceled("This booking is canceled. There is nothing to pay.")
    if link.purpose in _FOR_THE_STAY and folio.figures.balance <= 0:
        raise NothingDue("Nothing is due for this stay any more. There is nothing to pay.")


def used(link: PayLink) -> None:
    """Note, in the caller's transaction, that a link was paid; once."""
    PayLink.objects.filter(pk=link.pk, used_at=None).update(used_at=timezone.now())


def is_good(id: str) -> bool:
    """Say whether a link can still be paid by."""
    try:
        check(_known(hotel.as_uuid(id)))
    except Refused:
        return False
    return True


def _known(id: UUID | None) -> PayLink:
    rows = PayLink.objects.select_related("reservation", "property", "organization", "payment")
    link = rows.filter(pk=id).first() if id else None
    if link is None:
        raise NoSuchLink("This link is not known. Open it as it stands in the mail.")
    return link
