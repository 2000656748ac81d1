"""The tables of who may do what, as the documentation shows them."""

import re
from collections.abc import Iterable, Iterator

from payments.hotel import MEANS, RIGHTS, Right

ROLES = ("owner", "manager", "finance", "front_desk", "read_only")


def of_rights() -> Iterator[str]:
    """Yield the table of roles and their rights, line by line."""
    yield from _head("may")
    for right in Right:
        yield f"| {MEANS[right]} | {_marks(right)} |"


def of_addresses(rows: Iterable[tuple[str, str, Right]]) -> Iterator[str]:
    """
    Yield a table of addresses, line by line.

    :param rows: each address as Django writes it, a method, and what it takes.
    """
    yield from _head("address", "method")
    for address, method, right in rows:
        named = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", address)
        yield f"| `{named}` | {method} | {_marks(right)} |"


def _head(*columns: str) -> Iterator[str]:
    yield f"| {' | '.join((*columns, *ROLES))} |"
    yield f"|{'---|' * (len(columns) + len(ROLES))}"


def _marks(right: Right) -> str:
    return " | ".join("✓" if role in RIGHTS[right] else "" for role in ROLES)
