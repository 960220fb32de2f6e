"""The accounts' short-lived sessions: encrypted in the database, refreshed by one process and one task at a time.

It knows no network. Accounts that are only being tried (id 0, before they are connected) keep nothing.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import IO
from weakref import WeakValueDictionary

import psycopg
from sqlalchemy.engine import make_url

from bot.errors import Retryable
from bot.locker import Locker
from bot.store import EVERYWHERE, Store, Tx
from bot.store.tables import Account

LOCK_SPACE = 0x7E12
"""First half of the advisory locks that guard one account's session each on PostgreSQL."""
LOCK_SECONDS = 60.0
"""Longer than a refresh takes (its request ends after 30 s); whoever waits longer tries again later."""
LOOK_AGAIN_SECONDS = 0.05
"""Between two looks at a lock file that another process holds."""


class Sessions:
    """Where adapters keep accounts' sessions; see `bot.rules.networks.Vault`."""

    def __init__(self, store: Store, locker: Locker, threads: Executor, folder: Path) -> None:
        """`threads` run the store's writes; `folder` holds the lock files where the database is a file."""
        self._store, self._locker, self._threads, self._folder = store, locker, threads, folder
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def load(self, account_id: int) -> dict[str, str]:
        """The stored session, or an empty dict. Raises Faults where no key opens it."""
        locked = await asyncio.get_running_loop().run_in_executor(
            self._threads, self._store.read, _session_of, EVERYWHERE, account_id
        )
        return self._locker.unlock(locked)

    async def save(self, account_id: int, session: Mapping[str, str]) -> None:
        """Replace the stored session, durably before returning."""
        locked = self._locker.lock(session)
        await asyncio.get_running_loop().run_in_executor(
            self._threads, self._store.write, _keep_session, EVERYWHERE, account_id, locked
        )

    def lock(self, account_id: int) -> AbstractAsyncContextManager[None]:
        """Hold while refreshing. Raises Retryable when another holds it for longer than any refresh takes."""
        return self._lock(account_id)

    @asynccontextmanager
    async def _lock(self, account_id: int) -> AsyncIterator[None]:
        ours = self._locks.get(account_id)
        if ours is None:
            ours = self._locks[account_id] = asyncio.Lock()
        async with ours, self._lock_between_processes(account_id):
            yield

    def _lock_between_processes(self, account_id: int) -> AbstractAsyncContextManager[None]:
        if account_id <= 0:
            return _unguarded()
        if self._store.is_sqlite:
            return _lock_file(self._folder / f"account-{account_id}.lock")
        return _advisory_lock(self._store.url, account_id)


def _session_of(tx: Tx, account_id: int) -> str:
    row = tx.get(Account, account_id)
    return row.session if row else ""


def _keep_session(tx: Tx, account_id: int, locked: str) -> None:
    row = tx.get(Account, account_id)
    if row is not None:
        row.session = locked
        tx.session.add(row)


@asynccontextmanager
async def _unguarded() -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def _lock_file(path: Path) -> AsyncIterator[None]:
    """The command line may verify an account beside the running bot. The kernel frees what a dead process held."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            async with asyncio.timeout(LOCK_SECONDS):
                while not _taken(file):  # noqa: ASYNC110 - the other process has no way to tell us
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
        except TimeoutError:
            raise _held_elsewhere() from None
        yield  # closing the file lets go


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@asynccontextmanager
async def _advisory_lock(url: str, account_id: int) -> AsyncIterator[None]:
    """A connection of its own holds the lock: the pool's may run other transactions meanwhile.

    The server frees it when the connection ends, however it ends.
    """
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = f"-c lock_timeout={int(LOCK_SECONDS * 1000)}"
    try:
        connection = await psycopg.AsyncConnection.connect(
            address, autocommit=True, connect_timeout=5, options=options, application_name=f"trellis-{os.getpid()}"
        )
    except psycopg.OperationalError as error:
        raise Retryable("The database could not be reached.") from error
    async with connection:
        try:
            await connection.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_SPACE, account_id))
        except psycopg.errors.LockNotAvailable:
            raise _held_elsewhere() from None
        yield


def _held_elsewhere() -> Retryable:
    return Retryable("Another process is signing this account in and does not come to an end.")
