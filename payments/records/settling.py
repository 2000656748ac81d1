"""
From merged rows to what a hotel sees: bind, recompute bookings, follow the rules, write.

The second half of every batch, and all of it when time alone, or staff, changed what is true.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from payments.effects import Effects, alert
from payments.folio import Entry, entries, of_no_payment
from payments.hotel import Booking
from payments.models import KINDS, OF_A_PAYMENT, ConnectedAccount, Payment, Severity
from payments.records import accounts, binding, bookings, owing, telling
from payments.records.loading import Name, Rows
from payments.rules import billing, connect, customers, payments, protection, transfers
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
_ALONE = [kind for kind in KINDS if kind not in ("payment", *OF_A_PAYMENT)]


def settle(rows: Rows) -> None:
    """Make everything that follows from these rows true, in the caller's transaction."""
    rows.lock_parents()
    rows.load_children()
    concerned = binding.bind(rows)
    rows.load_rest_of(concerned)
    binding.take_off_file(rows)
    binding.find_holds(rows)
    binding.find_waiting_money(rows)
    children = {kind: rows.of(kind) for kind in OF_A_PAYMENT}
    found = entries(rows.of("payment"), children)
    followed = [*found, *of_no_payment(children)]
    alone = [(kind, row) for kind in _ALONE for row in rows.of(kind)]
    wanted = [
        *_followed(followed, concerned, rows.now),
        *(effect for kind, row in alone for effect in _followed_alone(kind, row, rows.now)),
    ]
    rows.write()
    owing.note(rows)
    bookings.write(bookings.of(found, concerned.values()))
    for account in rows.of("account"):
        accounts.write_columns(account)
    asked = [row for entry in followed for row in entry.rows] + [row for _, row in alone]
    telling.settle(wanted, {(r.account, r.livemode, r.stripe_id) for r in asked}, rows.now)


def revisit(payment: Payment, now: datetime) -> None:
    """Ask again what follows from a payment: staff decided something about it."""
    name = ("payment", payment.account, payment.livemode, payment.stripe_id)
    ask_again({name: payment.organization_id}, now)


def close_connection(account: ConnectedAccount, now: datetime) -> None:
    """
    Note that a connection is closed, as an event of Stripe's would.

    :param account: its row, which the caller has locked.
    """
    account.deauthorized_at = max(filter(None, [account.deauthorized_at, now]))
    account.save(update_fields=["deauthorized_at"])
    name = ("account", account.account, account.livemode, account.stripe_id)
    ask_again({name: account.organization_id}, now)


def ask_again(names: dict[Name, UUID], now: datetime) -> None:
    """
    Ask again what follows from these objects: time has passed, or something else was decided.

    :param names: with the organization that each belongs to.
    """
    rows = Rows(now)
    rows.lock(names)
    settle(rows)


def _followed_alone(kind: str, row: Any, now: datetime) -> Effects:
    if row.conflict:  # nobody is told what may not be true: a re-read decides
        yield alert("contradiction", row, severity=Severity.CRITICAL)
    elif kind in RULES:
        yield from RULES[kind](row, now)


def _followed(found: Collection[Entry], concerned: Mapping[Any, Booking], now: datetime) -> Effects:
    of_booking: dict[Any, list[Payment]] = defaultdict(list)
    for entry in found:
        of_booking[entry.payment.reservation_id].append(entry.payment)
    for entry in found:
        booking = concerned.get(entry.payment.reservation_id)
        others = of_booking[booking.id] if booking else []
        followed = chain(
            payments.follow(entry, booking, now, others), protection.follow(entry, booking, now)
        )
        yield from still_told(followed, booking, now)
