"""Hotels' accounts: what they may do, who stands behind them, where their money goes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from payments.reading import LATEST_SECOND, Reader
from payments.snapshots.base import MOST_TEXTS, StripeEvent, texts


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """A connected account."""

    kind: ClassVar[str] = "account"
    whole: ClassVar[bool] = True
    stripe_id: str
    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool | None
    were_charges_enabled: bool | None
    were_payouts_enabled: bool | None
    currently_due: list[str]
    past_due: list[str]
    eventually_due: list[str]
    pending_verification: list[str]
    errors: list[dict[str, str]]
    disabled_reason: str
    current_deadline: datetime | None
    business_name: str
    country: str
    default_currency: str
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class Connection:
    """That an account was connected to us, or closed its connection, and when."""

    kind: ClassVar[str] = "account"
    whole: ClassVar[bool] = False
    stripe_id: str
    authorized_at: datetime | None = None
    deauthorized_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExternalAccountSnapshot:
    """A bank account or card that payouts go to: what names it, not what it is."""

    kind: ClassVar[str] = "external_account"
    whole: ClassVar[bool] = True
    stripe_id: str
    type: str
    bank_name: str
    last4: str
    country: str
    currency: str
    status: str
    default_for_currency: bool | None
    deleted: bool | None


@dataclass(frozen=True, slots=True)
class PersonSnapshot:
    """Somebody on an account: in what part, and what Stripe still wants of them. No more."""

    kind: ClassVar[str] = "person"
    whole: ClassVar[bool] = True
    stripe_id: str
    owner: bool | None
    director: bool | None
    executive: bool | None
    representative: bool | None
    verification_status: str
    currently_due: list[str]
    past_due: list[str]
    deleted: bool | None
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class CapabilitySnapshot:
    """Something an account may do, such as `card_payments`; its id is unique in its account."""

    kind: ClassVar[str] = "capability"
    whole: ClassVar[bool] = True
    stripe_id: str
    status: str
    requested: bool | None
    requested_at: datetime | None
    was_active: bool | None
    currently_due: list[str]
    disabled_reason: str


def account(event: StripeEvent) -> AccountSnapshot:
    """
    Return what an account shows. It is filed under the event's account, which Stripe proves.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("account", event.object)
    requirements, before_2019 = read.at("requirements"), read.at("verification")
    charges = read.flag("charges_enabled")
    payouts = read.flag("payouts_enabled" if "payouts_enabled" in read else "transfers_enabled")
    return AccountSnapshot(
        stripe_id=event.account or read.own_id(),
        charges_enabled=charges is True,
        payouts_enabled=payouts is True,
        details_submitted=read.flag("details_submitted"),
        were_charges_enabled=charges or None,
        were_payouts_enabled=payouts or None,
        currently_due=texts(
            requirements.each("currently_due") or before_2019.each("fields_needed")
        ),
        past_due=texts(requirements.each("past_due")),
        eventually_due=texts(requirements.each("eventually_due")),
        pending_verification=texts(requirements.each("pending_verification")),
        errors=_errors(requirements),
        disabled_reason=(
            requirements.text("disabled_reason", 100) or before_2019.text("disabled_reason", 100)
        ),
        current_deadline=requirements.time("current_deadline") or before_2019.time("due_by"),
        business_name=read.at("business_profile").text("name", 200),
        country=read.text("country", 2),
        default_currency=read.text("default_currency", 3),
        occurred_at=read.time("created"),
    )


def _errors(requirements: Reader) -> list[dict[str, str]]:
    """Return what Stripe was sent and refused, and why."""
    refused = map(Reader, requirements.each("errors")[:MOST_TEXTS])
    return [
        {name: each.text(name, 500) for name in ("requirement", "code", "reason")}
        for each in refused
        if each.text("requirement", 500)
    ]


def connection(event: StripeEvent, *, opened: bool) -> Connection:
    """Return that the event's account opened or closed its connection, and when."""
    at = datetime.fromtimestamp(min(max(event.created, 0), LATEST_SECOND), UTC)
    if opened:
        return Connection(event.account, authorized_at=at)
    return Connection(event.account, deauthorized_at=at)


def external_account(given: dict[str, Any], *, deleted: bool) -> ExternalAccountSnapshot:
    """
    Return what names a bank account or card that payouts go to.

    :raises Malformed: a value makes no sense.
    """
    read = Reader(given)
    return ExternalAccountSnapshot(
        stripe_id=read.own_id(),
        type=read.text("object", 50),
        bank_name=read.text("bank_name", 200) or read.text("brand", 200),
        last4=read.text("last4", 4),
        country=read.text("country", 2),
        currency=read.currency(),
        status=read.text("status", 50),
        default_for_currency=read.flag("default_for_currency"),
        deleted=deleted or None,
    )


def person(given: dict[str, Any], *, deleted: bool) -> PersonSnapshot:
    """
    Return what part somebody has in an account; no name, no birth date, no address.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("person", given)
    part, requirements = read.at("relationship"), read.at("requirements")
    return PersonSnapshot(
        stripe_id=read.own_id(),
        owner=part.flag("owner"),
        director=part.flag("director"),
        executive=part.flag("executive"),
        representative=part.flag("representative"),
        verification_status=read.at("verification").text("status", 50),
        currently_due=texts(requirements.each("currently_due")),
        past_due=texts(requirements.each("past_due")),
        deleted=deleted or None,
        occurred_at=read.time("created"),
    )


_KEPT_OF_A_PERSON = ("id", "object", "account", "created", "relationship", "requirements")
_PERSONS_OF_AN_ACCOUNT = ("individual", "legal_entity")  # whose account it is: now, before 2019


def without_person(given: dict[str, Any]) -> dict[str, Any]:
    """Return an object without who somebody is: of a person, only their part in the account."""
    if given.get("object") == "account":
        return {name: given[name] for name in given if name not in _PERSONS_OF_AN_ACCOUNT}
    if given.get("object") != "person":
        return given
    kept = {name: given[name] for name in _KEPT_OF_A_PERSON if name in given}
    return kept | {"verification": {"status": Reader(given).at("verification").text("status", 50)}}


def capability(given: dict[str, Any]) -> CapabilitySnapshot:
    """
    Return what a capability shows.

    :raises Malformed: a value makes no sense.
    """
    read = Reader.of("capability", given)
    status = read.text("status", 50)
    return CapabilitySnapshot(
        stripe_id=read.own_id(),
        status=status,
        requested=read.flag("requested"),
        requested_at=read.time("requested_at"),
        was_active=status == "active" or None,
        currently_due=texts(read.at("requirements").each("currently_due")),
        disabled_reason=read.at("requirements").text("disabled_reason", 100),
    )
