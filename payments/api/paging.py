"""Lists, a page at a time: each page begins where the one before it ended."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from payments.errors import Invalid
from payments.reading import clean

USUAL, MOST = 50, 100  # rows of one page


class Page(NamedTuple):
    """Some rows of a list, and the addresses of those before and after them."""

    rows: list[Any]
    next: str | None
    previous: str | None


def page(request: Request, rows: QuerySet[Any], order: Sequence[str]) -> Page:
    """
    Return the page of a list that is asked for with `limit` and `cursor`.

    :param order: columns that together are unique, `-` before those that fall.
    :raises Invalid: the limit or the cursor is none.
    """
    limit = _limit(request)
    backwards, position = _cursor(request, order)
    if backwards:
        order = [name.removeprefix("-") if name[0] == "-" else f"-{name}" for name in order]
    try:
        if position:
            rows = rows.filter(_after(order, position))
        found = list(rows.order_by(*order)[: limit + 1])
    except (ValidationError, ValueError, TypeError) as error:
        raise Invalid("cursor", "This cursor is none of ours.") from error
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    before = bool(position) if not backwards else more
    after = bool(position) if backwards else more
    return Page(
        found,
        next=_address(request, False, order, found[-1]) if found and after else None,
        previous=_address(request, True, order, found[0]) if found and before else None,
    )


def _limit(request: Request) -> int:
    given = request.query_params.get("limit")
    if given is None:
        return USUAL
    if not (given.isascii() and given.isdigit() and int(given[:9])):
        raise Invalid("limit", f"A number from 1 to {MOST}.")
    return MOST if len(given) > 9 else min(int(given), MOST)


def _cursor(request: Request, order: Sequence[str]) -> tuple[bool, list[str]]:
    """Return whether to go backwards, and from which row on: its values of the order's columns."""
    given = request.query_params.get("cursor")
    if given is None:
        return False, []
    try:
        backwards, *position = json.loads(urlsafe_b64decode(given.encode()))
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise Invalid("cursor", "This cursor is none of ours.") from error
    texts = [value for value in position if isinstance(value, str) and clean(value) == value]
    if not isinstance(backwards, bool) or not len(texts) == len(position) == len(order):
        raise Invalid("cursor", "This cursor is none of ours.")
    return backwards, texts


def _after(order: Sequence[str], position: Sequence[str]) -> Q:
    found, same = Q(), Q()
    for name, value in zip(order, position, strict=True):
        column = name.removeprefix("-")
        found |= same & Q(**{f"{column}__{'lt' if name[0] == '-' else 'gt'}": value})
        same &= Q(**{column: value})
    return found


def _address(request: Request, backwards: bool, order: Sequence[str], row: Any) -> str:
    columns = [name.removeprefix("-") for name in order]
    values = [row[name] if isinstance(row, dict) else getattr(row, name) for name in columns]
    cursor = urlsafe_b64encode(json.dumps([backwards, *map(str, values)]).encode()).decode()
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor)
