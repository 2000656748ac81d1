"""Sums that no column could hold: two absurd amounts must not break a page."""

from typing import Any

from django.db.models import F, Sum

_PART = 1_000_000_000


def sum_of(field: str) -> tuple[Sum, Sum]:
    """
    Return two aggregates that together are the sum of a column of amounts, none below zero.

    SQLite fails where a sum passes 2⁶³; of its thousand millions and its rest it does not.
    """
    return Sum(F(field) / _PART), Sum(F(field) % _PART)


def total(thousand_millions: Any, rest: Any) -> int:
    """Return the sum that two aggregates of `sum_of` make; 0 where there was nothing to add."""
    return int(thousand_millions or 0) * _PART + int(rest or 0)
