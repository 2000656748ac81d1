"""What payments offers to any host: for its pages, and after it changed what a stay owes."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from payments import hotel, words
from payments.errors import Refused
from payments.folio import Entry, Figures, Folio
from payments.hotel import asked_once
from payments.models import Alert
from payments.money import EXPONENTS, from_decimal, to_decimal
from payments.notifications import links, messages
from payments.panels import answers, aside, bar, history, threats
from payments.panels.activity import of as activity_of
from payments.panels.amounts import amount, amounts
from payments.panels.booking import may_take, policy_in_words, send_first_pay_link, why_not
from payments.panels.paging import Filters, Page
from payments.panels.typed import AmountField
from payments.records import accounts, bookings, holds, settling
from payments.rules.payments import HOLD_NOTICE
from payments.words import Said, connect

__all__ = [
    "CURRENCIES",
    "AmountField",
    "Filters",
    "Page",
    "Refused",
    "activity_of",
    "admin_inlines",
    "alerts_of",
    "amount",
    "amounts",
    "as_typed",
    "asked_once",
    "from_typed",
    "holds_running_out",
    "may_take",
    "money_of",
    "payment_statuses",
    "policy_in_words",
    "policy_steps",
    "refresh_money",
    "send_first_pay_link",
    "status",
    "why_not",
]

CURRENCIES = frozenset(EXPONENTS)


def refresh_money(reservations: Collection[UUID]) -> None:
    """
    Compute these bookings' figures anew, because the hotel changed what they owe, or canceled one.

    What their payments mean by now, such as money for a canceled stay, is asked once the caller's
    transaction has ended: whoever settles events holds payments before it holds bookings.
    """
    with transaction.atomic():
        bookings.recompute(reservations)
        again = partial(settling.revisit_bookings, list(reservations))
        transaction.on_commit(again, robust=True)


def policy_steps(policy: Any) -> list[hotel.Step]:
    """
    Return the steps of a rate's cancellation policy.

    :raises ValueError: it is none; the text says what is wrong, as a sentence goes on.
    """
    return hotel.steps_of(policy)


def payment_statuses() -> list[tuple[str, str]]:
    """Return every `payment_status` with its plain words, to choose from."""
    return [(status, said.words) for status, said in words.BOOKING.items()]


def holds_running_out() -> QuerySet[Any, Any]:
    """Return the ids of the bookings whose hold is lost soon if nobody captures it."""
    now = timezone.now()
    charges = holds.running_out(now, now + HOLD_NOTICE).filter(payment__reservation__isnull=False)
    return charges.order_by().values("payment__reservation")


@dataclass(frozen=True)
class Notice:
    """
    An alert as people read it.

    :param text: sentences, each with whether the panel of a dispute says it too.
    """

    title: str
    text: list[tuple[str, bool]]
    urgent: bool


# Which half of an alert its dispute's panel says too; the other is what comes of it.
_IN_PANEL = {"evidence_due": 0, "evidence_missed": 0, "dispute_closed": 1}


@dataclass(frozen=True)
class NoCards:
    """
    Why no card can be taken for a house.

    :param wanted: what Stripe waits for.
    :param urgent: one could be, before.
    :param page: of the account, for whoever may see it.
    """

    why: str
    wanted: str
    urgent: bool
    page: str


@dataclass(frozen=True)
class Money:
    """A booking's money, as its page shows it."""

    currency: str
    total: int
    paid_elsewhere: int
    figures: Figures
    entries: list[Entry]
    stripe_ids: set[str]  # of all that is known of it
    bar: list[bar.Part]
    history: list[history.Line]
    alerts: list[Notice]
    threats: threats.Threats
    cards: list[aside.Card]
    links: list[aside.Link]
    no_cards: NoCards | None  # None where one can be taken, or need not be any more
    begun: bool  # something was paid, is held, or is on its way
    may_change: bool
    may_charge: bool
    may_refund: bool
    may_protect: bool

    @property
    def credit(self) -> int:
        """What the guest has paid beyond what is owed."""
        return max(0, -self.figures.balance)


def money_of(reservation: UUID, user: Any) -> Money:
    """Return the money of a booking that this person may see."""
    (folio,) = bookings.folios(hotel.bookings([reservation]).values())
    booking, now = folio.booking, timezone.now()
    where = (booking.organization_id, booking.property_id)
    may_change = hotel.may(user, hotel.Right.TAKE_PAYMENTS, *where)
    return Money(
        currency=booking.currency,
        total=booking.total,
        paid_elsewhere=booking.paid_elsewhere,
        figures=folio.figures,
        entries=folio.entries,
        stripe_ids=history.stripe_ids(folio),
        bar=list(bar.parts_of(folio)),
        history=history.lines_of(folio),
        alerts=alerts_of([reservation])[reservation],
        threats=threats.of(folio, now),
        cards=_when_asked(lambda: aside.cards_of(booking, user) if may_change else []),
        links=_when_asked(lambda: aside.links_of(booking) if may_change else []),
        no_cards=_no_cards(folio, now, user),
        begun=bool(folio.figures.paid or folio.figures.authorized or folio.under_way),
        may_change=may_change,
        may_charge=hotel.may(user, hotel.Right.CHARGE_CARD, *where),
        may_refund=hotel.may(user, hotel.Right.REFUND, *where),
        may_protect=hotel.may(user, hotel.Right.PROTECT, *where),
    )


def answer_of(money: Money, user: Any) -> answers.Answer | None:
    """Return the hotel's answer to the dispute that presses most; None where there is none."""
    known = {row.pk: row for entry in money.entries for row in entry.disputes}
    for panel in money.threats.disputes[:1]:
        return answers.of(known[panel.id], user, timezone.now(), among=money.entries)
    return None


def _when_asked(read: Callable[[], list[Any]]) -> Any:
    """Return a list that is read once a page shows it, and not before."""
    return SimpleLazyObject(read)


def _no_cards(folio: Folio, now: datetime, user: Any) -> NoCards | None:
    booking = folio.booking
    if booking.stay(now) == "departed" and folio.figures.balance <= 0:
        return None
    place = accounts.place_of(booking)
    account = accounts.taking([booking.organization_id]).get(place)
    why = connect.cannot_take_cards(account)
    if not why:
        return None
    sees = hotel.may(user, hotel.Right.SEE_ACCOUNTS, *place)
    page = links.account_page(booking.organization, booking.property if place[1] else "")
    wanted = connect.requirements(account.wanted) if account and account.is_connected else []
    return NoCards(why, ", ".join(wanted), urgent=account is not None, page=page if sees else "")


def alerts_of(reservations: Collection[UUID]) -> dict[UUID, list[Notice]]:
    """Return what staff must know about each of these bookings, newest first."""
    found: dict[Any, list[Notice]] = defaultdict(list)
    rows = Alert.objects.filter(reservation__in=reservations, closed_at=None)
    alerts = list(rows.select_related("property", "organization"))
    parts = messages.parts(alerts)
    for alert in alerts:
        urgent = alert.severity in ("critical", "security")
        in_panel = _IN_PANEL.get(alert.kind)
        text = [(said, at == in_panel) for at, said in enumerate(parts[alert.pk]) if said]
        notice = Notice(messages.title(alert), text, urgent)
        found[alert.reservation_id].append(notice)
    return found


# For the hotel's own admin -----------------------------------------------


def admin_inlines() -> list[Any]:
    """Return what shows a booking's money on the hotel's own admin page of it."""
    return [import_module("payments.admin.bookings").PaymentsInline]


def status(payment_status: str) -> Said:
    """Return a booking's `payment_status` in plain words."""
    return words.booking(payment_status)


def as_typed(value: int, currency: str) -> Decimal:
    """Return an amount in minor units as a person would type it."""
    return to_decimal(value, currency)


def from_typed(value: Decimal, currency: str) -> int:
    """
    Return what a person typed in minor units.

    :raises ValueError: it has more digits than the currency, or is beyond any column.
    """
    return from_decimal(value, currency)
