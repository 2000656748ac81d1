"""The customer at Stripe that stands for a guest, in the account that takes the booking's money."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from payments import hotel
from payments.hotel import Booking
from payments.models import ConnectedAccount, Customer, OutgoingRequest, Payment, SetupIntent
from payments.models.base import time_ordered_id
from payments.models.outgoing import written_on
from payments.operations import outcome
from payments.operations.connect import accounts
from payments.outgoing import keeping, kinds, promises


def as_params(customer: Customer | None) -> dict[str, str]:
    """Return how a request names a customer, who may only be promised yet."""
    if customer is None:
        return {}
    if customer.stripe_id:
        return {"customer": customer.stripe_id}
    return {kinds.PROMISED_CUSTOMER: str(customer.pk)}


def known(booking: Booking, account: ConnectedAccount) -> Customer | None:
    """Return the customer that stands for a booking's guest; None where there is none yet."""
    rows = Customer.objects.filter(
        guest_id=booking.guest_id,
        account=account.stripe_id,
        livemode=account.livemode,
        deleted=False,
    )
    return rows.order_by("pk").first()


def of_guest(booking: Booking, *, deleted: bool = False) -> list[Customer]:
    """
    Return every customer that stands for a booking's guest, in whichever account of the hotel's.

    Those that we made for the guest; and those that other software made, where payments or cards
    left for bookings of this guest name them, and for bookings of nobody else.

    :param deleted: those too that are deleted at Stripe.
    """
    if booking.guest_id is None:
        return []
    mine = hotel.bookings_of_guest(booking.guest_id)
    named = _named_for(mine)
    others = ~Q(reservation=None) & ~Q(reservation__in=mine)
    paid = Payment.objects.filter(others, stripe_customer_id=OuterRef("stripe_id"))
    paid = paid.filter(account=OuterRef("account"), livemode=OuterRef("livemode"))
    left = SetupIntent.objects.filter(others, customer=OuterRef("pk"))
    rows = Customer.objects.filter(
        Q(guest_id=booking.guest_id)
        | Q(guest_id=None, stripe_id__in={stripe_id for *_, stripe_id in named}),
        organization=booking.organization_id,
        deleted__in={False, deleted},
    ).annotate(is_shared=Exists(paid.exclude(stripe_customer_id="")) | Exists(left))
    return [
        row
        for row in rows
        if row.guest_id is not None
        or (not row.is_shared and (row.account, row.livemode, row.stripe_id) in named)
    ]


def not_seen_of(booking: Booking) -> set[tuple[str, bool, str]]:
    """
    Return customers that we have no row of, and that a guest's bookings name and nobody else's.

    Each by account, mode and Stripe's id.
    """
    if booking.guest_id is None:
        return set()
    mine = hotel.bookings_of_guest(booking.guest_id)
    named = _named_for(mine)
    ids = {stripe_id for *_, stripe_id in named}
    columns = ("account", "livemode", "stripe_id")
    named -= set(Customer.objects.filter(stripe_id__in=ids).values_list(*columns))
    for model in (Payment, SetupIntent):
        others = model.objects.filter(stripe_customer_id__in=ids).exclude(reservation=None)
        others = others.exclude(reservation__in=mine).order_by()
        named -= set(others.values_list("account", "livemode", "stripe_customer_id"))
    return named


def _named_for(bookings: Any) -> set[tuple[str, bool, str]]:
    """Return the customers that payments and cards of these name: account, mode, Stripe's id."""
    payments, cards = (
        model.objects.filter(reservation__in=bookings)
        .exclude(stripe_customer_id="")
        .order_by()
        .values_list("account", "livemode", "stripe_customer_id")
        for model in (Payment, SetupIntent)
    )
    return set(payments.union(cards))


def ensure(booking: Booking, account: ConnectedAccount, *, by: Any = None) -> Customer:
    """
    Return the customer that stands for a booking's guest, made at Stripe unless there is one.

    It has no Stripe id while Stripe has not answered.

    :raises Refused: Stripe will not.
    """
    with transaction.atomic():
        accounts.one_at_a_time(f"{account.stripe_id} {booking.guest_id}")
        row = known(booking, account)
        if row is not None:
            return row
        row = Customer.objects.create(
            id=time_ordered_id(),
            account=account.stripe_id,
            livemode=account.livemode,
            organization_id=booking.organization_id,
            guest_id=booking.guest_id,
        )
        stay = hotel.stay(booking.id)
        params: dict[str, Any] = {
            "name": stay.guest if stay else "",
            "metadata": written_on(row.pk, {"orgId": booking.organization_id}),
        }
        if stay and stay.email:
            params["email"] = stay.email
        request = promises.promise(
            "customer",
            about=row,
            account=account.stripe_id,
            livemode=account.livemode,
            params=params,
            by=by,
        )
    kept = keeping.keep(request)
    if kept.state == OutgoingRequest.State.REFUSED:
        row.delete()
        outcome.refuse(kept)
    row.refresh_from_db()
    return row
