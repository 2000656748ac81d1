"""
Which addresses there are, and what answers at each.

    @route("POST", "/v1/refunds/{id}/cancel")
    def cancel(call: Call) -> Object:
        return refunds.cancel(call.books, call.get("refund"))

    @route("GET", "/v1/refunds", **PAGE, **CREATED, charge=text, payment_intent=text)
    def page(call: Call) -> Object:
        return call.page("refund", "charge", "payment_intent")

What stands behind the address are the parameters that it takes, each with its check
(`sandbox.server.params`); any other is unknown, as at Stripe. A route is given a `Call`, works
while the world is locked, and returns the object that is shown, or a `Page` of something else.
Addresses under `/_sandbox/` take JSON or a form, ask for no key, and know no faults: `control`
makes them. To add a family, write a module in `sandbox/server/routes` and name it in its
`__init__`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.engine import Books, World
from sandbox.engine.errors import invalid
from sandbox.objects.methods import Object
from sandbox.server.params import Check, Needed, empty, merged


@dataclass
class Page:
    """An answer that is no JSON: a page for a person, a script, a redirect."""

    body: bytes = b""
    type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """
    One request.

    :ivar books: of the account that it is about.
    :ivar params: those that were given, checked.
    :ivar ids: what stands in the address, by name.
    :ivar public: it came with a publishable key, from a guest's browser.
    :ivar server: the whole of it: delivery, faults.
    """

    world: World
    books: Books
    params: Object
    ids: dict[str, str]
    path: str
    public: bool = False
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    version: str | None = None
    server: Any = None

    def get(self, kind: str, name: str = "id") -> Object:
        """Return the object that the address names."""
        return self.books.get(kind, self.ids[name])

    def named(self, kind: str, param: str) -> Object | None:
        """Return the object that a parameter names; None if none was given."""
        id = self.params.get(param)
        return self.books.get(kind, id, param=param) if id else None

    def plain(self, *names: str) -> Object:
        """Return the parameters of these names that were given."""
        return {name: self.params[name] for name in names if name in self.params}

    def metadata(self, kept: Object | None = None) -> Object:
        """Return an object's metadata as it is after this request."""
        return merged(kept or {}, self.params.get("metadata"))

    def page(self, kind: str, *filters: str) -> Object:
        """Return a page of the objects of a kind; parameters with these names must agree."""
        wanted = {name: self.params[name] for name in filters if name in self.params}
        for name, value in wanted.items():
            if value is None:
                raise empty(name)
        return self.paged(
            each
            for each in self.books.all(kind)
            if all(each.get(name) == value for name, value in wanted.items())
        )

    def paged(self, things: Iterable[Object]) -> Object:
        """Return a page of objects, which come the newest first."""
        rows = list(things)
        bounds = self.params.get("created") or {}
        tests = {
            "gt": int.__gt__,
            "gte": int.__ge__,
            "lt": int.__lt__,
            "lte": int.__le__,
        }
        for bound, moment in bounds.items():
            rows = [each for each in rows if tests[bound](each["created"], moment)]
        return self.cut(rows)

    def cut(self, rows: list[Object]) -> Object:
        """Return the part of a list that was asked for."""
        limit = self.params.get("limit", 10)
        if not 1 <= limit <= 100:
            least = "greater than or equal to 1" if limit < 1 else "less than or equal to 100"
            raise invalid(f"This value must be {least}.", "limit", "parameter_invalid_integer")
        after, before = self.params.get("starting_after"), self.params.get("ending_before")
        if after and before:
            raise invalid(
                "Only one of `starting_after` or `ending_before` may be set.", "ending_before"
            )
        if after:
            rows = rows[self._place(rows, after, "starting_after") + 1 :]
        if before:
            rows = rows[: self._place(rows, before, "ending_before")]
            shown, more = rows[-limit:], len(rows) > limit
        else:
            shown, more = rows[:limit], len(rows) > limit
        return {"object": "list", "data": shown, "has_more": more, "url": self.path}

    def _place(self, rows: list[Object], id: str, param: str) -> int:
        for place, each in enumerate(rows):
            if each["id"] == id:
                return place
        # One that does not fit the filters stands between those that do.
        cursor = self.books.find(id)
        if cursor and rows and "created" in cursor and "created" in rows[0]:
            return sum(each["created"] > cursor["created"] for each in rows) - (
                param == "starting_after"
            )
        if cursor:
            return -1 if param == "starting_after" else 0
        raise invalid(f"No such object: '{id}'", param, "resource_missing")


Answers = Callable[[Call], Object | Page | None]


@dataclass(frozen=True)
class Route:
    """An address, what it takes, and what answers there."""

    method: str
    parts: tuple[str, ...]
    takes: dict[str, Check | Needed]
    answers: Answers
    public: bool

    def match(self, parts: list[str]) -> dict[str, str] | None:
        """Return what the address names, or None where it is another."""
        found = {}
        for mine, theirs in zip(self.parts, parts, strict=True):
            if mine[:1] == "{":
                if not theirs:
                    return None
                found[mine[1:-1]] = theirs
            elif mine != theirs:
                return None
        return found


ROUTES: dict[tuple[str, int], list[Route]] = {}


def route(
    method: str, path: str, *, public: bool = False, **takes: Check | Needed
) -> Callable[[Answers], Answers]:
    """
    Have a function answer at an address of Stripe's.

    :param public: with a publishable key, too.
    :param takes: its parameters; `expand` is always taken.
    """

    def register(answers: Answers) -> Answers:
        parts = tuple(path.strip("/").split("/"))
        made = Route(method, parts, takes, answers, public)
        known = ROUTES.setdefault((method, len(parts)), [])
        known.append(made)
        # What is written out goes before what is a name.
        known.sort(key=lambda each: [part[:1] == "{" for part in each.parts])
        return answers

    return register


def control(method: str, path: str, **takes: Check | Needed) -> Callable[[Answers], Answers]:
    """Have a function answer at an address of the sandbox's own, `/_sandbox/…` or a page."""
    return route(method, path, public=True, **takes)


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """Return who answers at an address, and what the address names."""
    parts = path.strip("/").split("/")
    for each in ROUTES.get((method, len(parts)), ()):
        ids = each.match(parts)
        if ids is not None:
            return each, ids
    return None
