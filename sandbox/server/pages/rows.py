"""What an account has, as rows of the control page: each object with what may befall it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.engine import Books
from sandbox.engine.protection import OPEN
from sandbox.objects.methods import Object
from sandbox.server import pages

SHOWN = 40  # rows of a kind; the others are found by what is in them

TONES = {
    "good": "succeeded won available enabled delivered approved",
    "wait": "processing waits_for_a_bank_transfer requires_action requires_confirmation pending "
    "waiting needs_response under_review warning_needs_response warning_under_review "
    "appeal_needs_response appeal_under_review",
    "bad": "failed lost declined refused given_up actionable dropped",
    "held": "requires_capture open",
}
TONE_OF = {status: tone for tone, statuses in TONES.items() for status in statuses.split()}
WORDS = {
    "requires_capture": "on hold",
    "requires_payment_method": "not paid yet",
    "requires_confirmation": "not confirmed yet",
    "requires_action": "the guest is asked",
    "warning_needs_response": "needs response",
    "warning_under_review": "under review",
    "warning_closed": "closed",
}


@dataclass
class Act:
    """
    A button.

    :param do: the control that it asks for, and `give` what the control takes.
    :param amount: what stands in a field for an amount beside it, and in which currency.
    """

    do: str
    words: str
    give: dict[str, str]
    amount: tuple[str, str] | None = None

    @property
    def id(self) -> str:
        """What tells this button from every other."""
        return "-".join([self.do.replace("/", "-"), *self.give.values()])


@dataclass
class Row:
    """An object as the page shows it."""

    id: str
    title: str
    status: str = ""
    tone: str = ""
    facts: list[str] = field(default_factory=list)
    when: datetime | None = None
    acts: list[Act] = field(default_factory=list)
    rows: list["Row"] = field(default_factory=list)


def row_of(thing: Object, title: str, status: str = "", *facts: Any, acts: Iterable[Act]) -> Row:
    """Return a row for one of Stripe's objects."""
    return Row(
        id=thing["id"],
        title=title,
        status=WORDS.get(status, status.replace("_", " ")),
        tone=TONE_OF.get(status, ""),
        facts=[str(each) for each in facts if each],
        when=moment(thing["created"]) if "created" in thing else None,
        acts=list(acts),
    )


def moment(seconds: int) -> datetime:
    """Return a moment as a page shows it."""
    return datetime.fromtimestamp(seconds, UTC)


def money(thing: Object, name: str = "amount") -> str:
    """Return an object's amount in words."""
    return pages.money(thing[name], thing["currency"])


class Shown:
    """One account's objects as rows: payments with all that hangs on them, guests, events."""

    def __init__(self, books: Books, find: str) -> None:
        self.books = books
        self.find = find.casefold()
        self._hanging = self._all_that_hangs()

    def _all_that_hangs(self) -> dict[str, list[Row]]:
        """Return refunds, disputes, warnings and reviews by the charge that they are of."""
        found: dict[str, list[Row]] = {}
        for kind, row in (
            ("review", review_row),
            ("radar.early_fraud_warning", warning_row),
            ("dispute", dispute_row),
            ("refund", refund_row),
        ):
            for thing in self.books.all(kind):
                found.setdefault(thing["charge"] or thing["id"], []).append(row(thing))
        return found

    def payments(self) -> tuple[list[Row], int]:
        """Return the newest payments, and how many more there are."""
        alone = [each for each in self.books.all("charge") if not each["payment_intent"]]
        things = [*self.books.all("payment_intent"), *alone]
        things.sort(key=lambda each: -each["created"])
        things = [each for each in things if self._fits(each)]
        return [self._payment(each) for each in things[:SHOWN]], max(0, len(things) - SHOWN)

    def _fits(self, thing: Object) -> bool:
        if not self.find:
            return True
        charge = self.books.look("charge", thing.get("latest_charge"))
        hanging = self._hanging.get(charge["id"] if charge else "", [])
        said = json.dumps([thing, charge, [each.id for each in hanging]], ensure_ascii=False)
        shown = money(thing).casefold()
        return self.find in said.casefold() or self.find in shown

    def _payment(self, thing: Object) -> Row:
        intent = thing if thing["object"] == "payment_intent" else None
        charge = self.books.look("charge", thing["latest_charge"]) if intent else thing
        status = thing["status"]
        if intent and status == "requires_payment_method" and intent["last_payment_error"]:
            status = "declined"
        if intent and "display_bank_transfer_instructions" in (intent["next_action"] or {}):
            status = "waits_for_a_bank_transfer"
        metadata = thing["metadata"]
        row = row_of(
            thing,
            money(thing),
            status,
            thing["description"]
            or metadata.get("reservationCode")
            or metadata.get("reservationId"),
            metadata.get("type", "").replace("_", " "),
            paid_with(charge),
            acts=[*intent_acts(intent or {}), *charge_acts(charge)],
        )
        charges = [charge["id"]] if charge else []
        if intent:
            charges = [
                each["id"]
                for each in self.books.all("charge")
                if each["payment_intent"] == intent["id"] and each["id"] in self._hanging
            ]
        row.rows = [each for id in charges for each in self._hanging.pop(id, [])]
        return row

    def others(self) -> list[Row]:
        """Return what hangs on charges that are not here."""
        known = self.books.kept.get("charge", {})
        return [each for id, rows in self._hanging.items() if id not in known for each in rows]

    def guests(self) -> tuple[list[Row], int]:
        """Return the newest customers with their cards, and how many more there are."""
        cards: dict[str, list[Object]] = {}
        for method in self.books.all("payment_method"):
            if method["customer"]:
                cards.setdefault(method["customer"], []).append(method)
        things = [
            each
            for each in self.books.all("customer")
            if not self.find or self.find in json.dumps(each, ensure_ascii=False).casefold()
        ]
        rows = [guest_row(each, cards.get(each["id"], [])) for each in things[:SHOWN]]
        return rows, max(0, len(things) - SHOWN)

    def setups(self) -> list[Row]:
        """Return cards about which a guest's bank asks before they are kept."""
        return [
            row_of(each, "Card to be kept", each["status"], acts=intent_acts(each))
            for each in self.books.all("setup_intent")
            if each["status"] == "requires_action"
        ]


def intent_acts(intent: Object) -> Iterable[Act]:
    """Return what may happen to an intent now."""
    status = intent.get("status")
    if status == "requires_capture":
        yield Act("expire_hold", "Let the hold expire", {"payment_intent": intent["id"]})
    if status != "requires_action":
        return
    action = intent["next_action"] or {}
    if waits := action.get("display_bank_transfer_instructions"):
        amount = pages.money(waits["amount_remaining"], intent["currency"]).rpartition(" ")[0]
        give = {"payment_intent": intent["id"]}
        yield Act("transfer", "Send the bank transfer", give, (amount, intent["currency"]))
    elif action.get("type") in ("use_stripe_sdk", "redirect_to_url"):
        for outcome, words in (("complete", "Complete"), ("fail", "Fail")):
            give = {"intent": intent["id"], "outcome": outcome}
            yield Act("authenticate", f"{words} 3-D Secure", give)


def charge_acts(charge: Object | None) -> Iterable[Act]:
    """Return what may happen to a charge now."""
    if not charge or charge["status"] != "succeeded":
        return
    give = {"charge": charge["id"]}
    if charge["captured"] and not charge["disputed"]:
        yield Act("dispute", "Dispute this charge", give)
        yield Act("dispute", "Dispute as inquiry", give | {"inquiry": "true"})
    yield Act("warn", "Warn of fraud", give)
    if not charge["review"] and charge["payment_intent"]:
        yield Act("review", "Open a review", give)


def refund_row(refund: Object) -> Row:
    """Return a refund, and what its bank may do."""
    give = {"refund": refund["id"]}
    acts = []
    if refund["status"] == "pending":
        acts.append(Act("arrive", "Let it arrive", give))
    if refund["status"] in ("pending", "succeeded"):
        acts.append(Act("fail_refund", "Fail this refund", give))
    title = f"Refund of {money(refund)}"
    return row_of(refund, title, refund["status"], refund.get("failure_reason"), acts=acts)


def dispute_row(dispute: Object) -> Row:
    """Return a dispute, and how the bank may decide."""
    status, acts = dispute["status"], {}
    inquiry = status.startswith("warning_")
    if status not in ("won", "lost", "warning_closed", "prevented"):
        acts = {"win": "Win this dispute", "lose": "Lose this dispute"}
        if inquiry:
            acts = {"escalate": "Make it a chargeback", "close": "Close the inquiry"}
    due = dispute["evidence_details"]["due_by"] if status in OPEN else None
    return row_of(
        dispute,
        f"{'Inquiry about' if inquiry else 'Dispute of'} {money(dispute)}",
        status,
        dispute["reason"].replace("_", " "),
        due and f"answer by {moment(due):%d %b}",
        acts=[
            Act("decide", words, {"dispute": dispute["id"], "verdict": verdict})
            for verdict, words in acts.items()
        ],
    )


def warning_row(warning: Object) -> Row:
    """Return an early fraud warning."""
    status = "actionable" if warning["actionable"] else "settled"
    words = warning["fraud_type"].replace("_", " ")
    return row_of(warning, "Early fraud warning", status, words, acts=())


def review_row(review: Object) -> Row:
    """Return a review."""
    status = "open" if review["open"] else review["closed_reason"] or "closed"
    return row_of(review, "Review", status, acts=())


def guest_row(customer: Object, cards: list[Object]) -> Row:
    """Return a customer, the cards on file, and a bank transfer that may come in."""
    currency = customer["currency"] or "eur"
    default = (customer["invoice_settings"] or {}).get("default_payment_method")
    give = {"customer": customer["id"], "currency": currency}
    row = row_of(
        customer,
        customer["name"] or customer["email"] or "Guest",
        "",
        customer["email"] if customer["name"] else "",
        acts=[Act("transfer", "Send a bank transfer", give, ("", currency))],
    )
    row.rows = [
        row_of(
            card,
            method_words(card[card["type"]], card["type"]),
            "",
            "default" if card["id"] == default else "",
            acts=(),
        )
        for card in cards
    ]
    return row


def paid_with(charge: Object | None) -> str:
    """Return how a charge was paid, in words."""
    details = (charge or {}).get("payment_method_details") or {}
    kind = details.get("type", "")
    return method_words(details.get(kind) or {}, kind) if kind else ""


def method_words(shown: Object, kind: str) -> str:
    """Return a way to pay in words: Visa •••• 4242."""
    name = str(shown.get("brand") or kind).replace("_", " ").capitalize()
    return f"{name} •••• {shown['last4']}" if shown.get("last4") else name
