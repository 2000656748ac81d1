"""What a guest's browser loads: Stripe.js, the frame of its card fields, and their bank's page."""

from sandbox.engine import Books, customers, payments
from sandbox.engine.connect import account_of
from sandbox.objects.methods import Object
from sandbox.server import pages
from sandbox.server.params import one_of, text
from sandbox.server.registry import Call, Page, control

ASKS = ("use_stripe_sdk", "redirect_to_url")


def missing() -> Page:
    """There is nothing at this address."""
    return pages.page(
        "gone.html",
        status=404,
        heading="There is nothing here",
        words="The address is not whole, or what it led to is gone.",
    )


@control("GET", "/stripe.js")
def script(call: Call) -> Page:
    """Show the stand-in of Stripe.js."""
    return pages.asset("stripe.js") or missing()


@control("GET", "/_sandbox/assets/{name}")
def asset(call: Call) -> Page:
    """Show a script, a style or a picture of the pages."""
    return pages.asset(call.ids["name"]) or missing()


@control("GET", "/_sandbox/elements/payment")
def element(call: Call) -> Page:
    """Show the card fields, to be framed by a page that takes cards."""
    return pages.page("element.html", framed=True)


# 3-D Secure ----------------------------------------------------------------


@control("GET", "/_sandbox/3ds/{account}/{intent}", s=text)
def bank(call: Call) -> Page:
    """Ask the guest whether it is they who pay: alone, or in the frame that Stripe.js opens."""
    found = asked_about(call)
    return asking(*found) if found else missing()


@control("POST", "/_sandbox/3ds/{account}/{intent}", s=text, outcome=one_of("complete", "fail"))
def answer(call: Call) -> Page:
    """Tell the guest's bank what they say, and lead them back to where they came from."""
    found = asked_about(call)
    if not found:
        return missing()
    books, intent = found
    action = intent["next_action"] or {}
    if intent["status"] != "requires_action" or action.get("type") not in ASKS:
        return asking(books, intent)
    family = customers if intent["object"] == "setup_intent" else payments
    family.authenticate(books, intent, succeeds=call.params.get("outcome") == "complete")
    if not (back := action.get("redirect_to_url", {}).get("return_url")):
        return asking(books, intent)
    kind, failed = intent["object"], intent["status"] == "requires_payment_method"
    return pages.redirect(
        back,
        **{
            kind: intent["id"],
            f"{kind}_client_secret": intent["client_secret"],
            "redirect_status": "failed" if failed else "succeeded",
        },
    )


def asked_about(call: Call) -> tuple[Books, Object] | None:
    """Return the intent that the address names, if whoever asks knows its secret."""
    account = call.ids["account"]
    wanted = None if account == "platform" else account
    for books in call.world.everybody():
        if books.account == wanted:
            intent = books.find(call.ids["intent"])
            if intent and intent.get("client_secret") == call.params.get("s", ""):
                return books, intent
    return None


def asking(books: Books, intent: Object) -> Page:
    """Show what the bank asks, or that it has its answer."""
    action = intent["next_action"] or {}
    asks = intent["status"] == "requires_action" and action.get("type") in ASKS
    method = books.look("payment_method", intent["payment_method"]) or {}
    name = account_of(books)["business_profile"]["name"] if books.account else None
    return pages.page(
        "bank.html",
        framed=True,
        goes_to=action.get("redirect_to_url", {}).get("return_url", ""),
        intent=intent,
        asks=asks,
        amount=pages.money(intent["amount"], intent["currency"]) if "amount" in intent else "",
        last4=method.get("card", {}).get("last4", ""),
        name=name or "the hotel",
    )
