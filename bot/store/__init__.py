"""The store: opens the database, runs flows in transactions, and tells the loops what has changed.

It decides nothing. `write` runs one flow in one transaction; the flow's bells are rung after the commit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, event, text
from sqlalchemy.engine import make_url
from sqlmodel import Session, create_engine

from bot.store.scope import EVERYWHERE, Scope, Tx

__all__ = ["EVERYWHERE", "Scope", "Store", "Tx", "open_store"]

P = ParamSpec("P")
T = TypeVar("T")

LOCK_WAIT_SECONDS = 2.0
"""How long a transaction waits for another one: Slack hangs up an interaction after 3 s."""

NOTIFY_CHANNEL = "trellis"
"""The PostgreSQL channel that carries bells between processes."""

POSTGRES_THREADS = 6
"""Connections of one process: enough to keep the database busy from two cores, few enough for a small server."""


class Store:
    """A database that flows run against. SQLite has one writer; PostgreSQL has as many as it has threads."""

    def __init__(self, url: str, writer: Engine, reader: Engine) -> None:
        self.url = url
        self.writer = writer
        self.reader = reader
        self.on_commit: list[Callable[[frozenset[str]], None]] = []

    @property
    def is_sqlite(self) -> bool:
        """Whether one process owns the database."""
        return self.writer.dialect.name == "sqlite"

    @property
    def write_threads(self) -> int:
        """How many writes may run side by side."""
        return 1 if self.is_sqlite else POSTGRES_THREADS

    def write(self, flow: Callable[Concatenate[Tx, P], T], scope: Scope, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `flow` in one transaction; what it raises undoes all of it."""
        with Session(self.writer, expire_on_commit=False) as session, session.begin():
            tx = Tx(session, scope)
            result = flow(tx, *args, **kwargs)
            session.flush()
            if tx.bells and not self.is_sqlite:
                self._notify(session, tx.bells)
        if tx.bells:
            for listener in self.on_commit:
                listener(frozenset(tx.bells))
        return result

    def read(self, flow: Callable[Concatenate[Tx, P], T], scope: Scope, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `flow` on a snapshot; nothing it does to rows is kept."""
        with Session(self.reader, expire_on_commit=False, autoflush=False) as session:
            return flow(Tx(session, scope), *args, **kwargs)

    def close(self) -> None:
        """Let go of every connection."""
        self.writer.dispose()
        self.reader.dispose()

    def _notify(self, session: Session, bells: set[str]) -> None:
        for bell in sorted(bells):
            session.execute(text("SELECT pg_notify(:channel, :bell)"), {"channel": NOTIFY_CHANNEL, "bell": bell})


def open_store(url: str) -> Store:
    """Open the database at a SQLAlchemy URL (`sqlite:///file` or `postgresql+psycopg://…`); it must be migrated."""
    if make_url(url).get_backend_name() == "sqlite":
        return Store(url, _sqlite(url, writes=True), _sqlite(url, writes=False))
    engine = _postgres(url)
    return Store(url, engine, engine)


def _postgres(url: str) -> Engine:
    wait = f"-c lock_timeout={int(LOCK_WAIT_SECONDS * 1000)} -c timezone=UTC"
    return create_engine(
        url,
        pool_size=POSTGRES_THREADS * 2,
        max_overflow=2,
        pool_pre_ping=True,
        connect_args={"options": wait, "connect_timeout": 5},
    )


def _sqlite(url: str, *, writes: bool) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": LOCK_WAIT_SECONDS, "check_same_thread": False, "isolation_level": None},
        pool_size=1 if writes else 4,
        max_overflow=0 if writes else 4,
    )
    event.listen(engine, "connect", _set_pragmas)
    # The driver opens no transaction for `WITH … UPDATE`, and a deferred one would deadlock when two of them upgrade.
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
