"""What every snapshot has, and the event around it."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from payments.reading import Reader, identifier

MOST_TEXTS = 100  # of a list; nobody reads more
OUR_ID = "transactionId"
_OLD_BRANDS = {  # a legacy card's → today's
    "american express": "amex",
    "cartes bancaires": "cartes_bancaires",
    "diners club": "diners",
    "eftpos australia": "eftpos_au",
}
HINTS = ("reservationId", "orgId", "propertyId", OUR_ID, "type")


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """One event, proven to be Stripe's: its envelope, and the object it is about."""

    id: str
    type: str
    account: str
    livemode: bool
    scope: str
    created: int
    object: dict[str, Any] = field(repr=False)


class Snapshot(Protocol):
    """
    Something that an event showed: which kind of object, and which one.

    `whole` says that it shows the object as it stood, with all fields that go both ways.
    """

    @property
    def kind(self) -> str: ...

    @property
    def stripe_id(self) -> str: ...

    @property
    def whole(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Stub:
    """An object that another one named: that it is there, and perhaps what it belongs to."""

    whole: ClassVar[bool] = False
    kind: str
    stripe_id: str
    stripe_payment_intent_id: str = ""
    expired: bool | None = None
    our_id: str = ""


def our_id(seen: Any) -> str:
    """Return the id of our own row that an object was made for; empty where it names none."""
    found = getattr(seen, "our_id", "") or (getattr(seen, "metadata", None) or {}).get(OUR_ID)
    return found or ""


def about(charge: str = "", payment_intent: str = "", our_id: str = "") -> list[Snapshot]:
    """
    Return the charge and the payment that something is about, as far as it names them.

    :param our_id: our own row of the payment, where that is told too.
    """
    found: list[Snapshot] = []
    if charge:
        found.append(Stub("charge", charge, payment_intent))
    if payment_intent:
        found.append(Stub("payment", payment_intent, our_id=our_id))
    return found


def hints(given: dict[str, Any]) -> dict[str, str]:
    """Return what an object's metadata says of the booking; a hint that is no text is none."""
    read = Reader(given).at("metadata")
    found = {name: read.text(name, 255) for name in HINTS}
    return {name: value for name, value in found.items() if value}


def error_code(error: Reader) -> str:
    """Return the most telling code of an error; empty where there is no error."""
    codes = (error.text(name, 100) for name in ("decline_code", "code", "type"))
    return next(filter(None, codes), "unknown" if error.given else "")


def brand(card: Reader) -> str:
    """Return a card's brand as Stripe calls it today; a legacy card has the name to be read."""
    name = card.text("brand", 50).lower()
    return _OLD_BRANDS.get(name, name)


def texts(values: list[Any], length: int = 200, most: int = MOST_TEXTS) -> list[str]:
    """Return the texts of a list, cut to what anybody reads."""
    return [Reader({"": value}).text("", length) for value in values if isinstance(value, str)][
        :most
    ]


def ids(values: list[Any]) -> list[str]:
    """Return the ids in a list of objects or of ids."""
    found = (identifier(v.get("id") if isinstance(v, dict) else v) for v in values)
    return [id for id in found if id]
