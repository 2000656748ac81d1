"""
The control page at `/`: what every account has, and what guests, banks and Stripe may do to it.

A button there posts the name of a control (`/_sandbox/…`) and what it takes; the page does what the
control does, and shows what came of it.
"""

from decimal import Decimal, InvalidOperation

from sandbox import hotel
from sandbox.engine import PLATFORM, Books, Refusal, connect
from sandbox.engine.errors import invalid
from sandbox.engine.money import DIGITS
from sandbox.engine.protection import OPEN
from sandbox.objects.connect import NAME
from sandbox.objects.methods import Object
from sandbox.server import pages, params, registry
from sandbox.server.faults import KINDS
from sandbox.server.pages.rows import TONE_OF, Act, Shown, moment
from sandbox.server.params import Needed, group, text
from sandbox.server.registry import Call, Page, control

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
