"""Writing many rows with one statement, on PostgreSQL and SQLite alike."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models

_MOST_VALUES = 30_000  # in one statement; SQLite takes 32,766


def insert_missing(
    model: type[models.Model], names: Sequence[str], rows: Sequence[Any]
) -> set[Any]:
    """
    Insert these rows, leave those that are there alone, and return the ids that are new.

    Another worker's uncommitted row of the same key is waited for. Columns that `names` leaves out
    take their defaults from the database.
    """
    written: set[Any] = set()
    fields = _fields(model, names)
    for part in _parts(rows, len(fields)):
        values, parameters = _values(fields, part)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {_quoted(model._meta.db_table)}"  # noqa: S608 - names of our own
                f" ({', '.join(_quoted(field.column) for field in fields)}) VALUES {values}"
                f" ON CONFLICT DO NOTHING RETURNING {_quoted(_key(model).column)}",
                parameters,
            )
            written.update(_key(model).to_python(row[0]) for row in cursor.fetchall())
    return written


def update(model: type[models.Model], names: Sequence[str], rows: Sequence[Any]) -> None:
    """Write these fields of rows that are there."""
    fields = [_key(model), *_fields(model, names)]
    for part in _parts(rows, len(fields)):
        values, parameters = _values(fields, part)
        pairs = ", ".join(
            f"{_quoted(field.column)} = {_cast(f'new.column{number}', field)}"
            for number, field in enumerate(fields[1:], start=2)
        )
        table = _quoted(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET {pairs} FROM (VALUES {values}) AS new"  # noqa: S608
                f" WHERE {table}.{_quoted(fields[0].column)} = {_cast('new.column1', fields[0])}",
                parameters,
            )


def _fields(model: type[models.Model], names: Sequence[str]) -> list[Any]:
    return [model._meta.get_field(name) for name in names]


def _key(model: type[models.Model]) -> Any:
    return model._meta.pk


def _parts(rows: Sequence[Any], width: int) -> list[Sequence[Any]]:
    size = max(1, _MOST_VALUES // width)
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _values(fields: Sequence[Any], rows: Sequence[Any]) -> tuple[str, list[Any]]:
    line = f"({', '.join(['%s'] * len(fields))})"
    parameters = [
        field.get_db_prep_save(getattr(row, field.attname), connection)
        for row in rows
        for field in fields
    ]
    return ", ".join([line] * len(rows)), parameters


def _cast(value: str, field: Any) -> str:
    """Return a value with its column's type, which PostgreSQL cannot guess from a list of rows."""
    if connection.vendor != "postgresql":
        return value
    type = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
    return f"{value}::{type}"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
