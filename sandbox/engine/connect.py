"""Hotels' accounts: made, asked for what is due, restricted, rejected, let go of."""

from copy import deepcopy
from typing import Any

from sandbox import ids, objects
from sandbox.engine.errors import Refusal, invalid
from sandbox.engine.world import COUNTRIES, DAY, PLATFORM, Books, World, change
from sandbox.objects.methods import Object

LINKS_LAST = 300  # seconds
VISITS_LAST = 3_600  # seconds that somebody who followed a link has for the form
EURO = "AT BE DE ES FI FR GR IE IT NL PT"
TAKEN = """
    AE AT AU BE BG BR CA CH CY CZ DE DK EE ES FI FR GB GI GR HK HR HU IE IN IT JP LI LT LU LV MT MX
    MY NL NO NZ PL PT RO SE SG SI SK TH US
"""

# What Stripe wants to know of a company before it takes money.
FIRST_QUESTIONS = """
    business_profile.mcc business_profile.url business_type external_account
    representative.first_name representative.last_name tos_acceptance.date tos_acceptance.ip
"""


def currency_of(country: str) -> str:
    """Return the currency of a country's accounts."""
    if country in EURO.split():
        return "eur"
    return next((each for each, theirs in COUNTRIES.items() if theirs == country), "usd")


def create(world: World, *, country: str, controller: Object, **fields: Any) -> Object:
    """Make an account, of which the platform is the controller; it can do nothing yet."""
    if country not in TAKEN.split():
        raise invalid(
            f"{country} is not currently supported by Stripe.", "country", "country_unsupported"
        )
    id = world.id("acct")
    asked = fields.pop("capabilities", None) or {}
    wants = [name for name, each in asked.items() if (each or {}).get("requested")]
    row = objects.account(
        id=id,
        charges_enabled=False,
        country=country,
        created=world.now,
        email=fields.pop("email", None),
        requirements=objects.requirements(
            *FIRST_QUESTIONS.split(), disabled_reason="requirements.past_due", past=True
        ),
        capabilities=dict.fromkeys(wants or ("card_payments", "transfers"), "inactive"),
        default_currency=fields.pop("default_currency", None) or currency_of(country),
        **fields,
    )
    row["business_type"] = fields.get("business_type")
    row["controller"] |= {name: value for name, value in controller.items() if value is not None}
    row["type"] = kind_of(row["controller"])
    world.accounts[id] = row
    world.books(id)
    return row


def kind_of(controller: Object) -> str:
    """Return what such an account was called before there were controllers."""
    dashboard = controller["stripe_dashboard"]["type"]
    return {"full": "standard", "express": "express"}.get(dashboard, "custom")


def authorized(books: Books) -> None:
    """The account lets the platform act for it."""
    books.emit("account.application.authorized", objects.application(), asked=False)


def update(books: Books, row: Object, *, asked: bool = True, **fields: Any) -> Object:
    """Change an account, and say so."""
    if before := change(row, **fields):
        books.emit("account.updated", row, before, asked=asked)
    return row


def account_of(books: Books) -> Object:
    """Return the account that these books are of."""
    return books.world.accounts[books.account or ""]


def due_of(row: Object) -> list[str]:
    """Return what Stripe wants to know of an account now."""
    asked = row["requirements"]
    return list(dict.fromkeys([*asked["currently_due"], *asked["past_due"]]))


def tell(books: Books, told: dict[str, str]) -> Object:
    """
    Somebody tells Stripe some of what it asked for; once nothing is left, the account can do all.

    :param told: Stripe's name of what was asked for -> what was said.
    """
    row = account_of(books)
    left = [name for name in due_of(row) if name not in told]
    profile = {
        name.removeprefix("business_profile."): value
        for name, value in told.items()
        if name.startswith("business_profile.")
    }
    if number := told.get("external_account"):
        where = {"currency": row["default_currency"], "country": row["country"]}
        add_bank(books, row, **where, last4="".join(filter(str.isalnum, number))[-4:])
    kind = told.get("business_type") or row["business_type"]
    if not left:
        return answer(books, profile, business_type=kind)
    before = row["requirements"]
    return update(
        books,
        row,
        asked=False,
        business_profile=row["business_profile"] | profile,
        business_type=kind,
        requirements=objects.requirements(
            *left,
            past=bool(before["past_due"]),
            current_deadline=before["current_deadline"],
            disabled_reason=before["disabled_reason"],
        ),
    )


def answer(
    books: Books, given: Object | None = None, *, business_type: str | None = None
) -> Object:
    """Everything that Stripe asked for is there: the account takes cards and is paid out."""
    row = account_of(books)
    profile = row["business_profile"] | {
        name: value for name, value in (given or {}).items() if value
    }
    if not row["external_accounts"]["data"]:
        add_bank(books, row, currency=row["default_currency"], country=row["country"])
    return enable(
        books,
        row,
        True,
        business_profile=profile,
        business_type=business_type or row["business_type"] or "company",
        future_requirements=objects.requirements(),
        requirements=objects.requirements(),
        tos_acceptance={"date": books.now, "ip": "203.0.113.7", "user_agent": None},
    )


def demand(books: Books, what: str, *, days: int = 14) -> Object:
    """Stripe wants to know something by a day; until then everything goes on."""
    row = account_of(books)
    known = row["requirements"]["currently_due"]
    wanted = [*known, *([] if what in known else [what])]
    deadline = books.now + days * DAY
    return update(
        books,
        row,
        asked=False,
        requirements=objects.requirements(*wanted, current_deadline=deadline),
    )


def restrict(books: Books) -> Object:
    """Nobody told Stripe in time: no charges, no payouts."""
    row = account_of(books)
    now = row["requirements"]
    due = now["currently_due"] or ["company.verification.document"]
    late = objects.requirements(*due, past=True, current_deadline=now["current_deadline"])
    return enable(books, row, False, requirements=late)


def reject(books: Books, reason: str = "fraud") -> Object:
    """Stripe wants nothing to do with this account."""
    row = account_of(books)
    why = {"fraud": "rejected.fraud", "terms_of_service": "rejected.terms_of_service"}.get(
        reason, "rejected.other"
    )
    return enable(books, row, False, requirements=objects.requirements(disabled_reason=why))


def enable(books: Books, row: Object, enabled: bool, **fields: Any) -> Object:
    """Let an account take cards and be paid out, or stop it."""
    status = "active" if enabled else "inactive"
    return update(
        books,
        row,
        asked=False,
        capabilities=dict.fromkeys(row["capabilities"], status),
        charges_enabled=enabled,
        details_submitted=row["details_submitted"] or enabled,
        payouts_enabled=enabled,
        **fields,
    )


def add_bank(books: Books, row: Object, *, currency: str, country: str, **fields: Any) -> Object:
    """Say where an account's payouts go."""
    listed = row["external_accounts"]
    alone = all(bank["currency"] != currency for bank in listed["data"])
    bank = objects.bank_account(
        id=books.id("ba"),
        account=row["id"],
        country=country,
        currency=currency,
        default_for_currency=alone,
        **fields,
    )
    listed["data"].insert(0, bank)
    listed["total_count"] = len(listed["data"])
    books.emit("account.external_account.created", bank)
    return bank


def deauthorize(books: Books) -> None:
    """The account lets go of the platform: nothing can be asked of it any more."""
    books.emit("account.application.deauthorized", objects.application(), asked=False)
    books.world.books(None).note(books.account or "")["gone"] = True


def authorize(books: Books) -> None:
    """The account, once let go of, is connected again."""
    books.world.books(None).note(books.account or "").pop("gone", None)
    authorized(books)


def delete(world: World, row: Object) -> Object:
    """Close an account for good."""
    world.accounts.pop(row["id"])
    world.books(None).note(row["id"])["gone"] = True
    return {"id": row["id"], "object": "account", "deleted": True}


def link(world: World, account: str, *, type: str, refresh_url: str, return_url: str) -> Object:
    """Make a link to the page where a hotel tells Stripe what is due: for one use, and minutes."""
    token = ids.letters(world.id("alink"), 32)
    expires = world.now + LINKS_LAST
    world.books(None).note(f"link {token}").update(
        account=account, type=type, refresh_url=refresh_url, return_url=return_url, expires=expires
    )
    return {
        "object": "account_link",
        "created": world.now,
        "expires_at": expires,
        "url": f"{world.url}/_sandbox/onboarding/{account}/{token}",
    }


def link_of(world: World, token: str) -> Object:
    """
    Return what is known of an account link, used or not.

    :raises Refusal: there is none.
    """
    known: Object | None = world.books(None).notes.get(f"link {token}")
    if not known:
        raise Refusal("There is no such account link.", status=404)
    return known


def follow(world: World, token: str) -> Object:
    """
    Use an account link up, and return what is known of it: account, return_url, refresh_url.

    :raises Refusal: there is none, it was used or is too old: then `refresh_url` is in the error.
    """
    known = link_of(world, token)
    if known.get("used") or known["expires"] < world.now:
        raise Refusal(
            "This account link was used already, or has expired.",
            status=410,
            refresh_url=known["refresh_url"],
        )
    known["used"] = True
    return deepcopy(known)


def visit(world: World, known: Object) -> str:
    """Let whoever followed a link fill in the form for a while; return what lets them in."""
    token = ids.letters(world.id("visit"), 32)
    kept = {name: known[name] for name in ("account", "refresh_url", "return_url")}
    world.books(None).note(f"visit {token}").update(kept, expires=world.now + VISITS_LAST)
    return token


def visit_of(world: World, token: str) -> Object:
    """
    Return what is known of such a visit: account, return_url, refresh_url.

    :raises Refusal: there is none, or it is over: then `refresh_url` is in the error.
    """
    known: Object | None = world.books(None).notes.get(f"visit {token}")
    if not known:
        raise Refusal("There is no such visit.", status=404)
    if known["expires"] < world.now or world.is_gone(known["account"]):
        raise Refusal("This visit is over.", status=410, refresh_url=known["refresh_url"])
    return known


def platform(world: World) -> Object:
    """Return the platform's own account."""
    return objects.account(id=PLATFORM, email="platform@hotels.example", created=world.now)


def capability_of(row: Object, name: str) -> Object:
    """Return one thing that an account may do, or may not."""
    return objects.capability(
        id=name,
        account=row["id"],
        requested_at=row["created"],
        requirements=deepcopy(row["requirements"]),
        status=row["capabilities"][name],
    )
