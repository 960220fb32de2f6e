"""Sessions: encrypted at rest, kept per account, and refreshed by one at a time, in whatever process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import Faults
from bot.locker import Locker
from bot.rules.networks import Vault
from bot.sessions import Sessions
from bot.store import EVERYWHERE, Store, Tx
from bot.store.tables import Account, Client, Workspace

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
LOCKER = Locker([Locker.new_key()])
TOKENS = {"access": "swordfish", "refresh": "r"}


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def account(store: Store) -> int:
    def add(tx: Tx) -> int:
        workspace = tx.add(Workspace(team_id="T1", name="Team", created_at=NOW))
        client = tx.add(Client(workspace_id=workspace.id or 0, name="Bakery", zone="UTC", created_at=NOW))
        made = Account(
            workspace_id=workspace.id or 0,
            client_id=client.id or 0,
            network="plaza",
            server="http://127.0.0.1",
            handle="bakery",
            remote_id="1",
            secret="",
            created_at=NOW,
        )
        return tx.add(made).id or 0

    return store.write(add, EVERYWHERE)


@pytest.fixture
def sessions(store: Store, threads: ThreadPoolExecutor, tmp_path: Path) -> Sessions:
    return Sessions(store, LOCKER, threads, tmp_path / "locks")


async def test_a_session_comes_back_to_whoever_has_the_key(
    sessions: Sessions, store: Store, threads: ThreadPoolExecutor, account: int, tmp_path: Path
) -> None:
    vault: Vault = sessions
    await vault.save(account, TOKENS)
    assert await vault.load(account) == TOKENS
    with pytest.raises(Faults):
        await Sessions(store, Locker([Locker.new_key()]), threads, tmp_path).load(account)


async def test_a_stored_session_cannot_be_read_in_the_database(sessions: Sessions, store: Store, account: int) -> None:
    await sessions.save(account, TOKENS)
    rows = store.read(lambda tx: str(tx.session.execute(text("SELECT session FROM account")).all()), EVERYWHERE)
    assert rows
    assert "swordfish" not in rows


async def test_an_account_that_is_only_tried_keeps_nothing(sessions: Sessions) -> None:
    await sessions.save(0, TOKENS)
    assert await sessions.load(0) == {}


async def test_one_task_at_a_time_refreshes_an_account(sessions: Sessions, account: int) -> None:
    inside = 0
    most = 0

    async def refresh() -> None:
        nonlocal inside, most
        async with sessions.lock(account):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(refresh() for _ in range(5)))
    assert most == 1


async def test_another_process_waits_until_the_lock_is_free(
    sessions: Sessions, store: Store, threads: ThreadPoolExecutor, account: int, tmp_path: Path
) -> None:
    elsewhere = Sessions(store, LOCKER, threads, tmp_path / "locks")  # shares no memory with the first
    taken = asyncio.Event()

    async def take() -> None:
        async with elsewhere.lock(account):
            taken.set()

    async with sessions.lock(account):
        waiting = asyncio.create_task(take())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(taken.wait(), 0.2)
    await asyncio.wait_for(waiting, 5)
    assert taken.is_set()


async def test_accounts_do_not_wait_for_each_other(sessions: Sessions, account: int) -> None:
    async with sessions.lock(account), asyncio.timeout(5), sessions.lock(account + 1):
        pass
