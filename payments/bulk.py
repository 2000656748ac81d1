"""Writing many rows, and reading rows of many tables, with one statement; on SQLite alike."""

import dataclasses
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models

_MOST_VALUES = 30_000  # in one statement; SQLite takes 32,766

_Statement = tuple[str, Sequence[Any]]  # SQL and its parameters
_held_back: ContextVar[list[_Statement] | None] = ContextVar("held_back", default=None)


@contextmanager
def together() -> Iterator[None]:
    """
    Send all that `insert` and `update` are given meanwhile as one statement, at the end.

    Within it nothing may be read, or written again, that it writes: nothing of it is there yet.
    Within another it is part of that one. SQLite, which is a call away, is told each at once.
    """
    if connection.vendor != "postgresql" or _held_back.get() is not None:
        yield
        return
    statements: list[_Statement] = []
    token = _held_back.set(statements)
    try:
        yield
    finally:
        _held_back.reset(token)
    if statements:
        *others, (last, _) = statements
        parts = [f"part{number} AS ({sql})" for number, (sql, _) in enumerate(others, 1)]
        sql = f"WITH {', '.join(parts)} {last}" if parts else last
        _execute(sql, [value for _, given in statements for value in given])


def _write(sql: str, parameters: Sequence[Any]) -> None:
    held_back = _held_back.get()
    if held_back is None:
        _execute(sql, parameters)
    else:
        held_back.append((sql, parameters))


def _execute(sql: str, parameters: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def insert(rows: Sequence[models.Model], *, ignore_conflicts: bool = False) -> None:
    """
    Insert new rows of one model, which has its keys from us, as they stand.

    :param ignore_conflicts: leave a row alone of which there is one with such a key already.
    """
    if not rows:
        return
    model = type(rows[0])
    fields = model._meta.concrete_fields
    for row in rows:
        for field in fields:
            setattr(row, field.attname, field.pre_save(row, True))
    for part in _parts(rows, len(fields)):
        sql, parameters = _insertion(model, fields, part)
        _write(f"{sql} ON CONFLICT DO NOTHING" if ignore_conflicts else sql, parameters)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


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
    for part in _parts(rows, len(fields)):
        sql, parameters = _insertion(model, fields, part)
        returning = f" ON CONFLICT DO NOTHING RETURNING {_quoted(key.column)}"
        with connection.cursor() as cursor:
            cursor.execute(sql + returning, parameters)
            written.update(key.to_python(row[0]) for row in cursor.fetchall())
    return written


def _insertion(
    model: type[models.Model], fields: Sequence[Any], rows: Sequence[Any]
) -> tuple[str, list[Any]]:
    """Return SQL that inserts these rows, to which ON CONFLICT may be added, and its parameters."""
    columns = ", ".join(_quoted(field.column) for field in fields)
    source, parameters = _source(fields, rows)
    table = _quoted(model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) SELECT * FROM {source} WHERE true", parameters  # noqa: S608


def update(model: type[models.Model], names: Sequence[str], rows: Sequence[Any]) -> None:
    """Write these fields of rows that are there."""
    table = _quoted(model._meta.db_table)
    key, *fields = _fields(model, ["pk", *names])
    pairs = ", ".join(
        f"{_quoted(field.column)} = new.column{number}" for number, field in enumerate(fields, 2)
    )
    for part in _parts(rows, len(fields)):
        source, parameters = _source([key, *fields], part)
        _write(
            f"UPDATE {table} SET {pairs} FROM {source}"  # noqa: S608 - names of our own
            f" WHERE {table}.{_quoted(key.column)} = new.column1",
            parameters,
        )


@dataclass(frozen=True)
class Asked:
    """
    Rows of one table: those with one of these values in a field.

    :param fixed: what else is so of them: a value by field, None for nothing.
    :param of: rows whose ids are among the values, too.
    """

    model: type[models.Model]
    field: str
    values: Collection[Any]
    fixed: dict[str, Any] = dataclasses.field(default_factory=dict)
    of: "Asked | None" = None

    def __bool__(self) -> bool:
        return bool(self.values or self.of)

    def rows(self) -> models.QuerySet[Any]:
        """Return the rows, in no order, as a query of their own."""
        rows: models.QuerySet[Any] = self.model._default_manager.order_by()
        wanted = models.Q(**{f"{self.field}__in": self.values})
        if self.of:
            wanted |= models.Q(**{f"{self.field}__in": self.of.rows().values("pk")})
        return rows.filter(wanted, **self.fixed)

    def as_json(self, number: int) -> tuple[str, list[Any]]:
        """Return SQL that says of each row its number and itself, and its parameters."""
        table = _quoted(self.model._meta.db_table)
        where, given = self._where()
        return f"SELECT {number}, row_to_json({table}) FROM {table} WHERE {where}", given  # noqa: S608

    def _where(self) -> tuple[str, list[Any]]:
        field = _fields(self.model, [self.field])[0]
        values, parameters = f"%s::{_type(field)}[]", [list(self.values)]
        if self.of:
            table, key = _quoted(self.of.model._meta.db_table), _column(self.of.model, "pk")
            where, more = self.of._where()
            values += f" || ARRAY(SELECT {key} FROM {table} WHERE {where})"  # noqa: S608
            parameters += more
        given = {name: value for name, value in self.fixed.items() if value is not None}
        also = [f"{_column(self.model, name)} = %s" for name in given]
        also += [f"{_column(self.model, n)} IS NULL" for n in self.fixed.keys() - given.keys()]
        wanted = f"{_column(self.model, self.field)} = ANY({values})"
        return " AND ".join([wanted, *also]), [*parameters, *given.values()]


def read(asked: Sequence[Asked]) -> list[list[Any]]:
    """
    Return the rows that each of these asks for: on PostgreSQL all with one statement.

    For a few rows of many tables, since each comes as JSON; of one table, a query is quicker.
    """
    if connection.vendor != "postgresql":
        return [list(each.rows()) if each else [] for each in asked]
    found: list[list[Any]] = [[] for _ in asked]
    parts = [each.as_json(number) for number, each in enumerate(asked) if each]
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(
                " UNION ALL ".join(sql for sql, _ in parts),
                [value for _, given in parts for value in given],
            )
            for number, row in cursor.fetchall():
                found[number].append(_as_row(asked[number].model, row))
    return found


def _as_row(model: Any, columns: dict[str, Any]) -> Any:
    """Return the instance that a row is which came as JSON."""
    names, readers = _readers(model)
    values = [
        value if value is None or read is None else read(value)
        for value, read in ((columns[column], read) for column, read in readers)
    ]
    return model.from_db(connection.alias, names, values)


@cache
def _readers(model: Any) -> tuple[list[str], list[tuple[str, Callable[[Any], Any] | None]]]:
    """Return a model's attributes, and for each column how to read what JSON has no form for."""
    known: dict[str, Callable[[Any], Any]] = {
        "UUIDField": UUID,
        "DateTimeField": datetime.fromisoformat,
        "DateField": date.fromisoformat,
    }
    fields = model._meta.concrete_fields
    readers = [(f.column, known.get(_stored(f).get_internal_type())) for f in fields]
    return [field.attname for field in fields], readers


def _stored(field: Any) -> Any:
    """Return the field that says how a column is stored: of a relation, the other side's key."""
    return _stored(field.target_field) if field.is_relation else field


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


@cache
def _type(field: Any) -> str:
    return str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))


def _column(model: type[models.Model], name: str) -> str:
    return f"{_quoted(model._meta.db_table)}.{_quoted(_fields(model, [name])[0].column)}"


@cache
def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
