"""
Reading JSON that came from outside, without ever trusting its shape.

`parse` makes an object of any bytes, or says that it cannot. `clean` makes of it what every
database, page and export can hold. `Reader` takes single values out of an object and raises
`Malformed` where one makes no sense; where a value is only missing, it answers with nothing.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from payments.errors import Malformed
from payments.money import EXPONENTS, LARGEST

ID = re.compile(r"[\x21-\x7e]{1,255}")
DEEPEST = 64  # levels of nesting that anybody reads
_LONGEST_NUMBER = 300  # digits
LATEST_SECOND = 253_402_214_399  # a day before the end of the year 9999: every clock can show it
_UNHOLDABLE_TEXT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|\xed[\xa0-\xbf]")
_UNHOLDABLE_NUMBER = re.compile(
    rb"[:,\[]\s*-?[0-9NI](?:[0-9]{18}|[0-9.]*[eE]\+?[0-9]{3}|aN|nfinity)"
)
_TOKEN = re.compile(r'([\[\]{}]|"[^"\\]*+(?:\\.[^"\\]*+)*+"?)(\s*:)?', re.DOTALL)
_SURROGATE_OR_NUL = re.compile("[\x00\ud800-\udfff]")


def parse(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in these bytes; None where they hold none."""
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass")
        try:
            found = _loaded(text)
        except RecursionError:
            found = _loaded(_flattened(text))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # perhaps only a number that Python refuses to count to
        return json.loads(text, parse_int=_integer)


def _integer(digits: str) -> int | str:
    """Return a number, or its digits where Python refuses to count that far."""
    return int(digits) if len(digits) < _LONGEST_NUMBER else digits


def _flattened(text: str) -> str:
    """
    Return the same JSON with whatever is nested deeper than anybody reads made one flat list.

    Only the texts are kept of that, each under its own key: what points at another organization
    does so at any depth.
    """
    kept: list[str] = []
    inside: list[str] = []
    keys = ['""']  # one for each open bracket: the last key in it, or the one it stands under
    start = 0
    for token in _TOKEN.finditer(text):
        mark, is_key = token.group(1), token.group(2)
        if mark in ("{", "["):
            keys.append(keys[-1])
            if len(keys) == DEEPEST:
                kept.append(text[start : token.start()])
                inside = []
        elif mark in ("}", "]"):
            if len(keys) == DEEPEST:
                kept.append(f"[{','.join(inside)}]")
                start = token.end()
            keys.pop()
            if not keys:
                break
        elif is_key:
            keys[-1] = mark
        elif len(keys) >= DEEPEST:
            inside.append(f"{{{keys[-1]}:{mark}}}")
    if len(keys) != 1:
        return ""  # never closed, or closed too often: no JSON
    return "".join([*kept, text[start:]])


def is_clean(body: bytes) -> bool:
    """Say whether all that these bytes spell out can surely be held as it is."""
    return not (
        body.count(b"{") + body.count(b"[") > DEEPEST  # else it cannot be nested deeper either
        or b"\x00" in body
        or _UNHOLDABLE_TEXT.search(body)
        or _UNHOLDABLE_NUMBER.search(body)
    )


def clean(value: Any, depth: int = 0) -> Any:
    """Return the same value with whatever a database cannot hold made readable."""
    if isinstance(value, str):
        return _SURROGATE_OR_NUL.sub("\ufffd", value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST else str(value)[:_LONGEST_NUMBER]
    if isinstance(value, float):
        return value if abs(value) < 1e300 else str(value)
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {clean(key): clean(item, depth + 1) for key, item in value.items()}
    return [clean(item, depth + 1) for item in value]


def identifier(value: Any) -> str:
    """Return an id that is 1 to 255 printable ASCII characters; empty for anything else."""
    return value if isinstance(value, str) and ID.fullmatch(value) else ""


def strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text at any depth with the key it stands under."""
    waiting: list[tuple[str, Any]] = [(key, value)]
    while waiting:
        name, item = waiting.pop()
        if isinstance(item, str):
            yield name, item
        elif isinstance(item, dict):
            waiting.extend(item.items())
        elif isinstance(item, list):
            waiting.extend((name, each) for each in item)


class Reader:
    """Takes values out of one JSON object of Stripe's."""

    __slots__ = ("given",)

    def __init__(self, given: Any) -> None:
        self.given: dict[str, Any] = given if isinstance(given, dict) else {}

    @classmethod
    def of(cls, kind: str, given: Any) -> "Reader":
        """
        Return a reader of an object of this kind.

        :raises Malformed: it says that it is something else.
        """
        read = cls(given)
        if read.given.get("object") not in (None, kind):
            raise Malformed(f"The object is no {kind}.")
        return read

    def __contains__(self, name: str) -> bool:
        return self.given.get(name) is not None

    def at(self, *path: str) -> "Reader":
        """Return a reader of what is nested there; of nothing, where nothing is."""
        value: Any = self.given
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return Reader(value)

    def own_id(self) -> str:
        """
        Return the object's id.

        :raises Malformed: it has none.
        """
        found = identifier(self.given.get("id"))
        if not found:
            raise Malformed("The object has no id.")
        return found

    def ref(self, name: str) -> str:
        """Return the id of another object, expanded or not; empty where there is none."""
        value = self.given.get(name)
        return identifier(value.get("id") if isinstance(value, dict) else value)

    def text(self, name: str, length: int) -> str:
        """Return a text, cleaned and cut to what its column holds; empty where there is none."""
        value = self.given.get(name)
        return str(clean(value))[:length] if isinstance(value, str) else ""

    def flag(self, name: str) -> bool | None:
        """Return true or false; None for anything else."""
        value = self.given.get(name)
        return value if isinstance(value, bool) else None

    def amount(self, name: str, *, signed: bool = False) -> int | None:
        """
        Return an amount in minor units; None where there is none.

        :param signed: it may be below zero.
        :raises Malformed: it is no integer, below zero where it cannot be, or beyond any column.
        """
        value = self.given.get(name)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON knows no difference between 900 and 900.0
        if isinstance(value, bool) or not isinstance(value, int):
            raise Malformed(f"“{name}” is no integer.")
        if abs(value) > LARGEST or (value < 0 and not signed):
            raise Malformed(f"“{name}” is no amount.")
        return value

    def currency(self, name: str = "currency") -> str:
        """
        Return an ISO currency in lower case; empty where there is none.

        :raises Malformed: nobody has that currency.
        """
        value = self.given.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or value.lower() not in EXPONENTS:
            raise Malformed(f"“{name}” is no currency.")
        return value.lower()

    def time(self, name: str) -> datetime | None:
        """Return a time given in seconds since 1970; None where there is none that exists."""
        value = self.given.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        return datetime.fromtimestamp(value, UTC) if 0 <= value <= LATEST_SECOND else None

    def small(self, name: str) -> int | None:
        """Return a small count or score; None for anything else."""
        value = self.given.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**31 - 1:
            return None
        return value

    def each(self, name: str) -> list[Any]:
        """Return the items of a list, Stripe's own or plain; none where there is none."""
        value = self.given.get(name)
        if isinstance(value, dict):
            value = value.get("data")
        return value if isinstance(value, list) else []
