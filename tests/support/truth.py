"""What `payment_state` must say of a booking, from a sandbox's own objects alone."""

import json
from io import StringIO
from typing import Any

from django.core.management import call_command

from payments.models import EXTRAS

HELD_BACK = ("disputed", "lost")  # no bank takes anything back in these stories


def of(server: Any, account: str, booking: Any) -> dict[str, Any]:
    """Return the figures and lists of a booking's money as a sandbox has it."""
    with server.world.lock:
        books = server.world.books(account)
        intents = [
            each
            for each in books.all("payment_intent")
            if each["metadata"].get("reservationId") == str(booking.pk)
        ]
        ids = {each["id"] for each in intents}
        charges = [each for each in books.all("charge") if each["payment_intent"] in ids]
        refunds = [each for each in books.all("refund") if each["payment_intent"] in ids]
        released = {each["id"] for each in refunds if books.note(each["id"]).get("release")}
        lines = [*map(_payment, intents), *(_refund(r, r["id"] in released) for r in refunds)]
        shown = [_charge(each) for each in charges]
    back = [each for each in refunds if each["id"] not in released]
    succeeded = [each for each in back if each["status"] == "succeeded"]
    extra = {each["id"] for each in intents if each["metadata"]["type"] in EXTRAS}
    taken = {each["id"]: _received(each) for each in intents}
    paid, refunded = sum(taken.values()), sum(each["amount"] for each in succeeded)
    extras = sum(taken[id] for id in extra) - sum(
        each["amount"] for each in succeeded if each["payment_intent"] in extra
    )
    return {
        "authorized": sum(
            each["amount_capturable"] for each in intents if each["status"] == "requires_capture"
        ),
        "paid": paid,
        "extras": extras,
        "refunded": refunded,
        "refund_pending": sum(
            each["amount"] for each in back if each["status"] in ("pending", "requires_action")
        ),
        "balance": booking.total + extras - booking.paid_elsewhere - paid + refunded,
        "transactions": sorted(lines, key=_id),
        "charges": sorted(shown, key=_id),
        **dict.fromkeys(HELD_BACK, 0),
    }


def said(booking: Any) -> dict[str, Any]:
    """Return what `payment_state` says of a booking."""
    out = StringIO()
    call_command("payment_state", booking.code, "--json", stdout=out)
    state: dict[str, Any] = json.loads(out.getvalue())
    return state


def check(server: Any, account: str, booking: Any) -> None:
    """Fail the test where `payment_state` says anything else than the sandbox has."""
    booking.refresh_from_db()
    wanted, state = of(server, account, booking), said(booking)
    assert {name: state[name] for name in wanted} == wanted


def _id(line: dict[str, Any]) -> str:
    return str(line["stripe_id"])


def _received(intent: dict[str, Any]) -> int:
    return 0 if intent["status"] == "canceled" else int(intent["amount_received"])


def _payment(intent: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "payment",
        "stripe_id": intent["id"],
        "purpose": intent["metadata"]["type"],
        "amount": intent["amount"],
        "received": intent["amount_received"],
        "status": intent["status"],
        "currency": intent["currency"],
    }


def _refund(refund: dict[str, Any], release: bool) -> dict[str, Any]:
    names = ("amount", "status", "currency")
    shown = {name: refund[name] for name in names}
    return {"type": "refund", "stripe_id": refund["id"], "release": release, **shown}


def _charge(charge: dict[str, Any]) -> dict[str, Any]:
    names = ("status", "captured", "amount", "amount_captured", "failure_code")
    return {"stripe_id": charge["id"], **{name: charge[name] for name in names}}
