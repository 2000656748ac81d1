"""Payments that a guest confirms: taking one, its secret for the browser, ending one."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from payments import bulk, hotel
from payments.errors import Invalid, NotAsThingsStand, Refused
from payments.gateway import charges, errors, payment_intents
from payments.hotel import Booking, Right
from payments.models import EXTRAS, ConnectedAccount, OutgoingRequest, Payment, Purpose
from payments.operations import acting, activity, amounts, outcome
from payments.operations.customers import customers
from payments.operations.promised import row as promised_row
from payments.outgoing import answers, promises

AUTOMATIC, MANUAL = "automatic", "manual"
TO_CONFIRM = ("requires_payment_method", "requires_confirmation", "requires_action")
DECIDED = ("succeeded", "requires_capture", "canceled", "refused")
CANCELABLE = (*TO_CONFIRM, "requires_capture", "processing")


class BookingCanceled(NotAsThingsStand):
    """A canceled booking takes no new money but for extras and damage."""

    code = "booking_canceled"


class NotCancelable(NotAsThingsStand):
    """The payment is over, or Stripe has not answered yet."""

    code = "not_cancelable"


class NotToConfirm(NotAsThingsStand):
    """The payment does not wait for the guest."""

    code = "not_to_confirm"


@dataclass(frozen=True)
class Taken:
    """A payment that waits for its guest, and the secret that lets a browser confirm it."""

    payment: Payment
    client_secret: str | None  # None while Stripe has not answered


def take(
    *,
    booking: Booking,
    amount: int,
    purpose: str,
    capture_method: str = "",
    setup_future_usage: str = "",
    by: Any,
) -> Taken:
    """
    Ask for money that the guest confirms in a browser.

    :param amount: in minor units of the booking's currency.
    :param purpose: one of `Purpose`; a hold is captured later.
    :param capture_method: `automatic`, which a hold cannot be, or `manual`; by the purpose when
        empty.
    :param setup_future_usage: `off_session` or `on_session` keeps the card on file.
    :raises Refused: they may not, or it cannot be, as its text says.
    """
    hotel.require(by, Right.TAKE_PAYMENTS, booking.organization_id, booking.property_id)
    return begin(
        booking=booking,
        amount=amount,
        purpose=purpose,
        capture_method=capture_method,
        setup_future_usage=setup_future_usage,
        by=by,
    )


@dataclass(frozen=True)
class Asked:
    """A payment that was promised in the caller's transaction, to be kept once that is over."""

    payment: Payment
    request: OutgoingRequest

    def keep(self) -> Taken:
        """
        Ask Stripe for it.

        :raises Refused: Stripe will not, or the guest's bank.
        """
        payment = outcome.keep(self.request, self.payment)
        return Taken(payment, (self.request.answer or {}).get("client_secret"))


def begin(*, by: Any = None, **asked: Any) -> Taken:
    """Ask for money as `take` does, for somebody whose right has been seen: a guest with a link."""
    return prepare(by=by, **asked).keep()


def prepare(
    *,
    booking: Booking,
    amount: int,
    purpose: str,
    capture_method: str = "",
    setup_future_usage: str = "",
    by: Any = None,
) -> Asked:
    """
    Promise a payment that the guest confirms in a browser; Stripe is asked when it is kept.

    :raises Refused: it cannot be, as its text says.
    """
    check(booking, amount, purpose)
    if capture_method not in ("", AUTOMATIC, MANUAL):
        raise Invalid("capture_method", "It is automatic or manual.")
    if purpose == Purpose.HOLD and capture_method == AUTOMATIC:
        raise Invalid("capture_method", "A hold is captured later: manual, or left out.")
    if setup_future_usage not in ("", "off_session", "on_session"):
        raise Invalid("setup_future_usage", "It is off_session or on_session.")
    manual = purpose == Purpose.HOLD or capture_method == MANUAL
    account = acting.account_for(booking)
    customer = (
        customers.ensure(booking, account, by=by)
        if setup_future_usage
        else customers.known(booking, account)
    )
    with transaction.atomic(), bulk.together():
        payment = promised(
            booking, account, amount, purpose, capture_method=MANUAL if manual else AUTOMATIC
        )
        params: dict[str, Any] = {
            "amount": amount,
            "currency": booking.currency,
            "capture_method": payment.capture_method,
            "automatic_payment_methods": {"enabled": True},
            "description": booking.code,
            "metadata": payment.metadata,
            **customers.as_params(customer),
        }
        if setup_future_usage:
            params["setup_future_usage"] = setup_future_usage
        request = _promise(payment, params, by)
        activity.note(
            "payment_begun",
            of=payment,
            by=by,
            amount=amount,
            currency=booking.currency,
            purpose=purpose,
        )
    return Asked(payment, request)


def check(booking: Booking, amount: Any, purpose: str) -> None:
    """
    See that a booking may be asked for money at all.

    :raises Refused: the amount or the purpose makes no sense, or the booking is canceled.
    """
    if purpose not in Purpose.values:
        raise Invalid("purpose", f"It is one of {', '.join(Purpose.values)}.")
    amounts.check_payment(amount, booking.currency)
    if booking.status == "canceled" and purpose not in EXTRAS:
        raise BookingCanceled(
            f"{booking.code} is canceled: only extras and damage can still be charged."
        )


def promised(
    booking: Booking,
    account: ConnectedAccount,
    amount: int,
    purpose: str,
    *,
    capture_method: str,
    off_session: bool = False,
) -> Payment:
    """Make the row of a payment that Stripe is about to be asked for."""
    return promised_row(
        Payment,
        of=booking,
        account=account.stripe_id,
        livemode=account.livemode,
        hints={"type": purpose},
        type=Payment.Type.PAYMENT,
        amount=amount,
        currency=booking.currency,
        purpose=purpose,
        capture_method=capture_method,
        off_session=off_session,
        bound_by=Payment.BoundBy.PROMISE,
    )


def _promise(payment: Payment, params: dict[str, Any], by: Any) -> OutgoingRequest:
    return promises.promise(
        "payment",
        about=payment,
        account=payment.account,
        livemode=payment.livemode,
        params=params,
        by=by,
    )


def client_secret(*, payment: Payment, by: Any) -> str | None:
    """
    Read the secret with which a browser confirms a payment; None when Stripe does not answer.

    :raises NotToConfirm: it does not wait for the guest.
    """
    hotel.require(by, Right.TAKE_PAYMENTS, payment.organization_id, payment.property_id)
    return secret_of(payment)


def secret_of(payment: Payment) -> str | None:
    """Read a secret as `client_secret` does, for somebody whose right has been seen."""
    if not payment.stripe_id:
        return None
    if payment.status not in TO_CONFIRM:
        raise NotToConfirm("This payment does not wait for the guest.")
    answer = _read(payment)
    return answer.get("client_secret") if answer else None


def look(payment: Payment) -> Payment:
    """Return a payment as Stripe has it now, unless it is decided already or nobody answers."""
    if payment.stripe_id and payment.status not in DECIDED:
        return look_again(payment)
    return payment


def look_again(payment: Payment) -> Payment:
    """Return a payment as Stripe has it now, unless nobody answers."""
    try:
        _read(payment)
    except Refused:  # the account was let go, or no key is set
        return payment
    payment.refresh_from_db()
    return payment


def _read(payment: Payment) -> dict[str, Any] | None:
    """Read a payment at Stripe and note it; None where Stripe does not answer."""
    account = acting.holder(payment)
    try:
        answer = payment_intents.retrieve(payment.stripe_id, account=account.stripe_id)
    except errors.GatewayError:
        return None
    found = [answer.object]
    took = answer.object.get("latest_charge")
    if answer.object.get("status") == "succeeded" and isinstance(took, str):  # its id alone
        with suppress(errors.GatewayError):  # its event brings it
            found.append(charges.retrieve(took, account=account.stripe_id).object)
    with transaction.atomic():
        answers.apply(
            found,
            account=payment.account,
            livemode=payment.livemode,
            organization_id=payment.organization_id,
            at=answer.at,
        )
    return answer.object


def cancel(*, payment: Payment, reason: str = "requested_by_customer", by: Any) -> Payment:
    """
    End a payment that is under way; money that is held is let go.

    :param reason: Stripe's word for why.
    :raises Refused: it is over, or Stripe will not.
    """
    hotel.require(by, Right.TAKE_PAYMENTS, payment.organization_id, payment.property_id)
    account = acting.holder(payment)
    with transaction.atomic():
        held: Payment = Payment.objects.select_for_update().get(pk=payment.pk)
        under_way = changing(held)
        if under_way is not None and under_way.kind == "cancel":
            return held  # clicked twice
        if under_way is not None or not held.stripe_id or held.status not in CANCELABLE:
            raise NotCancelable(_why_not(held, under_way))
        request = promises.promise(
            "cancel",
            about=held,
            account=account.stripe_id,
            livemode=held.livemode,
            target=held.stripe_id,
            params={"cancellation_reason": reason},
            by=by,
        )
        activity.note(
            "hold_released" if held.status == "requires_capture" else "payment_canceled",
            of=held,
            by=by,
            amount=held.amount_capturable or held.amount,
            currency=held.currency,
        )
    return outcome.keep(request, held)


def changing(payment: Payment) -> OutgoingRequest | None:
    """Return the capture or cancel of a payment that Stripe has not decided yet."""
    return promises.under_way(payment.pk, "capture", "cancel").first()


def _why_not(payment: Payment, under_way: OutgoingRequest | None) -> str:
    if under_way is not None:
        return "It is being captured right now."
    if not payment.stripe_id:
        return "Stripe has not answered yet; try again in a moment."
    if payment.status == "succeeded":
        return "The money was taken already: refund it instead."
    return "This payment is over already."
