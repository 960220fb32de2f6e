"""The oldest PostgreSQL that Trellis promises to run on takes its schema, and wakes one process from another."""

from __future__ import annotations

import psycopg
from sqlalchemy import text

from bot.store import EVERYWHERE, Tx, open_store
from bot.store.migrations import is_current
from tests.store.test_migrations import differences


def test_postgresql_15_takes_the_schema(postgres15_url: str) -> None:
    assert is_current(postgres15_url)
    assert differences(postgres15_url) == []


def test_a_bell_is_heard_in_another_process(postgres15_url: str) -> None:
    store = open_store(postgres15_url)
    with psycopg.connect(postgres15_url.replace("+psycopg", ""), autocommit=True) as listening:
        listening.execute("LISTEN trellis")
        store.write(Tx.ring, EVERYWHERE, "publisher")
        heard = [notice.payload for notice in listening.notifies(timeout=5, stop_after=1)]
    store.close()
    assert heard == ["publisher"]


def test_times_come_back_in_utc_whatever_the_servers_zone(postgres15_url: str) -> None:
    store = open_store(postgres15_url)
    zone = store.read(lambda tx: tx.session.execute(text("SHOW timezone")).scalar_one(), EVERYWHERE)
    store.close()
    assert zone == "UTC"
