"""Extras and damage charged to a card on file, the guest absent."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from payments import hotel
from payments.errors import Invalid, Refused
from payments.hotel import Booking, Right
from payments.models import Attachment, OutgoingRequest, Payment, PaymentMethod, Purpose
from payments.operations import acting, activity, outcome
from payments.operations.customers import payment_methods
from payments.operations.payments import pay_links, payment_intents
from payments.outgoing import keeping, promises

logger = structlog.get_logger(__name__)

MOST_FILES = 20


def charge(
    *,
    booking: Booking,
    amount: int,
    purpose: str,
    payment_method: PaymentMethod,
    note: str = "",
    attachments: Collection[UUID] = (),
    agreed: bool = False,
    by: Any,
) -> Payment:
    """
    Charge a card on file.

    Where the guest's bank wants to hear from the guest, a link is mailed that confirms this same
    payment.

    :param amount: in minor units of the booking's currency.
    :param note: why, for staff and for a dispute later.
    :param attachments: files of the booking that show why.
    :param agreed: the guest agreed to this charge, as staff say.
    :raises Refused: they may not, the card is gone, or the bank declined it.
    """
    where = (booking.organization_id, booking.property_id)
    hotel.require(by, Right.CHARGE_CARD, *where)
    payment_intents.check(booking, amount, purpose)
    hotel.require_within_limit(
        by, Right.CHARGE_CARD, where[0], amount=amount, currency=booking.currency
    )
    activity.check_note(note)
    files = _files(booking, attachments)
    account = acting.account_for(booking)
    if not payment_methods.usable(payment_method, booking):
        raise outcome.CardGone("This card cannot be charged for this booking any more.")
    manual = purpose == Purpose.HOLD
    with transaction.atomic():
        payment = payment_intents.promised(
            booking,
            account,
            amount,
            purpose,
            capture_method=payment_intents.MANUAL if manual else payment_intents.AUTOMATIC,
            off_session=True,
        )
        request = promises.promise(
            "payment",
            about=payment,
            account=payment.account,
            livemode=payment.livemode,
            params={
                "amount": amount,
                "currency": booking.currency,
                "customer": payment_method.stripe_customer_id,
                "payment_method": payment_method.stripe_id,
                "payment_method_types": [payment_method.type or "card"],
                "capture_method": payment.capture_method,
                "confirm": True,
                "off_session": True,
                "description": booking.code,
                "metadata": payment.metadata,
            },
            by=by,
        )
        activity.note(
            "card_charged",
            of=payment,
            by=by,
            amount=amount,
            currency=booking.currency,
            purpose=purpose,
            note=note,
            attachments=[str(each) for each in files],
            agreed=agreed,
        )
    kept = keeping.keep(request)
    payment = outcome.standing(kept, payment)
    if payment.waits_for_guest:
        _ask_guest(payment, by)
    elif kept.state == OutgoingRequest.State.REFUSED:
        outcome.refuse(kept, about=payment)
    return payment


def ask_guests() -> int:
    """
    Mail a link for every charge whose bank wants to hear from the guest and that has none yet.

    What the worker asked of Stripe later, nobody waited for. Returns how many were mailed.
    """
    waiting = Payment.objects.filter(Payment.WAITS_FOR_GUEST, pay_links=None).order_by("pk")
    return sum(_ask_guest(payment) for payment in waiting)


def _ask_guest(payment: Payment, by: Any = None) -> bool:
    """Mail a link; where that is refused, the card has been charged all the same."""
    try:
        return pay_links.ask_guest(payment=payment, by=by) is not None
    except Refused as refusal:
        logger.info("pay_link.refused", payment=payment.stripe_id, code=refusal.code)
        return False


def _files(booking: Booking, ids: Collection[UUID]) -> list[UUID]:
    wanted = set(ids)
    if len(wanted) > MOST_FILES:
        raise Invalid("attachments", f"Name at most {MOST_FILES} files.")
    rows = Attachment.objects.filter(pk__in=wanted, reservation=booking.id)
    found = set(rows.values_list("pk", flat=True))
    if found != wanted:
        raise Invalid("attachments", "One of these files is not kept with this booking.")
    return sorted(found)
