"""What an event changed: which records, and of each what it was and what it became."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.formats import date_format

from payments import hotel
from payments.models import KINDS, WebhookEvent
from payments.panels.amounts import amount
from payments.words import spelled

NOTHING = "–"
_AMOUNTS = {
    "amount", "amount_received", "amount_capturable", "amount_remaining", "amount_captured",
    "amount_refunded", "fee", "net",
}  # fmt: skip
_UNTOLD = {"seen"}  # that a record was seen at all shows by its being there


@dataclass(frozen=True)
class Change:
    """One field of a record: what it was, and what it became."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Changed:
    """One record that an event changed."""

    id: str
    kind: str
    stripe_id: str
    fields: list[Change]


def told(event: WebhookEvent) -> list[dict[str, Any]]:
    """Return the changes that an event noted, as they are kept."""
    return [each for each in event.changes or [] if isinstance(each, dict)]


def of(event: WebhookEvent, currencies: Mapping[str, str]) -> list[Changed]:
    """
    Return what an event changed, in words.

    :param currencies: those of the records, by their ids, where the event does not say them.
    """
    return [_changed(each, event, currencies) for each in told(event)]


def _changed(told: dict[str, Any], event: WebhookEvent, currencies: Mapping[str, str]) -> Changed:
    fields = told.get("fields")
    fields = fields if isinstance(fields, dict) else {}
    kind, id = str(told.get("kind")), str(told.get("id"))
    currency = str(_after(fields.get("currency")) or currencies.get(id, ""))
    return Changed(
        id=id,
        kind=spelled(kind),
        stripe_id=str(told.get("stripe_id")),
        fields=[
            Change(
                _label(kind, name),
                _value(name, pair[0], currency, event),
                _value(name, pair[1], currency, event),
            )
            for name, pair in fields.items()
            if name not in _UNTOLD and isinstance(pair, list) and len(pair) == 2
        ],
    )


def _after(pair: Any) -> Any:
    return pair[1] if isinstance(pair, list) and len(pair) == 2 else None


def _label(kind: str, name: str) -> str:
    try:
        field = KINDS[kind]._meta.get_field(name)
    except (KeyError, FieldDoesNotExist):
        return name.replace("_", " ").capitalize()
    return str(field.verbose_name).capitalize()


def _value(name: str, value: Any, currency: str, event: WebhookEvent) -> str:
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name in _AMOUNTS and isinstance(value, int):
        return amount(value, currency) if currency else str(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name.endswith(("_at", "_before")) and isinstance(value, str):
        return _moment(value, event)
    return str(value)


def _moment(value: str, event: WebhookEvent) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if moment.tzinfo is None or not event.organization:
        return value
    return date_format(moment.astimezone(hotel.zone(event)), "j M Y, H:i T")
