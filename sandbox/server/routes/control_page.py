"""
The control page at `/`: what every account has, and what guests, banks and Stripe may do to it.

A button there posts the name of a control (`/_sandbox/…`) and what it takes; the page does what the
control does, and shows what came of it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox import hotel
from sandbox.engine import PLATFORM, Books, Refusal, connect
from sandbox.engine.errors import invalid
from sandbox.engine.money import DIGITS
from sandbox.engine.protection import OPEN
from sandbox.objects.connect import NAME
from sandbox.objects.methods import Object
from sandbox.server import pages, params, registry
from sandbox.server.faults import KINDS
from sandbox.server.params import Needed, group, text
from sandbox.server.registry import Call, Page, control

SHOWN = 40  # rows of a kind; the others are found by what is in them
EVENTS = 30
CLOCK = ((3_600, "1 hour"), (86_400, "1 day"), (7 * 86_400, "7 days"))

# What is said when a control has done its work.
DONE = {
    "accounts/authorize": "The account is connected again.",
    "accounts/deauthorize": "The account let go of the platform.",
    "accounts/demand": "Stripe asks the account for a document.",
    "accounts/onboard": "Stripe knows all that it needs: the account can do everything.",
    "accounts/reject": "Stripe wants nothing to do with the account.",
    "accounts/restrict": "The account is restricted: no charges, no payouts.",
    "advance": "Time has passed, and what was due has happened.",
    "arrive": "The refund has arrived.",
    "authenticate": "The guest’s bank has its answer.",
    "decide": "The bank has decided.",
    "delivery": "Events are delivered as you say.",
    "dispute": "The guest’s bank disputes the charge.",
    "expire_hold": "The hold has run out.",
    "fail_refund": "The guest’s bank sent the refund back.",
    "faults": "Calls go wrong as you say.",
    "review": "A review is open.",
    "transfer": "The bank transfer has come in.",
    "warn": "The bank has warned of fraud.",
}

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


# What an account has -----------------------------------------------------


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


# The page ----------------------------------------------------------------


@control("GET", "/", account=text, find=text, done=text)
def page(call: Call) -> Page:
    """Show an account, and what may be done to it."""
    return shown(call, said=DONE.get(call.params.get("done") or "", ""))


@control("POST", "/", do=Needed(text), account=text, find=text, give=group)
def press(call: Call) -> Page:
    """Do what a button says, and show what came of it."""
    path = (call.params["do"] or "").strip("/")
    parts = path.split("/")
    name = f"{parts[0]}/{parts[-1]}" if len(parts) == 3 else path
    found = registry.find("POST", f"/_sandbox/{path}") if name in DONE else None
    if not found:
        return shown(call, problem="There is no such button.", status=404)
    route, ids = found
    try:
        given = read(call.params.get("give") or {})
        inner = Call(
            world=call.world,
            books=call.books,
            params=params.check(given, route.takes),
            ids=ids,
            path=f"/_sandbox/{path}",
            public=True,
            server=call.server,
        )
        route.answers(inner)
    except Refusal as refusal:
        return shown(call, problem=str(refusal), status=400)
    here = {name: call.params[name] for name in ("account", "find") if call.params.get(name)}
    return pages.redirect("/", **here, done=name)


def read(given: Object) -> Object:
    """Return what a form gives as a control takes it: amounts in minor units, nothing empty."""
    found = {name: value for name, value in given.items() if value != ""}
    if (typed := found.get("amount")) is not None:
        found["amount"] = minor(str(typed), str(found.get("currency") or "eur"))
        if "payment_intent" in found:
            found.pop("currency", None)
    return found


def minor(typed: str, currency: str) -> int:
    """
    Return an amount that somebody typed, in minor units.

    :raises Refusal: it is none.
    """
    try:
        amount = Decimal(typed.replace(",", "").strip()).scaleb(DIGITS.get(currency, 2))
        if not amount.is_finite() or amount != int(amount) or abs(amount) >= 10**12:
            raise InvalidOperation
    except InvalidOperation as error:
        raise invalid("That is no amount of this currency.", "amount") from error
    return int(amount)


def shown(call: Call, *, said: str = "", problem: str = "", status: int = 200) -> Page:
    """Return the page."""
    world, find = call.world, call.params.get("find") or ""
    books = chosen(call)
    here = Shown(books, find)
    payments, more_payments = here.payments()
    guests, more_guests = here.guests()
    return pages.page(
        "control.html",
        status=status,
        account=account_shown(books),
        accounts=sorted(
            (account_shown(each) for each in world.everybody()),
            key=lambda each: (each["key"] == "platform", each["name"].casefold(), each["id"]),
        ),
        find=find,
        said=said,
        problem=problem,
        payments=payments,
        more_payments=more_payments,
        others=here.others() if not find else [],
        guests=guests,
        more_guests=more_guests,
        setups=here.setups(),
        events=events_of(call, books),
        now=moment(world.now),
        ahead=ahead(world.ahead),
        clock=CLOCK,
        faults=(faults := call.server.faults.shown()),
        brought=[(kind, faults["brought"][kind]) for kind in KINDS],
        delivery=call.server.delivery.shown(),
    )


def chosen(call: Call) -> Books:
    """Return the account that was chosen; else the one in which something happened last."""
    wanted = call.params.get("account")
    everybody = list(call.world.everybody())
    for books in everybody:
        if (books.account or "platform") == wanted:
            return books

    def last(books: Books) -> tuple[bool, int]:
        events = books.kept.get("event", {})
        newest = next(reversed(events.values()), {"created": 0})
        return bool(books.kept.get("payment_intent")), newest["created"]

    return max((each for each in everybody if each.account), key=last, default=everybody[0])


def account_shown(books: Books) -> Object:
    """Return what the page says of an account, and its buttons."""
    world, id = books.world, books.account
    waiting = sum(each["status"] in OPEN for each in books.kept.get("dispute", {}).values())
    about: Object = {
        "key": id or "platform",
        "id": id or PLATFORM,
        "name": "The platform",
        "payments": len(books.kept.get("payment_intent", {})),
        "waiting": waiting,
        "state": "",
        "tone": "",
        "due": [],
        "acts": [],
    }
    if not id:
        return about
    row = world.accounts.get(id)
    called = row and row["business_profile"]["name"]
    if called in (None, NAME):  # a story's account is one of the demo hotel's
        called = hotel.accounts().get(id, (row and row["email"], ""))[0]
    about["name"] = called or NAME
    if row is None:
        return about | {"state": "deleted", "tone": "bad"}
    if world.is_gone(id):
        acts = [Act(f"accounts/{id}/authorize", "Authorise again", {})]
        return about | {"state": "let go", "tone": "bad", "acts": acts}
    why = row["requirements"]["disabled_reason"] or ""
    due = connect.due_of(row)
    state, tone = ("enabled", "good") if row["charges_enabled"] else ("restricted", "bad")
    if why.startswith("rejected"):
        state = "rejected"
    elif not row["details_submitted"]:
        state, tone = "not onboarded", "wait"
    elif due and row["charges_enabled"]:
        state, tone = "asked for more", "wait"
    acts = [
        Act(f"accounts/{id}/{verb}", words, {})
        for verb, words in (
            ("demand", "Ask for a document"),
            ("restrict", "Restrict"),
            ("reject", "Reject"),
            ("deauthorize", "Deauthorise"),
        )
    ]
    if due or not row["charges_enabled"]:
        acts.insert(0, Act(f"accounts/{id}/onboard", "Set everything right", {}))
    return about | {"state": state, "tone": tone, "due": due, "acts": acts}


def events_of(call: Call, books: Books) -> list[Object]:
    """Return the last events, each with what became of it on its way."""
    return [
        {
            "type": event["type"],
            "about": event["data"]["object"].get("id", ""),
            "when": moment(event["created"]),
            "fates": [
                {"words": str(fate), "tone": TONE_OF.get(fate.state, ""), "url": url}
                for url, fate in call.server.delivery.fates.get(event["id"], {}).items()
            ],
        }
        for event in books.all("event")[:EVENTS]
    ]


def ahead(seconds: int) -> str:
    """Return in words by how much the clock is ahead of the machine's."""
    days, rest = divmod(seconds, 86_400)
    parts = [(days, "day"), (rest // 3_600, "hour"), (rest % 3_600 // 60, "minute")]
    return " ".join(f"{n} {name}{'s' if n > 1 else ''}" for n, name in parts if n)
