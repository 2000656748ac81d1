"""What `payment_state` must say of a booking, from a sandbox's own objects alone."""

import json
from io import StringIO
from typing import Any

from django.core.management import call_command

from payments.models import EXTRAS

OF_A_CHARGE = ("status", "captured", "amount", "amount_captured", "failure_code")
OVER = ("won", "lost", "warning_closed", "prevented")


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
        taken_from = {each["id"] for each in charges}
        disputes, warnings, reviews = (
            [each for each in books.all(kind) if each["charge"] in taken_from]
            for kind in ("dispute", "radar.early_fraud_warning", "review")
        )
        moved = [line for each in disputes for line in each["balance_transactions"]]
        lines = [*map(_payment, intents), *(_refund(r, r["id"] in released) for r in refunds)]
        lines += [_shown(each, "amount", "currency", type="dispute") for each in moved]
        lists = {
            "charges": [_shown(each, *OF_A_CHARGE) for each in charges],
            "disputes": [_shown(each, "status", "reason", "amount") for each in disputes],
            "fraud_warnings": [_shown(each, "fraud_type", "actionable") for each in warnings],
            "reviews": [_shown(each, "open") for each in reviews],
        }
    back = [each for each in refunds if each["id"] not in released]
    succeeded = [each for each in back if each["status"] == "succeeded"]
    extra = {each["id"] for each in intents if _purpose(each) in EXTRAS}
    taken = {each["id"]: _received(each) for each in intents}
    paid, refunded = sum(taken.values()), sum(each["amount"] for each in succeeded)
    lost = sum(_kept_back(each) for each in disputes if each["status"] in OVER)
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
        "disputed": sum(_kept_back(each) for each in disputes if each["status"] not in OVER),
        "lost": lost,
        "balance": booking.total + extras - booking.paid_elsewhere - paid + refunded + lost,
        "transactions": sorted(lines, key=_id),
        **{name: sorted(rows, key=_id) for name, rows in lists.items()},
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
    own = {"purpose": _purpose(intent), "received": intent["amount_received"]}
    return _shown(intent, "amount", "status", "currency", type="payment", **own)


def _purpose(intent: dict[str, Any]) -> str:
    return str(intent["metadata"].get("type", "reservation_payment"))


def _refund(refund: dict[str, Any], release: bool) -> dict[str, Any]:
    return _shown(refund, "amount", "status", "currency", type="refund", release=release)


def _shown(thing: dict[str, Any], *names: str, **more: Any) -> dict[str, Any]:
    return {"stripe_id": thing["id"], **{name: thing[name] for name in names}, **more}


def _kept_back(dispute: dict[str, Any]) -> int:
    """Return what a bank has of a charge's money, or keeps."""
    taken = -sum(line["amount"] for line in dispute["balance_transactions"])
    return max(0, min(int(dispute["amount"]), taken))
