"""Databases that a run makes for itself on a PostgreSQL server, and drops when it is over."""

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks.sizes import Failed

SERVER = "postgres://postgres@127.0.0.1:5432/"
INBOX, BARE_INBOX = "webhook_events", "bare_webhook_events"
BARE_PAYMENTS, BARE_PROMISES = "bare_payments", "bare_promises"


class Databases:
    """The databases of one run; the first is migrated, all others are copies of it."""

    def __init__(self, migrate: Callable[[str], None]) -> None:
        """
        Begin with none.

        :param migrate: makes the tables, and one hotel, in the database of this URL.
        """
        self._migrate = migrate
        self.server = urlsplit(os.environ.get("DATABASE_URL", SERVER))
        if not self.server.scheme.startswith(("postgres", "pgsql")):
            raise Failed("Benchmarks run on PostgreSQL: let DATABASE_URL name a server of it.")
        self.names: list[str] = []

    def __enter__(self) -> "Databases":
        return self

    def __exit__(self, *error: object) -> None:
        with self.connect("postgres") as connection:
            for name in self.names:
                connection.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))

    def new(self, name: str) -> str:
        """Make a database with all tables and nothing in them but one hotel; return its URL."""
        if not self.names:
            self._migrate(self._create("empty"))
        return self._create(name, copied_from=self.names[0])

    def connect(self, name: str) -> "psycopg.Connection[Any]":
        """Open a connection to a database, in autocommit; by URL or by name."""
        url = name if "://" in name else self._url(name)
        # libpq knows fewer names of itself than Django does.
        return psycopg.connect("postgresql" + url[url.index("://") :], autocommit=True)

    def _create(self, name: str, copied_from: str = "template1") -> str:
        full = f"benchmarks_{os.getpid()}_{name}"
        with self.connect("postgres") as connection:
            self.names.append(full)
            connection.execute(_named("CREATE DATABASE {} TEMPLATE {}", full, copied_from))
        return self._url(full)

    def _url(self, name: str) -> str:
        return urlunsplit(self.server._replace(path=f"/{name}"))


def _named(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))
