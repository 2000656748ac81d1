"""Cards on file: leaving one, which of them is charged first, and taking one off for good."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from payments import hotel
from payments.errors import Refused
from payments.gateway import errors, setup_intents
from payments.hotel import Booking, Right
from payments.models import ConnectedAccount, Customer, OutgoingRequest, PaymentMethod, SetupIntent
from payments.operations import acting, activity, outcome
from payments.operations.customers import customers
from payments.operations.promised import row as promised_row
from payments.outgoing import promises

TO_CONFIRM = ("requires_payment_method", "requires_confirmation", "requires_action")


@dataclass(frozen=True)
class OnFile:
    """
    A card on file.

    :param default: it is the one that the guest's customer at Stripe is charged with first.
    :param usable: it can be charged for this booking now.
    """

    method: PaymentMethod
    default: bool
    usable: bool


@dataclass(frozen=True)
class SettingUp:
    """A card being left, and the secret that lets a browser do it; kept nowhere."""

    intent: SetupIntent
    client_secret: str | None  # None while Stripe has not answered


# Looking ------------------------------------------------------------------


def on_file(booking: Booking, user: Any) -> list[OnFile]:
    """
    Return the cards that a booking's guest has on file, the default first, then the newest.

    :raises MayNot: they take no payments there.
    """
    hotel.require(user, Right.TAKE_PAYMENTS, booking.organization_id, booking.property_id)
    taking = _taking(booking)
    now = timezone.now()
    found = [
        OnFile(
            method,
            default=_is_default(method),
            usable=_is_usable(method, booking, taking, now),
        )
        for method in _of_guest(booking)
    ]
    return sorted(found, key=lambda each: each.default, reverse=True)


def usable(method: PaymentMethod, booking: Booking) -> bool:
    """
    Say whether a card can be charged for a booking now.

    It is of the booking's guest, on the account and in the mode that takes the booking's money, not
    detached, and not run out by the clock of the house.
    """
    mine = any(each.pk == method.pk for each in _of_guest(booking))
    return mine and _is_usable(method, booking, _taking(booking), timezone.now())


def _of_guest(booking: Booking) -> Iterable[PaymentMethod]:
    rows = PaymentMethod.objects.filter(
        customer__in=customers.of_guest(booking), detached=False, seen=True
    )
    return rows.select_related("customer").order_by("-id")


def _taking(booking: Booking) -> ConnectedAccount | None:
    try:
        return acting.account_for(booking)
    except Refused:
        return None


def _is_default(method: PaymentMethod) -> bool:
    customer = method.customer
    return customer is not None and customer.default_payment_method == method.stripe_id


def _is_usable(
    method: PaymentMethod, booking: Booking, taking: ConnectedAccount | None, now: datetime
) -> bool:
    return (
        taking is not None
        and (method.account, method.livemode) == (taking.stripe_id, taking.livemode)
        and method.can_be_charged
        and not _has_run_out(method, booking, now)
    )


def _has_run_out(method: PaymentMethod, booking: Booking, now: datetime) -> bool:
    """Say whether a card's last month is over at the house."""
    if not method.exp_year or not method.exp_month:
        return False
    today = now.astimezone(hotel.zone_named(booking.timezone)).date()
    return (method.exp_year, method.exp_month) < (today.year, today.month)


# Leaving one --------------------------------------------------------------


def setup(*, booking: Booking, by: Any) -> SettingUp:
    """
    Let a guest leave a card for later in a browser; no money is taken.

    The guest's customer at Stripe is made first, when there is none.

    :raises Refused: they may not, or no account takes money there.
    """
    hotel.require(by, Right.TAKE_PAYMENTS, booking.organization_id, booking.property_id)
    account = acting.account_for(booking)
    customer = customers.ensure(booking, account, by=by)
    with transaction.atomic():
        intent = promised_row(
            SetupIntent,
            of=booking,
            account=account.stripe_id,
            livemode=account.livemode,
            usage="off_session",
        )
        request = promises.promise(
            "setup_intent",
            about=intent,
            account=account.stripe_id,
            livemode=account.livemode,
            params={
                "automatic_payment_methods": {"enabled": True},
                "usage": intent.usage,
                "metadata": intent.metadata,
                **customers.as_params(customer),
            },
            by=by,
        )
        activity.note("card_asked_for", of=intent, by=by)
    intent = outcome.keep(request, intent)
    return SettingUp(intent, (request.answer or {}).get("client_secret"))


def client_secret(*, intent: SetupIntent, by: Any) -> str | None:
    """
    Read the secret with which a browser leaves a card; None when it waits for nobody.

    None, too, while Stripe does not answer.
    """
    hotel.require(by, Right.TAKE_PAYMENTS, intent.organization_id, intent.property_id)
    if not intent.stripe_id or intent.status not in TO_CONFIRM:
        return None
    account = acting.holder(intent)
    try:
        found = setup_intents.retrieve(intent.stripe_id, account=account.stripe_id)
    except errors.GatewayError:
        return None
    return found.object.get("client_secret")


# Changing one -------------------------------------------------------------


def make_default(*, method: PaymentMethod, booking: Booking, by: Any) -> PaymentMethod:
    """
    Let a card be the one that is charged first.

    :raises Refused: they may not, or it is not on file any more.
    """
    hotel.require(by, Right.TAKE_PAYMENTS, booking.organization_id, booking.property_id)
    account = acting.holder(method)
    with transaction.atomic():
        held = _held(method)
        customer = held.customer
        if customer is None or not customer.stripe_id:
            raise outcome.CardGone("This card is not on file with a guest.")
        if customer.default_payment_method == held.stripe_id:
            return held
        wanted = {"invoice_settings": {"default_payment_method": held.stripe_id}}
        under_way = list(promises.under_way(customer.pk, "default_card"))
        if any(request.params == wanted for request in under_way):
            return held  # clicked twice
        for request in under_way:  # what was chosen before is not wanted any more
            promises.decide(
                request, OutgoingRequest.State.REFUSED, error="Another card was chosen since."
            )
        request = promises.promise(
            "default_card",
            about=customer,
            account=account.stripe_id,
            livemode=held.livemode,
            target=customer.stripe_id,
            params=wanted,
            by=by,
        )
        activity.note("card_made_default", of=booking, by=by, card=held.stripe_id)
    outcome.keep(request, customer)
    return PaymentMethod.objects.select_related("customer").get(pk=held.pk)


def detach(*, method: PaymentMethod, booking: Booking, by: Any) -> PaymentMethod:
    """
    Take a card off file, for good; what was paid with it stays paid.

    :raises Refused: they may not, or it is off file already.
    """
    hotel.require(by, Right.TAKE_PAYMENTS, booking.organization_id, booking.property_id)
    account = acting.holder(method)
    with transaction.atomic():
        held = _held(method)
        if promises.under_way(held.pk, "detach").exists():
            return held  # clicked twice
        request = promises.promise(
            "detach",
            about=held,
            account=account.stripe_id,
            livemode=held.livemode,
            target=held.stripe_id,
            params={},
            by=by,
        )
        activity.note("card_detached", of=booking, by=by, card=held.stripe_id)
    return outcome.keep(request, held)


def _held(method: PaymentMethod) -> PaymentMethod:
    """
    Return a card as it is now, with nobody else changing it until the transaction ends.

    :raises CardGone: it is off file.
    """
    if method.customer_id:  # its cards are changed one at a time
        Customer.objects.select_for_update().get(pk=method.customer_id)
    held = PaymentMethod.objects.select_related("customer").get(pk=method.pk)
    if held.detached or not held.stripe_id:
        raise outcome.CardGone("This card is not on file any more.")
    return held
