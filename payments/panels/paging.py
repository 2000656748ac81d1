"""A page of a list. Nobody counts it all: the next page is there, or not."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet

PER_PAGE = 50
LAST_PAGE = 10_000  # nobody leafs that far


class Filters(forms.Form):
    """What a list is narrowed to. What makes no sense narrows nothing."""

    page = forms.IntegerField(min_value=1, max_value=LAST_PAGE, required=False)

    def given(self, name: str) -> Any:
        """Return what was asked for, if it makes sense; None where it was not."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    @property
    def number(self) -> int:
        """Which page was asked for."""
        return self.given("page") or 1


@dataclass(frozen=True)
class Page:
    """A page of rows, and whether there are more."""

    rows: list[Any]
    number: int
    has_next: bool

    @property
    def previous(self) -> int:
        """The page before; 0 before the first."""
        return self.number - 1

    @property
    def next(self) -> int:
        """The page after; 0 after the last."""
        return self.number + 1 if self.has_next else 0

    @classmethod
    def of(cls, rows: QuerySet[Any], number: int, size: int = PER_PAGE) -> "Page":
        """Read one page, and whether there is one more row."""
        start = (number - 1) * size
        found = list(rows[start : start + size + 1])
        return cls(found[:size], number, len(found) > size)
