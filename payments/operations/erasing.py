"""
Forgetting a guest: who it was goes, from what Stripe sent and from what came of it; money stays.

What stays is what a hotel must account for: ids, amounts, dates, states, and of a card its brand
and last digits. The rows that could show the person again are marked, and `records.merging` keeps
them empty whatever is seen later.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from payments import hotel
from payments.errors import NotAsThingsStand
from payments.hotel import Booking
from payments.models import (
    KINDS,
    OF_A_PAYMENT,
    Activity,
    Alert,
    Attachment,
    ConnectedAccount,
    Customer,
    EvidenceFile,
    EvidencePack,
    IdempotentRequest,
    Notification,
    OutgoingRequest,
    OwedRead,
    PayLink,
    Payment,
    PaymentMethod,
    SetupIntent,
    State,
    WebhookEvent,
)
from payments.models.base import time_ordered_id
from payments.models.inbox import ABOUT
from payments.operations import activity
from payments.operations.customers import customers

logger = structlog.get_logger(__name__)

_FREE_TEXTS = ("note", "attachment", "why", "error")  # of facts: what somebody wrote, or its file
_AT_ONCE = 500
_NAMING = ("customer", "payment_intent", "charge", "payment_method")  # how events name objects


@dataclass(frozen=True)
class Erased:
    """What was erased of a guest."""

    bookings: list[str]  # their codes
    customers: int
    events: int
    files: int


def erase(*, booking: Booking, by: Any = None) -> Erased:
    """
    Forget the guest of a booking, with all bookings of that guest in its organization.

    It may be done again: it takes what came since.

    :param by: who; None where the system does.
    :raises NotAsThingsStand: somebody still needs to know who it is; it says what for.
    """
    with transaction.atomic():
        now = timezone.now()
        bookings = _bookings(booking)
        _see_that_stays_are_over(bookings, now)
        found = _Found(bookings, now)
        _see_that_nothing_needs_them(found)
        if booking.guest_id is not None:
            hotel.erase_guest(booking.guest_id)
        _empty_rows(found)
        _empty_what_was_told(found)
        _empty_what_was_asked(found)
        events = _empty_events(found)
        for each in bookings:
            activity.note("guest_erased", by=by, of=each)
        files = _delete_files(found)  # the last: a disk knows no transaction
    logger.info("guest.erased", reservations=[str(id) for id in found.ids], events=events)
    codes = sorted(each.code for each in bookings)
    return Erased(codes, len(found.customers), events, files)


def _bookings(booking: Booking) -> list[Booking]:
    """Return all bookings of a booking's guest in its organization."""
    ids = {booking.id}
    if booking.guest_id is not None:
        ids.update(hotel.bookings_of_guest(booking.guest_id))
    found = hotel.bookings(ids).values()
    return [each for each in found if each.organization_id == booking.organization_id]


def _see_that_stays_are_over(bookings: Iterable[Booking], now: datetime) -> None:
    open = sorted(each.code for each in bookings if not each.is_over(now))
    if open:
        raise NotAsThingsStand(
            f"The guest has a stay that is not over: {', '.join(open)}. Erase them afterwards."
        )


class _Found:
    """The rows that are about a guest: customers and payments are locked, and hold all others."""

    def __init__(self, bookings: list[Booking], now: datetime) -> None:
        self.now, self.bookings = now, bookings
        self.ids = [each.id for each in bookings]
        here = Q(reservation__in=self.ids)
        self.customers = _customers(bookings, now)
        whose = Q(customer__in=[row.pk for row in self.customers])
        payments = list(_locked(Payment, here))
        of_payments = Q(payment__in=[row.pk for row in payments])
        self.rows: dict[str, list[Any]] = {
            "customer": self.customers,
            "payment_method": list(PaymentMethod.objects.filter(whose)),
            "setup_intent": list(SetupIntent.objects.filter(here | whose)),
            "payment": payments,
        }
        for kind in OF_A_PAYMENT:
            theirs = whose if kind == "cash_balance_transaction" else Q()
            self.rows[kind] = list(KINDS[kind].objects.filter(here | of_payments | theirs))
        named = {row.stripe_id for row in self.customers} - {""}
        accounts = {row.account for row in self.customers}
        billed = Q(stripe_customer_id__in=named, account__in=accounts)
        self.rows["invoice"] = list(KINDS["invoice"].objects.filter(here | billed))

    @property
    def all(self) -> Iterator[Any]:
        """All rows."""
        return (row for rows in self.rows.values() for row in rows)

    @property
    def pks(self) -> set[UUID]:
        """Our ids of all rows."""
        return {row.pk for row in self.all}

    @property
    def accounts(self) -> set[str]:
        """The hotel's accounts, in one of which each object is; never the platform's own."""
        own = ConnectedAccount.objects.filter(organization=self.bookings[0].organization_id)
        return set(own.values_list("stripe_id", flat=True)) - {""}

    @property
    def stripe_ids(self) -> set[str]:
        """Stripe's ids of all objects, and of cards that were paid with and are nobody else's."""
        cards = {row.stripe_payment_method_id for row in self.rows["payment"]}
        cards |= {row.stripe_payment_method_id for row in self.rows["setup_intent"]}
        on_file = PaymentMethod.objects.filter(stripe_id__in=cards, customer__isnull=False)
        on_file = on_file.exclude(customer__in=[row.pk for row in self.customers])
        cards -= set(on_file.values_list("stripe_id", flat=True))
        for kind in ("payment", "setup_intent"):
            others = KINDS[kind].objects.filter(stripe_payment_method_id__in=cards)
            others = others.exclude(pk__in=[row.pk for row in self.rows[kind]]).order_by()
            cards -= set(others.values_list("stripe_payment_method_id", flat=True))
        return ({row.stripe_id for row in self.all} | cards) - {""}


def _locked(model: Any, which: Q) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(which).select_for_update()
    return rows.order_by("stripe_id", "account", "livemode", "pk")  # as whoever settles does


def _customers(bookings: list[Booking], now: datetime) -> list[Customer]:
    """
    Return the customers that stand for nobody else, locked.

    One that payments name and that has not been seen gets its row now, to be marked.
    """
    booking = bookings[0]
    for account, livemode, stripe_id in sorted(customers.not_seen_of(booking)):
        Customer.objects.get_or_create(
            account=account,
            livemode=livemode,
            stripe_id=stripe_id,
            defaults={
                "id": time_ordered_id(),
                "organization_id": booking.organization_id,
                "erased_at": now,
            },
        )
    mine = [row.pk for row in customers.of_guest(booking, deleted=True) if row.account]
    return list(_locked(Customer, Q(pk__in=mine)))


def _see_that_nothing_needs_them(found: _Found) -> None:
    if disputes := sorted(row.stripe_id for row in found.rows["dispute"] if row.is_open):
        raise NotAsThingsStand(
            f"A dispute is open, and its evidence needs the guest: {', '.join(disputes)}."
        )
    asked = OutgoingRequest.objects.filter(_asked_about(found))
    if asked.filter(state=OutgoingRequest.State.PROMISED).exists():
        raise NotAsThingsStand(
            "Stripe is still being asked for something of this guest: see stripe_promises."
        )
    if any(row.state == State.RECEIVED for row in _unread(found)):
        raise NotAsThingsStand(
            "An event about this guest waits to be settled: stripe_drain does it, then erase."
        )


def _empty_rows(found: _Found) -> None:
    for kind, rows in found.rows.items():
        if personal := KINDS[kind].PERSONAL:
            KINDS[kind].objects.filter(pk__in=[row.pk for row in rows]).update(
                **dict.fromkeys(personal, ""), erased_at=found.now
            )
    OwedRead.objects.filter(row__in=found.pks).update(last_error="")
    PayLink.objects.filter(reservation__in=found.ids).update(sent_to="")


def _empty_what_was_told(found: _Found) -> None:
    """Empty what somebody wrote, and what a mail server said; drop mails that still wait."""
    named = {row.stripe_id for row in found.all} | {str(pk) for pk in found.pks}
    about = Q(reservation__in=found.ids) | Q(object_id__in=named - {""}, account__in=found.accounts)
    mails = Notification.objects.filter(about)
    mails.update(last_error="")
    mails.filter(to=Notification.Audience.GUEST, state=Notification.State.WAITING).update(
        state=Notification.State.DROPPED
    )
    _forget_texts(Alert.objects.filter(about, lasting=True))
    _forget_texts(Activity.objects.filter(reservation__in=found.ids))


def _forget_texts(rows: QuerySet[Any]) -> None:
    for row in rows:
        kept = {name: value for name, value in row.facts.items() if name not in _FREE_TEXTS}
        if kept != row.facts:
            row.facts = kept
            row.save(update_fields=["facts"])


def _asked_about(found: _Found) -> Q:
    return Q(reservation__in=found.ids) | Q(about__in=found.pks)


def _empty_what_was_asked(found: _Found) -> None:
    """Empty what Stripe was asked with, what it said, and how whoever asked us was answered."""
    asked = OutgoingRequest.objects.filter(_asked_about(found))
    answered = set(asked.exclude(asked_as=None).values_list("asked_as", flat=True))
    for booking in found.bookings:
        naming = Q(answer__contains=f'"{booking.code}"') | Q(answer__contains=str(booking.id))
        for row in IdempotentRequest.objects.filter(naming).select_related("person"):
            if hotel.visible_booking(row.person, booking.organization_id, booking.code):
                answered.add(row.pk)
    IdempotentRequest.objects.filter(pk__in=answered).update(answer="")
    asked.update(params={}, error="")


def _unread(found: _Found) -> Iterator[WebhookEvent]:
    """Yield events that name the guest's objects and have not been read, or made no sense."""
    ids = [id.encode() for id in found.stripe_ids]
    rows = WebhookEvent.objects.filter(
        Q(state=State.RECEIVED) | Q(data=None),
        account__in=found.accounts,
        body__isnull=False,
    )
    for row in rows.only("body", "state").iterator():
        body = bytes(row.body or b"")
        if any(id in body for id in ids):
            yield row


def _empty_events(found: _Found) -> int:
    """Empty every event that is about the guest's objects, or names one; return how many."""
    ids = found.stripe_ids
    rows = WebhookEvent.objects.filter(account__in=found.accounts)
    rows = rows.order_by()
    pks = {row.pk for row in _unread(found)}
    for some in _parts(ids):
        about = rows.filter(data__isnull=False).alias(about=ABOUT).filter(about__in=some)
        pks.update(about.values_list("pk", flat=True))
        for name in _NAMING:
            pks.update(rows.filter(**{f"data__{name}__in": some}).values_list("pk", flat=True))
    hints = [*(str(id) for id in found.ids), *(each.code for each in found.bookings)]
    for some in _parts(hints):
        hinted = rows.filter(data__metadata__reservationId__in=some)
        pks.update(hinted.values_list("pk", flat=True))
    for some in _parts(pks):
        WebhookEvent.objects.filter(pk__in=some).update(
            body=None, data=None, changes=None, last_error=""
        )
    return len(pks)


def _parts(values: Collection[Any]) -> Iterator[list[Any]]:
    listed = sorted(values)
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]


def _delete_files(found: _Found) -> int:
    """Delete what staff wrote and kept for the bookings; return how many files."""
    packs = EvidencePack.objects.filter(dispute__in=[row.pk for row in found.rows["dispute"]])
    packs.update(draft={})
    kept = list(Attachment.objects.filter(reservation__in=found.ids))
    EvidenceFile.objects.filter(Q(pack__in=packs) | Q(attachment__in=kept)).delete()
    Attachment.objects.filter(pk__in=[row.pk for row in kept]).delete()
    for row in kept:
        row.file.storage.delete(str(row.file.name))
    return len(kept)
