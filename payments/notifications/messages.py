"""
What an alert says to the people of a hotel: a title, what is the case, and what to do about it.

An alert keeps facts (ids, amounts, dates); the words are made when somebody reads them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format

from payments import hotel
from payments.models import Alert
from payments.money import show


@dataclass(frozen=True)
class Message:
    """
    One kind of alert, in plain words.

    :param says: what is the case. Names in braces are filled in by `_words`.
    :param to_do: what somebody at the hotel should do now.
    """

    title: str
    says: str
    to_do: str


MESSAGES: dict[str, Message] = {
    "unmatched_money": Message(
        title="Money without a booking",
        says="{amount} came with {object}, and nothing on it says which booking it is for.",
        to_do="Find the booking and attach the payment to it; until then no booking counts it.",
    ),
    "currency_differs": Message(
        title="Paid in another currency",
        says="{object} is for {amount}, but its booking is kept in {booking_currency}."
        " It is listed with the booking and changes none of its figures.",
        to_do="Agree with the guest: take it into account by hand, or return it.",
    ),
    "contradiction": Message(
        title="Stripe contradicts itself",
        says="Stripe told us two things about {object} that cannot both be true.",
        to_do="Look at it in the Stripe dashboard before you act on it here.",
    ),
    "hold_expires": Message(
        title="Held money is about to be let go",
        says="The {amount} held with {object} go back to the guest on {at}.",
        to_do="Take what the guest owes before then, or ask for a new hold.",
    ),
    "refund_failed": Message(
        title="A refund did not reach the guest",
        says="{amount} came back to your Stripe balance: {why}. ({object})",
        to_do="Ask the guest how else to return it; a new refund to that card will fail too.",
    ),
    "tenant_mismatch": Message(
        title="An event pointed at another organization",
        says="The event {event} ({type}) names a booking, a house or an account that another"
        " organization owns. Nothing was changed, here or there.",
        to_do="Find out who writes metadata in your Stripe account, and tell the platform.",
    ),
}

# Why a refund failed: Stripe's codes in a guest's words.
_WHY = {
    "charge_for_pending_refund_disputed": "the guest disputes the payment",
    "declined": "the guest's bank declined it",
    "expired_or_canceled_card": "the card has expired or was canceled",
    "insufficient_funds": "there was too little money on your Stripe balance",
    "lost_or_stolen_card": "the card was reported lost or stolen",
    "merchant_request": "it was stopped at your request",
}


def title(alert: Alert) -> str:
    """Return what an alert is about, in a few words."""
    known = MESSAGES.get(alert.kind)
    return known.title if known else alert.kind.replace("_", " ").capitalize()


def sentence(alert: Alert) -> str:
    """Return what is the case and what to do, in plain words. Never HTML: escape it as any text."""
    known = MESSAGES.get(alert.kind)
    if known is None:
        return f"Look at {alert.object_id} in the Stripe dashboard."
    return f"{known.says} {known.to_do}".format_map(_words(alert))


def _words(alert: Alert) -> dict[str, str]:
    """Return what a message may fill in, each as a person reads it."""
    facts: dict[str, Any] = alert.facts if isinstance(alert.facts, dict) else {}
    currency = _text(facts.get("currency"))
    amount = facts.get("amount")
    why = _text(facts.get("why"))
    return {
        "object": alert.object_id,
        "amount": show(amount, currency) if isinstance(amount, int) and currency else "an amount",
        "booking_currency": _text(facts.get("booking_currency")).upper(),
        "at": _time(alert, facts.get("at")),
        "why": _WHY.get(why, "the guest's bank gave no reason"),
        "event": _text(facts.get("event")),
        "type": _text(facts.get("type")),
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _time(alert: Alert, value: Any) -> str:
    """Return a moment as the clocks of the alert's house show it."""
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        return "a date we do not know"
    return date_format(moment.astimezone(hotel.zone(alert)), "l j F Y, H:i")
