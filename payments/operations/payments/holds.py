"""Money held on a guest's card: listed, taken in part or whole, and let go."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from payments import hotel, money
from payments.errors import NotAsThingsStand
from payments.hotel import Right
from payments.models import Charge, OutgoingRequest, Payment
from payments.operations import acting, activity, amounts, outcome
from payments.operations.payments import payment_intents
from payments.outgoing import promises


def listed(user: Any) -> QuerySet[Any]:
    """Return the holds that this person may see, those that run out next first, as `ends`."""
    held = Charge.objects.filter(
        payment=OuterRef("pk"), status="succeeded", captured=False, expired=False
    )
    rows = Payment.objects.filter(status="requires_capture", seen=True, amount_capturable__gt=0)
    ends = held.order_by("capture_before").values("capture_before")[:1]
    rows = hotel.visible_to(user, rows).filter(Exists(held)).annotate(ends=Subquery(ends))
    found: QuerySet[Any] = rows.order_by(F("ends").asc(nulls_last=True), "-id")
    return found


class NotCapturable(NotAsThingsStand):
    """There is no money held with this payment."""

    code = "not_capturable"


def capture(*, payment: Payment, amount: int | None = None, by: Any) -> Payment:
    """
    Take money that is held; what is left of the hold is let go.

    :param amount: in minor units; all of it when None.
    :raises Refused: nothing is held, or less than that.
    """
    hotel.require(by, Right.TAKE_PAYMENTS, payment.organization_id, payment.property_id)
    if amount is not None:
        amounts.check(amount, payment.currency)
    account = acting.holder(payment)
    if payment.status in payment_intents.TO_CONFIRM:
        payment_intents.look(payment)  # the guest may have confirmed it before we hear of it
    with transaction.atomic():
        held: Payment = Payment.objects.select_for_update().get(pk=payment.pk)
        under_way = payment_intents.changing(held)
        available = held.amount_capturable or 0
        taken = available if amount is None else amount
        if under_way is not None and under_way.kind == "capture":
            if under_way.params.get("amount_to_capture", available) == taken:
                return held  # clicked twice
            raise NotCapturable(_why_not(held, under_way))
        if under_way is not None or held.status != "requires_capture" or not held.stripe_id:
            raise NotCapturable(_why_not(held, under_way))
        if taken > available:
            most = money.show(available, held.currency)
            raise amounts.AmountTooLarge(f"Only {most} is held.")
        request = promises.promise(
            "capture",
            about=held,
            account=account.stripe_id,
            livemode=held.livemode,
            target=held.stripe_id,
            params={} if amount is None else {"amount_to_capture": amount},
            by=by,
        )
        activity.note("hold_captured", of=held, by=by, amount=taken, currency=held.currency)
    return outcome.keep(request, held)


def release(*, payment: Payment, by: Any) -> Payment:
    """
    Let go of money that is held.

    :raises Refused: nothing is held.
    """
    if payment.status != "requires_capture":
        raise NotCapturable(_why_not(payment, None))
    return payment_intents.cancel(payment=payment, by=by)


def _why_not(payment: Payment, under_way: OutgoingRequest | None) -> str:
    if under_way is not None and under_way.kind == "capture":
        return "Another amount of it is being taken right now."
    if under_way is not None:
        return "It is being let go right now."
    if not payment.stripe_id or payment.status in payment_intents.TO_CONFIRM:
        return "The guest has not confirmed it yet: nothing is held."
    if payment.status == "succeeded":
        return "The money was taken already."
    return "Nothing is held with this payment any more."
