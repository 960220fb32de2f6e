"""A commit in one process wakes the loops of another."""

from __future__ import annotations

from bot.bells import COURIER, PUBLISHER, Bells
from bot.store import EVERYWHERE, Store, Tx, open_store
from tests.databases import Server


async def test_a_commit_rings_its_bells_and_no_other(store: Store) -> None:
    bells = Bells()
    bells.hang(store)
    store.write(lambda tx: tx.ring(PUBLISHER), EVERYWHERE)
    assert await bells.wait(PUBLISHER, 5)
    assert not bells.event(COURIER).is_set()
    await bells.take_down()


async def test_what_was_undone_rings_nothing(store: Store) -> None:
    bells = Bells()
    bells.hang(store)

    def fail(tx: Tx) -> None:
        tx.ring(PUBLISHER)
        raise LookupError

    try:
        store.write(fail, EVERYWHERE)
    except LookupError:
        assert not bells.event(PUBLISHER).is_set()
    await bells.take_down()


async def test_another_process_s_commit_is_heard_on_postgresql(postgres: Server) -> None:
    url = postgres.create()
    here, there = open_store(url), open_store(url)
    bells = Bells()
    bells.hang(here)
    # The listening connection is made in the background; ring until it is heard.
    heard = False
    for _ in range(100):
        there.write(lambda tx: tx.ring(PUBLISHER), EVERYWHERE)
        heard = await bells.wait(PUBLISHER, 0.1)
        if heard:
            break
    assert heard
    await bells.take_down()
    here.close()
    there.close()
