"""
From merged rows to what a hotel sees: bind, recompute bookings, follow the rules, write.

The second half of every batch, and all of it when time alone, or staff, changed what is true.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from payments import bulk
from payments.effects import Effects, alert
from payments.folio import Entry, Folio, entries, of_no_payment
from payments.models import KINDS, OF_A_PAYMENT, ConnectedAccount, Payment, Severity
from payments.records import accounts, binding, bookings, owing, telling
from payments.records.loading import Name, Rows
from payments.rules import billing, connect, customers, payments, protection, transfers
from payments.rules.due import Due
from payments.rules.news import still_told

# What has a rule of its own; a payment is followed with all that belongs to it.
RULES: dict[str, Callable[[Any, datetime], Effects]] = {
    "account": connect.follow_account,
    "external_account": connect.follow_external_account,
    "capability": connect.follow_capability,
    "customer": customers.follow_customer,
    "payment_method": customers.follow_payment_method,
    "upcoming_invoice": billing.follow_upcoming_invoice,
    "subscription_schedule": billing.follow_subscription_schedule,
    "transfer": transfers.follow_transfer,
}
_MOST = 500  # records asked about in one transaction
_ALONE = [kind for kind in KINDS if kind not in ("payment", *OF_A_PAYMENT)]


def settle(rows: Rows) -> None:
    """Make everything that follows from these rows true, in the caller's transaction."""
    rows.lock_parents()
    concerned = binding.bind(rows)
    rows.load_families(concerned)
    binding.bind_families(rows, concerned)
    binding.take_off_file(rows)
    binding.find_holds(rows)
    binding.find_waiting_money(rows)
    children = {kind: rows.of(kind) for kind in OF_A_PAYMENT}
    found = entries(rows.of("payment"), children)
    followed = [*found, *of_no_payment(children)]
    alone = [(kind, row) for kind in _ALONE for row in rows.of(kind)]
    folios = bookings.of(found, concerned.values())
    wanted = [
        *_followed(followed, folios, rows.now),
        *(effect for kind, row in alone for effect in _followed_alone(kind, row, rows.now)),
    ]
    asked = [row for entry in followed for row in entry.rows] + [row for _, row in alone]
    known = {(r.account, r.livemode, r.stripe_id) for r in asked if r.pk not in rows.new}
    with bulk.together():
        rows.write()
        owing.note(rows)
        bookings.write(folios)
        for account in rows.of("account"):
            accounts.write_columns(account)
        telling.settle(wanted, known, rows.now)


def revisit(payment: Payment, now: datetime) -> None:
    """Ask again what follows from a payment: staff decided something about it."""
    name = ("payment", payment.account, payment.livemode, payment.stripe_id)
    ask_again({name: payment.organization_id}, now)


def revisit_bookings(ids: Collection[UUID]) -> None:
    """Ask again what follows from the payments of bookings: the hotel changed something there."""
    ask_again_of("payment", Payment.objects.filter(reservation__in=ids), timezone.now())


def close_connection(account: ConnectedAccount, at: datetime, *, here: bool = False) -> None:
    """
    Note that a connection is closed, as an event of Stripe's would.

    :param account: its row, which the caller has locked.
    :param at: since when, by Stripe's clock where Stripe said so: it may be opened again in the
        same second, which a probe decides.
    :param here: somebody let go of it here; it was not Stripe that said so by itself.
    """
    name = ("account", account.account, account.livemode, account.stripe_id)
    rows = Rows(timezone.now())
    rows.lock({name: account.organization_id})
    row = rows[name]
    rows.put(row, deauthorized_at=max(filter(None, [row.deauthorized_at, at])))
    if here:
        rows.put(row, let_go_here_at=at)
    settle(rows)


def note_open(rows: Rows, account: ConnectedAccount, at: datetime) -> None:
    """
    Note that Stripe lets us act for an account.

    :param at: the moment when Stripe said so: what closes it later is later than this.
    """
    rows.put(account, authorized_at=max(filter(None, [account.authorized_at, at])))
    if account.authorized_at == account.deauthorized_at:
        rows.put(account, tie_decided_at=account.deauthorized_at, tie_is_open=True)


def note_let_go(account: ConnectedAccount, at: datetime) -> bool:
    """
    Note that Stripe does not let us act for an account any more; say whether that is new.

    :param at: the moment when Stripe said so.
    """
    with transaction.atomic():
        row = ConnectedAccount.objects.select_for_update().get(pk=account.pk)
        was_open = row.is_connected
        if was_open:
            close_connection(row, at)
    return was_open


def ask_again(names: dict[Name, UUID], now: datetime) -> None:
    """
    Ask again what follows from these objects: time has passed, or something else was decided.

    :param names: with the organization that each belongs to.
    """
    rows = Rows(now)
    rows.lock(names)
    settle(rows)


def ask_again_of(kind: str, rows: QuerySet[Any], now: datetime) -> int:
    """
    Ask again what follows from records of one kind, some at a time; return how many.

    Each time in a transaction of its own, so the caller holds none.
    """
    columns = ("stripe_id", "account", "livemode", "organization")
    found = list(rows.exclude(stripe_id="").order_by(*columns[:3]).values_list(*columns))
    for start in range(0, len(found), _MOST):
        names = {
            (kind, account, livemode, stripe_id): organization
            for stripe_id, account, livemode, organization in found[start : start + _MOST]
        }
        with transaction.atomic():
            ask_again(names, now)
    return len(found)


def _followed_alone(kind: str, row: Any, now: datetime) -> Effects:
    if row.conflict:  # nobody is told what may not be true: a re-read decides
        yield alert("contradiction", row, severity=Severity.CRITICAL)
    elif kind in RULES:
        yield from RULES[kind](row, now)


def _followed(found: Iterable[Entry], folios: Iterable[Folio], now: datetime) -> Effects:
    of_booking: dict[UUID | None, Due] = {folio.booking.id: Due(folio) for folio in folios}
    for entry in found:
        due = of_booking.get(entry.payment.reservation_id)
        booking = due.booking if due else None
        followed = chain(payments.follow(entry, due, now), protection.follow(entry, booking, now))
        yield from still_told(followed, booking, now)
