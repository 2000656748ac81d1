"""
Hosted onboarding: the page behind an account link, on which a hotel tells Stripe what is due.

A link is for one use: it lets whoever follows it in for an hour, at an address of their own. What
they have told is kept, so that it goes on there with a fresh link.
"""

from dataclasses import dataclass, field

from sandbox.engine import Refusal, connect
from sandbox.objects.methods import Object
from sandbox.server import pages
from sandbox.server.params import group, text
from sandbox.server.registry import Call, Page, control
from sandbox.server.routes.browser import missing

BUSINESS, PERSON, BANK, PAPERS, MORE, TERMS = (
    "Your business",
    "Who represents it",
    "Where payouts go",
    "Documents",
    "A few details more",
    "Stripe’s terms",
)
SECTIONS = (BUSINESS, PERSON, BANK, PAPERS, MORE, TERMS)
TERMS_ARE = "tos_acceptance"  # asked for as a date and an address, and answered with one tick


@dataclass(frozen=True)
class Question:
    """
    What Stripe wants to know, in plain words.

    :param kind: of field: text, url, choice, file, tick.
    :param sample: what the test data say.
    """

    words: str
    section: str
    sample: str = ""
    kind: str = "text"
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    autocomplete: str = "off"


QUESTIONS = {
    "business_type": Question(
        "What kind of business is it?",
        BUSINESS,
        "company",
        "choice",
        choices=(
            ("company", "A company"),
            ("individual", "One person"),
            ("non_profit", "A non-profit organization"),
            ("government_entity", "A public body"),
        ),
    ),
    "business_profile.mcc": Question(
        "What does it do?",
        BUSINESS,
        "7011",
        "choice",
        choices=(
            ("7011", "Hotels and other lodging"),
            ("7012", "Timeshares"),
            ("7033", "Campsites and trailer parks"),
            ("6513", "Lets of flats and houses"),
        ),
    ),
    "business_profile.url": Question(
        "Website", BUSINESS, "https://hotel.example", "url", "As guests find it: https://…"
    ),
    "business_profile.product_description": Question(
        "What do guests pay for?", BUSINESS, "Rooms, breakfast and what goes with a stay"
    ),
    "representative.first_name": Question("First name", PERSON, "Robin", autocomplete="given-name"),
    "representative.last_name": Question("Last name", PERSON, "Sample", autocomplete="family-name"),
    "external_account": Question(
        "IBAN or account number",
        BANK,
        "PT50000201231234567890154",
        hint="Nothing is paid out here: any number will do.",
    ),
    TERMS_ARE: Question(
        "I accept Stripe’s terms of service for this business", TERMS, "accepted", "tick"
    ),
}
DOCUMENTS = {
    "company.verification.document": "A document that shows that the company exists",
    "individual.verification.document": "An identity document",
    "individual.verification.additional_document": "A document that shows the home address",
}


@dataclass
class Field:
    """A question as the form shows it."""

    name: str
    asked: Question
    value: str = ""
    problem: str = ""

    @property
    def id(self) -> str:
        return self.name.replace(".", "-")


@dataclass
class Section:
    """Questions that go together; none is left of one that is done."""

    title: str
    fields: list[Field] = field(default_factory=list)


@control("GET", "/_sandbox/onboarding/{account}/{token}")
def follow(call: Call) -> Page:
    """Use an account link up, and let whoever has it in."""
    try:
        known = connect.link_of(call.world, call.ids["token"])
        if known["account"] != call.ids["account"]:
            return missing()
        known = connect.follow(call.world, call.ids["token"])
    except Refusal as refusal:
        return elsewhere(refusal)
    return pages.redirect(f"/_sandbox/onboarding/{connect.visit(call.world, known)}")


@control("GET", "/_sandbox/onboarding/{visit}")
def form(call: Call) -> Page:
    """Ask for what is due."""
    try:
        known = connect.visit_of(call.world, call.ids["visit"])
    except Refusal as refusal:
        return elsewhere(refusal)
    return asking(call, known)


@control("POST", "/_sandbox/onboarding/{visit}", told=group, then=text)
def save(call: Call) -> Page:
    """
    Note what was told. `then` says what follows: `submit`, if it is all; `later`, a return with
    what is there; `sample`, the form with test data in it.
    """
    try:
        known = connect.visit_of(call.world, call.ids["visit"])
    except Refusal as refusal:
        return elsewhere(refusal)
    row = account_of(call, known)
    then = call.params.get("then") or "submit"
    told = {
        name: value.strip()
        for name, value in (call.params.get("told") or {}).items()
        if isinstance(value, str) and value.strip()
    }
    fields = fields_of(row)
    for each in fields:
        each.value = each.asked.sample if then == "sample" else told.get(each.name, "")
        each.problem = "" if then == "sample" else problem_of(each, needed=then == "submit")
    if then == "sample" or any(each.problem for each in fields):
        return asking(call, known, fields)
    if not is_rejected(row) and any(each.value for each in fields):
        connect.tell(call.world.books(known["account"]), answers(row, fields))
    return pages.redirect(known["return_url"])


def elsewhere(refusal: Refusal) -> Page:
    """Send whoever has no way in to where a fresh link is made; else there is nothing here."""
    url = refusal.error.get("refresh_url")
    return pages.redirect(url) if url else missing()


def account_of(call: Call, known: Object) -> Object:
    """Return the account that somebody tells Stripe about."""
    return connect.account_of(call.world.books(known["account"]))


def is_rejected(row: Object) -> bool:
    """Tell whether Stripe wants nothing to do with an account."""
    return (row["requirements"]["disabled_reason"] or "").startswith("rejected")


def asking(call: Call, known: Object, fields: list[Field] | None = None) -> Page:
    """Show the form, or that nothing is to be told."""
    row = account_of(call, known)
    about = {"back": known["return_url"], "back_words": "Go back"}
    if is_rejected(row):
        return pages.page(
            "gone.html",
            heading="Stripe does not work with this business",
            words="Nothing that is told here changes that.",
            **about,
        )
    if fields is None:
        fields = fields_of(row)
    if not fields:
        return pages.page(
            "gone.html",
            heading="Stripe knows all that it needs",
            words="Nothing is due for this account.",
            **about,
        )
    sections = {title: Section(title) for title in SECTIONS}
    for each in fields:
        sections[each.asked.section].fields.append(each)
    first = not row["details_submitted"]
    usual = {BUSINESS, PERSON, BANK, TERMS} if first else set()
    return pages.page(
        "onboarding.html",
        status=400 if any(each.problem for each in fields) else 200,
        goes_to=known["return_url"],
        first=first,
        name=row["business_profile"]["name"] or row["email"] or row["id"],
        sections=[each for each in sections.values() if each.fields],
        steps=[each for each in sections.values() if each.fields or each.title in usual],
        wrong=sum(bool(each.problem) for each in fields),
        files=any(each.asked.kind == "file" for each in fields),
    )


def fields_of(row: Object) -> list[Field]:
    """Return a field for everything that is due, in the order of the form."""
    names = dict.fromkeys(
        TERMS_ARE if name.startswith(f"{TERMS_ARE}.") else name for name in connect.due_of(row)
    )
    fields = [Field(name, question(name)) for name in names]
    order = list(QUESTIONS)
    return sorted(
        fields,
        key=lambda each: (
            SECTIONS.index(each.asked.section),
            order.index(each.name) if each.name in order else len(order),
        ),
    )


def question(name: str) -> Question:
    """Return what Stripe wants to know in plain words, whatever it is."""
    if name in QUESTIONS:
        return QUESTIONS[name]
    if name.endswith("document"):
        words = DOCUMENTS.get(name, f"A document: {plain(name)}")
        hint = "A picture or a PDF. It is looked at by nobody here, and not kept."
        return Question(words, PAPERS, "test-document.png", "file", hint)
    return Question(plain(name), MORE, "Test")


def plain(name: str) -> str:
    """Return Stripe's name of something as words: `person_x.dob.day` is "Dob day"."""
    head, _, rest = name.partition(".")
    shown = rest if rest and "_" in head and any(each.isdigit() for each in head) else name
    return shown.replace(".", " ").replace("_", " ").capitalize()


def problem_of(each: Field, *, needed: bool) -> str:
    """Return what is wrong with an answer; nothing if it may be left for later."""
    if not each.value:
        said = {
            "choice": "Choose one.",
            "file": "Choose a file.",
            "tick": "Stripe needs this to be accepted.",
        }
        return said.get(each.asked.kind, "Fill this in.") if needed else ""
    if each.asked.kind == "url" and not pages.site_of(each.value):
        return "An address begins with https:// and names a site."
    if each.asked.kind == "choice" and each.value not in dict(each.asked.choices):
        return "Choose one of these."
    if each.name == "external_account" and sum(map(str.isalnum, each.value)) < 4:
        return "An account number has more digits."
    return ""


def answers(row: Object, fields: list[Field]) -> dict[str, str]:
    """Return what was told by the names under which Stripe asked for it."""
    told = {each.name: each.value for each in fields if each.value}
    if told.pop(TERMS_ARE, None):
        told |= {
            name: "accepted" for name in connect.due_of(row) if name.startswith(f"{TERMS_ARE}.")
        }
    return told
