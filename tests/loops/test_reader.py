"""The reader against a network that fails, drops and refuses: each message once, none skipped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.rules.inbox import SLOWEST
from bot.store.tables import Account, Conversation, Cursor, Message, Outbox
from tests.loops.conftest import Pressroom
from tests.loops.inboxes import Desk, Mara


@pytest.fixture
async def desk(pressroom: Pressroom) -> AsyncIterator[Desk]:
    async with httpx.AsyncClient(base_url=pressroom.plaza.url) as http:
        desk = Desk(pressroom, await Mara(http).arrive())
        await desk.read()
        yield desk


async def test_what_a_customer_writes_is_read_and_alerted(desk: Desk) -> None:
    await desk.mara.write("My bread is stale")
    await desk.read_all()
    (row,) = desk.room.house.rows(Message)
    (case,) = desk.room.house.rows(Conversation)
    assert (row.text, row.kind, case.contact_name) == ("My bread is stale", "direct", "Mara")
    assert "card:conversation" in [letter.topic for letter in desk.room.house.rows(Outbox)]


async def test_what_was_said_before_the_account_was_connected_is_not_alerted(desk: Desk) -> None:
    await desk.read_all()
    assert desk.messages() == []


async def test_a_backlog_longer_than_a_page_is_read_whole_and_in_order(desk: Desk) -> None:
    for number in range(130):
        await desk.mara.write(f"message {number}")
    await desk.read_all()
    assert desk.messages() == [f"message {number}" for number in range(130)]


async def test_two_readers_keep_each_message_once(desk: Desk) -> None:
    other = desk.another_reader()
    for number in range(40):
        await desk.mara.write(f"message {number}", to=f"bakery{number % 2}")
        if number % 5 == 0:
            desk.room.clock.pass_(seconds=30)
            await asyncio.gather(desk.reader.turn(), other.turn())
    await asyncio.gather(desk.reader.idle(), other.idle())
    await desk.read_all()
    assert sorted(desk.messages()) == sorted(f"message {number}" for number in range(40))


async def test_a_reader_that_starts_again_goes_on_where_the_last_one_ended(desk: Desk) -> None:
    await desk.mara.write("before")
    await desk.read_all()
    await desk.mara.write("while nobody read")
    desk.room.clock.pass_(hours=9)
    desk.reader = desk.another_reader()
    await desk.read_all()
    assert desk.messages() == ["before", "while nobody read"]


@pytest.mark.parametrize("kind", ["drop", "cut", "garbage", "vanish", "fail_after"])
async def test_a_read_that_broke_is_made_again_from_the_same_place(desk: Desk, kind: str) -> None:
    await desk.mara.write("My bread is stale")
    await desk.room.fault(kind, method="GET", path="/api/messages", count=3)
    await desk.read_all()
    await desk.read_all()
    assert desk.messages() == ["My bread is stale"]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_network_that_refuses_a_read_is_asked_again(desk: Desk, status: int) -> None:
    await desk.mara.write("My bread is stale")
    await desk.room.fault("refuse", method="GET", path="/api/messages", status=status, count=2)
    await desk.read_all()
    assert desk.messages() == ["My bread is stale"]


async def test_a_network_that_says_wait_is_left_alone_for_so_long(desk: Desk) -> None:
    await desk.mara.write("My bread is stale")
    await desk.room.fault("refuse", method="GET", path="/api/messages", status=503, seconds=120, count=2)
    began = desk.room.clock.at
    await desk.read()
    await desk.read()
    assert max(row.next_at for row in _cursors(desk)) > began + 2 * SLOWEST
    await desk.read_all()
    assert desk.messages() == ["My bread is stale"]


@pytest.mark.parametrize("state", ["revoke", "suspend"])
async def test_a_network_that_lets_the_account_in_no_more_asks_for_a_person_once(desk: Desk, state: str) -> None:
    await desk.mara.http.post(f"/control/accounts/bakery0/{state}")
    for _ in range(6):
        await desk.read()
    first, second = desk.room.house.rows(Account)
    assert (first.connected, second.connected) == (False, True)
    assert [row.topic for row in desk.room.house.rows(Outbox)].count("account_broken") == 1


async def test_a_network_that_is_away_is_tried_again(desk: Desk) -> None:
    await desk.room.plaza.close()
    for _ in range(6):
        await desk.read()
    assert all(row.connected for row in desk.room.house.rows(Account))
    assert min(_failures(desk)) > 0


async def test_what_the_brand_itself_says_is_no_message(desk: Desk) -> None:
    desk.room.house.scheduled("Fresh bread")
    await desk.room.turn()
    await desk.read_all()
    assert (await desk.room.texts(), desk.messages()) == (["Fresh bread"], [])


def _failures(desk: Desk) -> list[int]:
    return [row.failures for row in _cursors(desk)]


def _cursors(desk: Desk) -> list[Cursor]:
    return desk.room.house.read(lambda tx: tx.all(Cursor))
