"""Writing many rows with one statement, on PostgreSQL and SQLite alike."""

import json
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
    key: Any = model._meta.pk
    fields = _fields(model, names)
    columns = ", ".join(_quoted(field.column) for field in fields)
    for part in _parts(rows, len(fields)):
        source, parameters = _source(fields, part)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {_quoted(model._meta.db_table)} ({columns})"  # noqa: S608 - our names
                f" SELECT * FROM {source} WHERE true ON CONFLICT DO NOTHING"
                f" RETURNING {_quoted(key.column)}",
                parameters,
            )
            written.update(key.to_python(row[0]) for row in cursor.fetchall())
    return written


def update(model: type[models.Model], names: Sequence[str], rows: Sequence[Any]) -> None:
    """Write these fields of rows that are there."""
    table = _quoted(model._meta.db_table)
    key, *fields = _fields(model, ["pk", *names])
    pairs = ", ".join(
        f"{_quoted(field.column)} = new.column{number}" for number, field in enumerate(fields, 2)
    )
    for part in _parts(rows, len(fields)):
        source, parameters = _source([key, *fields], part)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET {pairs} FROM {source}"  # noqa: S608 - names of our own
                f" WHERE {table}.{_quoted(key.column)} = new.column1",
                parameters,
            )


def analyze() -> None:
    """
    Let PostgreSQL know what is in each table, where it has not looked yet.

    It looks by itself a minute after many rows have come, and plans without knowing them until
    then. Called with no transaction open, so that nobody waits for it. SQLite needs none of it.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r'"
            " AND pg_table_is_visible(oid) AND reltuples < 0 AND pg_relation_size(oid) > 0"
            " ORDER BY relname",
            [connection.introspection.django_table_names()],
        )
        unknown = [_quoted(name) for (name,) in cursor.fetchall()]
        if unknown:
            cursor.execute(f"ANALYZE {', '.join(unknown)}")


def _fields(model: type[models.Model], names: Sequence[str]) -> list[Any]:
    return [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names]


def _parts(rows: Sequence[Any], width: int) -> list[Sequence[Any]]:
    size = max(1, _MOST_VALUES // (width + 1))
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _source(fields: Sequence[Any], rows: Sequence[Any]) -> tuple[str, list[Any]]:
    """
    Return these rows as a table named `new` with columns column1, column2, …

    PostgreSQL is given them as one JSON text, which it reads faster than psycopg can quote each of
    some ten thousand values. SQLite has no types to lose, and takes the values themselves.
    """
    if connection.vendor == "postgresql":
        names = [f"column{number}" for number, _ in enumerate(fields, 1)]
        types = ", ".join(f"{n} {_type(f)}" for n, f in zip(names, fields, strict=True))
        values = [
            {n: _plain(f, getattr(row, f.attname)) for n, f in zip(names, fields, strict=True)}
            for row in rows
        ]
        return f"json_to_recordset(%s) AS new({types})", [json.dumps(values, default=str)]
    line = f"({', '.join(['%s'] * len(fields))})"
    flat = [
        field.get_db_prep_save(getattr(row, field.attname), connection)
        for row in rows
        for field in fields
    ]
    return f"(VALUES {', '.join([line] * len(rows))}) AS new", flat


def _plain(field: Any, value: Any) -> Any:
    """Return a value as JSON has it; what JSON has no form for is written as text."""
    return value if isinstance(field, models.JSONField) else field.get_prep_value(value)


def _type(field: Any) -> str:
    return str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
