"""What a message may speak of: an alert or a mail that is owed, each fact as a person reads it."""

import unicodedata
from collections.abc import Collection
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.formats import date_format

from payments import hotel, words
from payments.models import Alert, Charge, Notification, PaymentMethod, PaymentTransaction
from payments.money import show
from payments.notifications import addresses
from payments.words import customers

_UNKNOWN = "a date we do not know"


class Known:
    """What many messages name, read for all of them at once, when one first speaks of it."""

    def __init__(self, rows: Collection[Alert]) -> None:
        self._rows = rows

    @cached_property
    def stays(self) -> dict[UUID, hotel.Stay]:
        """Their bookings."""
        return hotel.stays_by_id({row.reservation_id for row in self._rows if row.reservation_id})

    @cached_property
    def people(self) -> dict[str, str]:
        """The colleagues that they name, by their key as text."""
        facts = [row.facts for row in self._rows if isinstance(row.facts, dict)]
        users = {each["user"] for each in facts if isinstance(each.get("user"), int | str)}
        return hotel.addresses_of(users)

    @cached_property
    def cards(self) -> dict[tuple[str, bool, str], PaymentMethod]:
        """The cards on file that they are about, with whose they are."""
        about = {_key(row) for row in self._rows if row.kind == _OF_A_CARD}
        if not about:
            return {}
        found = PaymentMethod.objects.filter(stripe_id__in={id for *_, id in about})
        rows = {
            (row.account, row.livemode, row.stripe_id): row
            for row in found.select_related("customer")
        }
        return {key: row for key, row in rows.items() if key in about}


_OF_A_CARD = "card_expires"


def _key(row: Alert | Notification) -> tuple[str, bool, str]:
    return (row.account, row.livemode, row.object_id)


class Case:
    """One alert or mail, with the booking and the house it is about."""

    def __init__(self, row: Alert | Notification, known: Known | None = None) -> None:
        self.row = row
        self._known = known
        self.object = row.object_id
        self.account = row.account
        self._facts: dict[str, Any] = row.facts if isinstance(row.facts, dict) else {}

    @cached_property
    def stay(self) -> hotel.Stay | None:
        """The booking, where it is about one."""
        if not self.row.reservation_id:
            return None
        if self._known is not None:
            return self._known.stays.get(self.row.reservation_id)
        return hotel.stay(self.row.reservation_id)

    @cached_property
    def house(self) -> str:
        """The name of the house, or of the organization where it is of no house."""
        return one_line(self.stay.house if self.stay else hotel.place(self.row))

    @cached_property
    def desk(self) -> str:
        """The address where the house reads what guests answer; empty where nobody said one."""
        return addresses.usable(self.stay.desk) if self.stay else ""

    @property
    def guest(self) -> str:
        """The guest's name; “the guest” where nobody knows it."""
        return one_line(self.stay.guest if self.stay else "") or "the guest"

    @property
    def code(self) -> str:
        """The booking's code; empty where it is about none."""
        return one_line(self.stay.code) if self.stay else ""

    @property
    def colleague(self) -> str:
        """Who of the hotel a fact names, by the address they have now; all where it names none."""
        user = self._facts.get("user")
        if user is None:
            return "owners, managers and finance"
        people = self._known.people if self._known is not None else hotel.addresses_of([user])
        return one_line(people.get(str(user), "")) or "somebody who has left"

    @property
    def card(self) -> str:
        """Which card on file it is about, and whose: Visa ·· 4242 of Søren Østergaard."""
        card = self._known.cards.get(_key(self.row)) if self._known is not None else None
        if card is None:
            return self.object
        named, customer = one_line(customers.named(card)), card.customer
        return f"{named} of {one_line(customer.name)}" if customer and customer.name else named

    @property
    def of_booking(self) -> str:
        """Which booking, to follow other words."""
        return f" for {self.code}" if self.stay else ""

    @property
    def by_code(self) -> str:
        """Which booking, at the end of other words."""
        return f" ({self.code})" if self.stay else ""

    @property
    def nights(self) -> str:
        """When the guest stays: 5 to 9 December 2026."""
        return _days(self.stay.arrival, self.stay.departure) if self.stay else ""

    @cached_property
    def paid_with(self) -> str:
        """How a payment was paid, or last tried to be: Visa ·· 4242. Empty where nobody knows."""
        named = PaymentTransaction.objects.filter(
            stripe_id=self.object, account=self.account, livemode=self.row.livemode
        ).first()
        if named is None:
            return ""
        charges = Charge.objects.filter(payment=named.payment_id or named.pk, seen=True)
        latest = charges.order_by("-occurred_at", "-stripe_id").first()
        return one_line(words.method("", latest)) if latest else ""

    def fact(self, name: str) -> Any:
        """Return a fact as it was noted; None where it was not."""
        return self._facts.get(name)

    def text(self, name: str) -> str:
        """Return a text; empty where there is none."""
        value = self._facts.get(name)
        return one_line(value) if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; empty where there is none."""
        value = self._facts.get(name)
        return [one_line(each) for each in value or [] if isinstance(each, str)]

    def number(self, name: str = "amount") -> int | None:
        """Return an amount in minor units; None where there is none."""
        value = self._facts.get(name)
        return value if isinstance(value, int) else None

    def amount(self, name: str = "amount") -> str:
        """Return an amount as its currency writes it."""
        return self.money(self.number(name))

    def money(self, value: int | None) -> str:
        """Return a sum of minor units in the currency of this case."""
        currency = self.text("currency")
        return show(value, currency) if value is not None and currency else "an amount"

    def moment(self, name: str = "at") -> str:
        """Return a moment as the clocks of the house show it: Friday 3 July 2026, 23:30."""
        found = self._local(name)
        return date_format(found, "l j F Y, H:i") if found else _UNKNOWN

    def day(self, name: str = "at") -> str:
        """Return the day of a moment, as the calendars of the house have it: 3 July 2026."""
        found = self._local(name)
        return date_format(found, "j F Y") if found else _UNKNOWN

    def has(self, name: str) -> bool:
        """Whether there is a fact of this name, and something in it."""
        return bool(self._facts.get(name))

    @property
    def clock(self) -> str:
        """Whose clocks a moment is told by: Lisbon time."""
        zone = hotel.zone(self.row).key
        return (
            "UTC" if "/" not in zone else zone.rpartition("/")[2].replace("_", " ") + "\u00a0time"
        )

    def _local(self, name: str) -> datetime | None:
        try:
            return datetime.fromisoformat(self.text(name)).astimezone(hotel.zone(self.row))
        except (ValueError, OverflowError):
            return None


def one_line(text: str) -> str:
    """Return a text without line breaks, control characters and turned directions of writing."""
    kept = (" " if _breaks(each) else each for each in text if each not in _TURNS)
    return " ".join("".join(kept).split())


_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _breaks(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def _days(first: date, last: date) -> str:
    if first == last:
        return date_format(first, "j F Y")
    begin = "j" if (first.year, first.month) == (last.year, last.month) else "j F"
    begin = begin if first.year == last.year else "j F Y"
    return f"{date_format(first, begin)} to {date_format(last, 'j F Y')}"


def listed(parts: list[str]) -> str:
    """Return several things in a row: this, that and that."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
