"""
Whose event it is, and which booking a payment is for.

The tenant follows from (scope, account, mode) alone. What metadata says is a hint, written by
whoever owns the connected account: it must agree, or the event is set aside.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from payments import hotel
from payments.errors import (
    LivemodeMismatch,
    NoEffect,
    TenantMismatch,
    TestEvent,
    UnknownAccount,
)
from payments.folio import waiting
from payments.hotel import Booking
from payments.models import (
    OF_A_PAYMENT,
    ConnectedAccount,
    Customer,
    Payment,
    PaymentTransaction,
    Scope,
)
from payments.reading import Reader, identifier, strings
from payments.records.loading import Rows
from payments.snapshots import StripeEvent

BoundBy = PaymentTransaction.BoundBy

_HINTED = ("payment", "setup_intent", "invoice")  # what carries our metadata

# Events that Stripe raises on the platform's account about a hotel's one.
SPEAKS_OF_ACCOUNT = "application_fee."


@dataclass(frozen=True)
class Owner:
    """Whose event it is."""

    organization_id: UUID
    property_id: UUID | None
    account: str  # under which its objects are filed; empty for the platform's own


class Tenants:
    """The connected accounts and platform customers that a batch of events names."""

    def __init__(self, accounts: Iterable[str], events: Iterable[StripeEvent]) -> None:
        accounts = {account for account in accounts if account}
        customers = set()
        for event in events:
            if event.scope == Scope.PLATFORM:
                accounts.update(_destinations(event))
                customers.add(_customer(event))
        self._accounts: dict[str, list[ConnectedAccount]] = defaultdict(list)
        if accounts:
            for account in ConnectedAccount.objects.filter(stripe_id__in=accounts):
                self._accounts[account.stripe_id].append(account)
        self._customers = {}
        if customers - {""}:
            rows = Customer.objects.filter(account="", stripe_id__in=customers)
            self._customers = {(row.stripe_id, row.livemode): row.organization_id for row in rows}

    def known(self, account: str) -> UUID | None:
        """Return the organization that an account belongs to, in whichever mode."""
        rows = self._accounts.get(account)
        return rows[0].organization_id if rows else None

    def account(self, event: StripeEvent) -> ConnectedAccount | None:
        """
        Return the account that an event is of; None for the platform's own.

        :raises UnknownAccount: it is nobody's, or of the other endpoint.
        :raises LivemodeMismatch: live, of an account connected in test mode only.
        :raises TestEvent: a test event of an account that is connected live.
        """
        if event.scope == Scope.PLATFORM:
            if not event.account:
                return None
            if not event.type.startswith(SPEAKS_OF_ACCOUNT):
                raise UnknownAccount("A platform event with an account: are the secrets swapped?")
        modes = {row.livemode: row for row in self._accounts.get(event.account, [])}
        if not modes:
            raise UnknownAccount(f"{event.account or 'No account'} is nobody's here.")
        if event.livemode not in modes:
            raise LivemodeMismatch if event.livemode else TestEvent
        if not event.livemode and True in modes:
            raise TestEvent
        return modes[event.livemode]

    def owner(self, event: StripeEvent, account: ConnectedAccount | None) -> Owner:
        """
        Return whose event it is.

        :raises NoEffect: the platform's own, and it names no organization of ours.
        """
        if account is not None:
            filed = account.stripe_id if event.scope == Scope.CONNECT else ""
            return Owner(account.organization_id, account.property_id, filed)
        customer = (_customer(event), event.livemode)
        if customer in self._customers:
            return Owner(self._customers[customer], None, "")
        for named in _destinations(event):
            for row in self._accounts.get(named, []):
                return Owner(row.organization_id, None, "")
        raise NoEffect


def _customer(event: StripeEvent) -> str:
    """Return the customer that a platform object is about, or is itself."""
    read = Reader(event.object)
    return read.ref("customer") or read.ref("id")


def _destinations(event: StripeEvent) -> list[str]:
    """Return the accounts that a platform object says its money is for."""
    read = Reader(event.object)
    named = [
        read.at("transfer_data").ref("destination"),
        read.ref("on_behalf_of"),
        read.ref("destination"),
    ]
    if event.type.startswith(SPEAKS_OF_ACCOUNT):
        named.append(read.ref("account"))
    return [name for name in named if name]


class Hints:
    """Every text in a batch of events that names something some organization owns."""

    def __init__(self, events: Iterable[StripeEvent]) -> None:
        self._named: dict[int, set[tuple[str, str]]] = {}
        texts: dict[str, set[str]] = defaultdict(set)
        for event in events:
            found = self._named[id(event)] = set()
            for key, text in strings(event.object):
                for kind in _kinds(key, text):
                    found.add((kind, text))
                    texts[kind].add(text)
        self._owners = {kind: _HINTS[kind](values) for kind, values in texts.items()}

    def check(self, event: StripeEvent, owner: Owner) -> None:
        """
        Make sure that everything an event names is its organization's own, or nobody's.

        :raises TenantMismatch: it names something of another one.
        """
        for kind, text in self._named[id(event)]:
            owners = self._owners[kind].get(text)
            if owners and owners != owner.organization_id:
                raise TenantMismatch(f"{kind} belongs to another organization.")


def _kinds(key: str, text: str) -> Iterator[str]:
    """Yield what a text may name: by the key it stands under, and by looking like an account."""
    if key in _HINTS and identifier(text):
        yield key
    if text.startswith("acct_") and identifier(text):
        yield "account"


def _reservations(texts: set[str]) -> dict[str, UUID]:
    return _by_uuid(texts, hotel.organization_of_reservations)


def _properties(texts: set[str]) -> dict[str, UUID]:
    return _by_uuid(texts, hotel.organization_of_properties)


def _transactions(texts: set[str]) -> dict[str, UUID]:
    def owners(ids: Any) -> dict[UUID, UUID]:
        rows = PaymentTransaction.objects.filter(pk__in=ids).order_by()
        return dict(rows.values_list("pk", "organization_id"))

    return _by_uuid(texts, owners)


def _accounts(texts: set[str]) -> dict[str, UUID]:
    rows = ConnectedAccount.objects.filter(stripe_id__in=texts).order_by()
    return dict(rows.values_list("stripe_id", "organization_id"))


def _by_uuid(texts: set[str], owners: Any) -> dict[str, UUID]:
    ids = {text: found for text in texts if (found := hotel.as_uuid(text))}
    if not ids:
        return {}
    found = owners(set(ids.values()))
    return {text: found[id] for text, id in ids.items() if id in found}


_HINTS = {
    "reservationId": _reservations,
    "orgId": hotel.organizations_named,
    "propertyId": _properties,
    "transactionId": _transactions,
    "account": _accounts,
}


def bind(rows: Rows) -> dict[UUID, Booking]:
    """
    Say of every record that can name a booking which one it is about.

    Of a payment our own request or staff's choice stands; else its merged metadata names the
    booking. What no hint places is unmatched money. Returns the bookings whose money this touches,
    those that lost a payment too, locked until the transaction ends.
    """
    payments = rows.of("payment")
    hinted = [row for kind in _HINTED for row in rows.of(kind) if _follows_its_hint(row)]
    hints = {row.pk: hint for row in hinted if (hint := _hint(row))}
    known = {row.pk: row.reservation_id for row in hinted if _is_where_it_says(row)}
    named = hotel.named({hint for pk, hint in hints.items() if pk not in known})
    found = known | {pk: named[hint] for pk, hint in hints.items() if hint in named}
    touched = {payment.reservation_id for payment in payments if payment.reservation_id}
    touched |= {found[payment.pk] for payment in payments if payment.pk in found}
    bookings = hotel.bookings(touched, lock=True)
    for row in hinted:
        _bind_by_metadata(rows, row, found.get(row.pk))
    return bookings


def bind_families(rows: Rows, bookings: dict[UUID, Booking]) -> None:
    """
    Let what belongs to a payment follow it, and say of every record which house it is of.

    :param bookings: whose money this touches.
    """
    payment_of = {payment.pk: payment for payment in rows.of("payment")}
    for row in (row for kind in OF_A_PAYMENT for row in rows.of(kind)):
        if payment := payment_of.get(row.payment_id):
            rows.put(row, reservation_id=payment.reservation_id)
    named = {id for row in rows.held() if (id := getattr(row, "reservation_id", None))}
    _house(rows, bookings | hotel.bookings(named - bookings.keys()))


def _hint(row: Any) -> tuple[UUID, str] | None:
    """Return what a hotel's record says it is for; the platform's are never bound by metadata."""
    text = (row.metadata or {}).get("reservationId")
    return (row.organization_id, text) if text and row.account else None


def _is_where_it_says(row: Any) -> bool:
    """Say whether a record is of the booking already that its metadata names by its id."""
    hint = _hint(row)
    return bool(row.reservation_id and hint and hotel.as_uuid(hint[1]) == row.reservation_id)


def _follows_its_hint(row: Any) -> bool:
    """Say whether what metadata says decides, and neither our own request nor staff's choice."""
    return getattr(row, "bound_by", "") in ("", BoundBy.METADATA)


def _bind_by_metadata(rows: Rows, row: Any, found: UUID | None) -> None:
    if not hasattr(row, "bound_by"):
        rows.put(row, reservation_id=found)
    else:
        rows.put(row, reservation_id=found, bound_by=BoundBy.METADATA if found else "")


def _house(rows: Rows, bookings: dict[UUID, Booking]) -> None:
    """File each record under a house: its booking's, else its account's where that is of one."""
    waiting = []
    for row in rows.held():
        booking = bookings.get(getattr(row, "reservation_id", None))  # type: ignore[arg-type]
        if booking:
            rows.put(row, property_id=booking.property_id)
        elif not isinstance(row, ConnectedAccount):
            waiting.append(row)
    loose = {row.account for row in waiting if row.account}
    homes: dict[str, UUID | None] = {}
    if loose:
        accounts = ConnectedAccount.objects.filter(stripe_id__in=loose).order_by("livemode")
        homes = dict(accounts.values_list("stripe_id", "property_id"))
    for row in waiting:
        rows.put(row, property_id=homes.get(row.account))


def find_waiting_money(rows: Rows) -> None:
    """
    Tell each customer what of their bank transfers waits at Stripe, and for which booking.

    That is the booking of the latest payment that money was moved to or from; else of the latest
    payment of theirs that has one.
    """
    rows.load_paying_customers()
    moved: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows.of("cash_balance_transaction"):
        if row.customer_id:
            moved[row.customer_id].append(row)
    meant: dict[UUID, UUID | None] = {}
    for customer in rows.of("customer"):
        customer.waits = waiting(moved.get(customer.pk, ()))
        if customer.waits:
            bound = [row for row in moved[customer.pk] if row.reservation_id]
            latest = max(bound or _payments_of(customer, rows), key=_newest, default=None)
            meant[customer.pk] = latest.reservation_id if latest else None
    found = hotel.bookings({id for id in meant.values() if id})
    for customer in rows.of("customer"):
        customer.meant = found.get(meant.get(customer.pk))  # type: ignore[arg-type]


def _payments_of(customer: Customer, rows: Rows) -> list[Any]:
    """Return the payments of a customer that have a booking, as they are about to be written."""
    own = {
        "stripe_customer_id": customer.stripe_id,
        "account": customer.account,
        "livemode": customer.livemode,
    }
    here = rows.of("payment")
    others = Payment.objects.filter(**own).exclude(pk__in=[row.pk for row in here])
    mine = (row for row in here if all(getattr(row, name) == own[name] for name in own))
    return [row for row in (*mine, *others.order_by()) if row.reservation_id]


def _newest(row: Any) -> tuple[bool, Any, str]:
    return (row.occurred_at is not None, row.occurred_at, row.stripe_id)


def take_off_file(rows: Rows) -> None:
    """Take the cards of a deleted customer off file: with the customer, Stripe let them go."""
    for method in rows.of("payment_method"):
        owner = ("customer", method.account, method.livemode, method.stripe_customer_id)
        if (customer := rows.get(owner)) and customer.deleted:
            rows.put(method, detached=True)


def find_holds(rows: Rows) -> None:
    """
    Tell each card that the network replaced which booking's hold it stands for, if any.

    A hold that was made after that stands on the new card.
    """
    payments = {payment.pk: payment for payment in rows.of("payment")}
    held = [p for p in payments.values() if p.capture_method == "manual"]
    rows.load_replaced({hold.stripe_payment_method_id for hold in held} - {""})
    replaced = {
        (method.account, method.livemode, method.stripe_id): method
        for method in rows.of("payment_method")
        if method.network_updated_at
    }
    if not replaced:
        return
    others = Payment.objects.filter(
        stripe_payment_method_id__in={id for _, _, id in replaced}, status="requires_capture"
    ).exclude(pk__in=payments)
    for hold in sorted([*payments.values(), *others], key=lambda hold: hold.stripe_id):
        method = replaced.get((hold.account, hold.livemode, hold.stripe_payment_method_id))
        if method is None or hold.status != "requires_capture" or not hold.reservation_id:
            continue
        if hold.occurred_at is None or hold.occurred_at <= method.network_updated_at:
            method.backs = hold
