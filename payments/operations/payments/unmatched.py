"""
Money that came without a booking: finding the booking it is for, and undoing a wrong choice.

Staff's choice outranks what the payment itself says, so no later event moves it again.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from payments import hotel
from payments.errors import NotAsThingsStand
from payments.folio import Entry, entries
from payments.hotel import Candidate
from payments.models import Alert, Charge, Payment, PaymentTransaction
from payments.operations import activity
from payments.records import settling

logger = structlog.get_logger(__name__)

BoundBy = PaymentTransaction.BoundBy

MOST_SUGGESTED = 3  # bookings beside one payment
LATE = timedelta(days=120)  # how long after arrival money may still come for a stay


class CannotAttach(NotAsThingsStand):
    """The payment cannot be this booking's."""

    code = "already_attached"


class CannotDetach(NotAsThingsStand):
    """Nobody attached the payment by hand."""

    code = "not_detachable"


@dataclass(frozen=True)
class Suggestion:
    """A booking that a payment may be for, and why."""

    booking: Candidate
    why: str


# Finding it --------------------------------------------------------------


def waiting(user: Any) -> QuerySet[Any]:
    """Return the payments without a booking that this person may see, newest first."""
    raised = Alert.objects.filter(
        object_id=OuterRef("stripe_id"),
        account=OuterRef("account"),
        livemode=OuterRef("livemode"),
        kind="unmatched_money",
        closed_at=None,
    )
    rows = hotel.visible_to(user, Payment.objects.filter(reservation=None, seen=True))
    return rows.filter(Exists(raised)).order_by("-id")


def count(user: Any, most: int) -> int:
    """Return how many payments wait for their booking; beyond `most`, nobody counts on."""
    return waiting(user).order_by()[: most + 1].count()


def with_charges(payments: Collection[Payment]) -> list[Entry]:
    """Return these payments with the attempts at them."""
    return entries(payments, {"charge": Charge.objects.filter(payment__in=payments).order_by()})


def arrived(entry: Entry) -> int:
    """Return what has come of a payment, or is held."""
    return entry.received or entry.authorized or entry.so_far or 0


def suggest(found: Collection[Entry], user: Any) -> dict[UUID, list[Suggestion]]:
    """
    Return for each payment the bookings it is likely for, likeliest first: one query for all.

    A booking fits when it owes, or costs, exactly what came; the nearest in time is first.
    """
    if not found:
        return {}
    sums = {_sum(entry) for entry in found}
    since = min(_day(entry) for entry in found) - LATE
    by_sum = defaultdict(list)
    for booking in hotel.candidates(user, sums, since):
        for amount in {booking.owed, booking.total}:
            by_sum[booking.organization_id, booking.currency, amount].append(booking)
    return {
        entry.payment.pk: [
            Suggestion(booking, "Owes exactly this" if owes else "The stay costs exactly this")
            for booking in sorted(by_sum[_sum(entry)], key=_likeliest(entry))[:MOST_SUGGESTED]
            for owes in [booking.owed == arrived(entry)]
        ]
        for entry in found
    }


def find(payment: Payment, code: str, user: Any) -> list[Candidate]:
    """Return the booking of the payment's organization with this code, if they may see it."""
    return hotel.candidates_with_code(user, payment.organization_id, code)


def _sum(entry: Entry) -> tuple[UUID, str, int]:
    return (entry.payment.organization_id, entry.payment.currency, arrived(entry))


def _day(entry: Entry) -> date:
    moment = entry.payment.occurred_at or timezone.now()
    return timezone.localtime(moment, hotel.zone(entry.payment)).date()


def _likeliest(entry: Entry) -> Callable[[Candidate], tuple[bool, timedelta, str]]:
    """Return a key that sorts bookings: those that owe the sum first, then the nearest in time."""
    day, amount = _day(entry), arrived(entry)

    def key(booking: Candidate) -> tuple[bool, timedelta, str]:
        away = max(booking.arrival - day, day - booking.departure, timedelta(0))
        return (booking.owed != amount, away, booking.code)

    return key


# Saying it ---------------------------------------------------------------


def attach(*, payment: Payment, reservation: Any, by: Any) -> None:
    """
    Say that a payment is for this booking; its charges, refunds, figures and alerts follow.

    :raises MayNot: they may not change anything there.
    :raises CannotAttach: it is another organization's booking, or somebody was faster.
    """
    hotel.require(by, hotel.Right.TAKE_PAYMENTS, payment.organization_id, payment.property_id)
    if not payment.account:
        raise CannotAttach("This payment is between your organization and the platform.")
    if payment.organization_id != reservation.organization_id:
        raise CannotAttach(f"{reservation} is a booking of another organization.")
    with transaction.atomic():
        held = Payment.objects.select_for_update().get(pk=payment.pk)
        if held.reservation_id == reservation.pk:
            return  # clicked twice
        if held.reservation_id:
            raise CannotAttach("Somebody has attached this payment to another booking already.")
        held.reservation_id = reservation.pk
        held.bound_by = BoundBy.STAFF
        held.save(update_fields=["reservation", "bound_by"])
        _note("payment_attached", held, of=reservation, by=by)
        settling.revisit(held, timezone.now())
    logger.info("payment.attached", payment=held.stripe_id, reservation=reservation.pk, by=by.pk)


def detach(*, payment: Payment, by: Any) -> None:
    """
    Take back that somebody attached a payment: it follows its own hint again, if it has one.

    :raises MayNot: they may not change anything there.
    :raises CannotDetach: nobody attached it by hand, or somebody was faster.
    """
    hotel.require(by, hotel.Right.TAKE_PAYMENTS, payment.organization_id, payment.property_id)
    with transaction.atomic():
        held = Payment.objects.select_for_update().get(pk=payment.pk)
        if held.bound_by != BoundBy.STAFF:
            raise CannotDetach("This payment is not attached by hand.")
        _note("payment_detached", held, of=held, by=by)
        held.bound_by = ""  # binding takes the booking away, and counts both bookings anew
        held.save(update_fields=["bound_by"])
        settling.revisit(held, timezone.now())
    logger.info(
        "payment.detached", payment=held.stripe_id, reservation=held.reservation_id, by=by.pk
    )


def _note(kind: str, payment: Payment, *, of: Any, by: Any) -> None:
    sum = {"amount": payment.amount_received or payment.amount, "currency": payment.currency}
    activity.note(kind, by=by, of=of, payment=payment.stripe_id, **sum)
