"""The publisher's and the courier's statements, as they are really sent, find their rows by the partial indexes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.flows import outbox
from bot.store import EVERYWHERE, Store, Tx, open_store
from bot.store import publishing as hot
from bot.store import slack as letters
from tests.factories import NOW, House, build_house
from tests.office import copy_of

SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path) -> House:
    return build_house(open_store(f"sqlite:///{copy_of(sqlite_template, tmp_path)}"))


def plans(store: Store, flow: Callable[[Tx], Any], table: str) -> list[str]:
    """How SQLite answers what `flow` asks of `table`: every step that touches it."""
    steps: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "WITH")):
            explained = connection.connection.cursor()
            explained.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps.extend(row[-1] for row in explained.fetchall())

    event.listen(store.writer, "before_cursor_execute", explain)
    store.write(flow, EVERYWHERE)
    event.remove(store.writer, "before_cursor_execute", explain)
    return [step for step in steps if step.split()[1] == table]


HOT: dict[str, Callable[[Tx], Any]] = {
    "claim": lambda tx: hot.claim(tx, now=NOW, worker="w", until=SOON, limit=10),
    "late": lambda tx: hot.late(tx, now=NOW, limit=10),
    "lapsed claims": lambda tx: hot.lapsed_claims(tx, now=NOW),
    "take over": lambda tx: hot.take_over(tx, now=NOW, worker="w", until=SOON, limit=10),
    "keep leases": lambda tx: hot.keep_leases(tx, worker="w", until=SOON),
    "next moment": hot.next_moment,
}


@pytest.mark.parametrize("name", HOT)
def test_no_statement_of_the_publisher_reads_the_deliveries_that_are_done(house: House, name: str) -> None:
    steps = plans(house.store, HOT[name], "delivery")
    assert steps
    assert [step for step in steps if "INDEX delivery_" not in step and "PRIMARY KEY" not in step] == []


def test_a_letter_that_waits_already_is_found_by_what_it_is_about(house: House) -> None:
    def show(tx: Tx) -> None:
        outbox.show(tx, "post", 1, "C_REVIEW", workspace_id=house.workspace_id, now=NOW)

    assert all("INDEX outbox_" in step for step in plans(house.store, show, "outbox"))


def test_the_courier_reads_no_letter_that_was_sent(house: House) -> None:
    steps = plans(house.store, lambda tx: letters.heads_of_places(tx, NOW, 10), "outbox")
    assert [step for step in steps if "INDEX outbox_" not in step and "PRIMARY KEY" not in step] == []
