"""What is shown in full where an id would stand: `expand[]`."""

from copy import deepcopy

from sandbox.engine import Books
from sandbox.engine.errors import invalid
from sandbox.objects.connect import listing
from sandbox.objects.methods import Object

DEEPEST = 4


def expanded(books: Books, thing: Object, paths: list[str]) -> Object:
    """
    Return an object with what was asked for in full.

    :raises Refusal: something there cannot be.
    """
    if not paths:
        return thing
    shown = deepcopy(thing)
    for path in paths:
        steps = str(path).split(".")
        if len(steps) > DEEPEST:
            raise invalid(
                f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}",
                "expand",
            )
        _expand(books, shown, steps)
    return shown


def _expand(books: Books, thing: Object, steps: list[str]) -> None:
    name, *rest = steps
    if thing.get("object") == "charge" and name == "refunds" and "refunds" not in thing:
        thing["refunds"] = refunds_of(books, thing)
    if name not in thing:
        raise invalid(f"This property cannot be expanded ({name}).", "expand")
    value = thing[name]
    if isinstance(value, str):
        found = books.find(value) or books.world.books(None).find(value)
        if found is None and books.account == value:
            found = books.world.accounts[value]
        if found is None:
            if "_" not in value:
                raise invalid(f"This property cannot be expanded ({name}).", "expand")
            return
        value = thing[name] = deepcopy(found)
    if not rest:
        return
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            _expand(books, each, rest)


def refunds_of(books: Books, charge: Object) -> Object:
    """Return a charge's refunds, the newest first."""
    rows = [deepcopy(each) for each in books.all("refund") if each["charge"] == charge["id"]]
    made = listing(rows[:10], f"/v1/charges/{charge['id']}/refunds")
    made["has_more"] = len(rows) > 10
    del made["total_count"]
    return made
