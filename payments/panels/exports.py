"""Tables that people take along: the one place where a cell is made safe for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # a text that begins so is a formula to a spreadsheet


def cell(value: Any) -> str:
    """
    Return what stands in a cell: an apostrophe goes before what a spreadsheet would work out.

    Numbers are written as they are. Whoever writes a table for people writes its cells with this.
    """
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, int | Decimal) or not text.startswith(_FORMULAS):
        return text
    return f"'{text}"


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as comma-separated values."""
    written = io.StringIO()
    writer = csv.writer(written)
    for row in (columns, *rows):
        writer.writerow([cell(value) for value in row])
    return written.getvalue()
