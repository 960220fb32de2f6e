"""The loop of answers against a network that drops, doubles, refuses and lags: once, or a person is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.flows import answering, replies
from bot.loops.replies import Replier
from bot.store import EVERYWHERE
from bot.store.tables import Conversation, Cursor, Reply
from tests import customers
from tests.factories import ANN, BEN
from tests.loops.conftest import Pressroom
from tests.loops.inboxes import Desk, Mara


@pytest.fixture
async def desk(pressroom: Pressroom) -> AsyncIterator[Desk]:
    async with httpx.AsyncClient(base_url=pressroom.plaza.url) as http:
        desk = Desk(pressroom, await Mara(http).arrive())
        await desk.read()
        yield desk


async def complaint(desk: Desk, kind: str = "direct") -> Conversation:
    """Mara wrote, and it was read."""
    await desk.mara.write("My bread is stale", kind)
    await desk.read_all()
    return desk.room.house.rows(Conversation)[-1]


def answer(desk: Desk, row: Conversation, text: str = "Sorry!") -> Reply:
    return customers.answered(desk.room.house, row, ANN, text, now=desk.room.clock())


async def test_an_answer_reaches_the_customer_and_nobody_else(desk: Desk) -> None:
    answer(desk, await complaint(desk))
    await desk.until_quiet()
    assert (await desk.mara.received(), desk.statuses()) == (["Sorry!"], ["sent"])
    assert await desk.room.texts() == []


async def test_a_public_message_is_answered_in_public_under_it(desk: Desk) -> None:
    row = await complaint(desk, "mention")
    answer(desk, row)
    await desk.until_quiet()
    (reply,) = desk.room.house.rows(Reply)
    told = (await desk.mara.http.get(f"/timeline/{reply.remote_id}")).raise_for_status().json()
    assert (told["text"], told["in_reply_to"], told["account"]) == ("Sorry!", row.remote_id, "bakery0")


async def test_after_an_answer_its_account_is_read_at_once(desk: Desk) -> None:
    answer(desk, await complaint(desk))
    await desk.until_quiet()
    cursors = desk.room.house.read(lambda tx: tx.all(Cursor, order=Cursor.account_id))
    assert (cursors[0].next_at, cursors[0].quiet) == (desk.room.clock(), 0)


@pytest.mark.parametrize("kind", ["drop", "fail_after", "cut", "garbage", "vanish"])
async def test_a_lost_answer_leads_to_one_and_no_question(desk: Desk, kind: str) -> None:
    answer(desk, await complaint(desk))
    await desk.room.fault(kind)
    await desk.until_quiet()
    assert (await desk.mara.received(), desk.statuses()) == (["Sorry!"], ["sent"])


async def test_an_answer_that_is_seen_late_is_not_sent_twice(desk: Desk) -> None:
    answer(desk, await complaint(desk))
    await desk.room.fault("lag", seconds=3_600)
    await desk.until_quiet()
    assert desk.statuses() == ["sent"]


@pytest.mark.parametrize("status", [429, 503])
async def test_a_network_that_says_wait_is_asked_again_later(desk: Desk, status: int) -> None:
    answer(desk, await complaint(desk))
    await desk.room.fault("refuse", status=status, seconds=5)
    await desk.until_quiet()
    assert (await desk.mara.received(), desk.statuses()) == (["Sorry!"], ["sent"])


@pytest.mark.parametrize("status", [401, 403, 422])
async def test_a_refusal_for_good_is_told_to_its_author(desk: Desk, status: int) -> None:
    answer(desk, await complaint(desk))
    await desk.room.fault("refuse", status=status)
    await desk.until_quiet()
    (row,) = desk.room.house.rows(Reply)
    assert (row.status, bool(row.trouble), await desk.mara.received()) == ("failed", True, [])


async def test_a_network_that_is_away_too_long_is_told_to_its_author(desk: Desk) -> None:
    answer(desk, await complaint(desk))
    await desk.room.plaza.close()
    await desk.until_quiet()
    (row,) = desk.room.house.rows(Reply)
    assert (row.status, row.attempts > 3) == ("failed", True)


async def test_a_network_that_cannot_be_asked_in_time_is_a_question_to_a_person(desk: Desk) -> None:
    answer(desk, await complaint(desk))
    await desk.room.fault("vanish", count=1_000)
    await desk.room.fault("refuse", status=500, count=1_000, method="GET")
    await desk.until_quiet()
    assert desk.statuses() == ["unconfirmed"]


async def test_send_it_settles_a_doubt_with_one_answer(desk: Desk) -> None:
    row = await complaint(desk)
    reply = answer(desk, row)
    await desk.room.fault("drop")
    await desk.room.fault("refuse", status=500, count=1_000, method="GET")
    await desk.until_quiet()
    assert desk.statuses() == ["unconfirmed"]
    await desk.mara.http.delete("/control/faults")
    house = desk.room.house
    house.write(replies.resend, BEN, reply.id or 0, reply.seen_id, now=desk.room.clock())
    await desk.until_quiet()
    assert (await desk.mara.received(), desk.statuses()) == (["Sorry!"], ["sent"])


async def test_a_worker_that_died_while_sending_leaves_one_answer(desk: Desk) -> None:
    reply = answer(desk, await complaint(desk))
    house, now = desk.room.house, desk.room.clock()
    customers.claim(house, worker="dead", now=now)
    customers.begin(house, reply.id or 0, worker="dead", now=now)
    assert await desk.replier.turn() == 0
    await desk.until_quiet()
    assert (await desk.mara.received(), desk.statuses()) == (["Sorry!"], ["sent"])


async def test_two_loops_send_each_answer_once(desk: Desk) -> None:
    for number in range(6):
        await (await Mara(desk.mara.http).arrive(f"Customer {number}")).write("Hello", "mention")
    await desk.read_all()
    rows = desk.room.house.rows(Conversation)
    for number, row in enumerate(rows):
        answer(desk, row, f"answer {number}")
    other = Replier(desk.room.publisher.desk)
    while {"due", "claimed", "sending"} & set(desk.statuses()):
        await asyncio.gather(desk.replier.turn(), other.turn())
        await asyncio.gather(desk.replier.idle(), other.idle())
    assert sorted(await desk.room.texts()) == sorted(f"answer {number}" for number in range(6))


async def test_an_answer_is_not_sent_when_the_customer_wrote_again_before_it_left(desk: Desk) -> None:
    answer(desk, await complaint(desk))
    await desk.mara.write("Never mind, it was my mistake")
    await desk.read_all()
    await desk.until_quiet()
    assert (await desk.mara.received(), desk.statuses()) == ([], ["failed"])


async def test_a_stopped_loop_leaves_what_it_did_not_begin_to_the_next(desk: Desk) -> None:
    answer(desk, await complaint(desk))
    await desk.replier.stop()
    await desk.replier.turn()
    await desk.replier.idle()
    assert desk.statuses() == ["claimed"]
    desk.replier = Replier(desk.room.publisher.desk)
    await desk.until_quiet()
    assert (await desk.mara.received(), desk.statuses()) == (["Sorry!"], ["sent"])


async def test_the_next_moment_is_when_an_answer_waits(desk: Desk) -> None:
    assert desk.room.house.store.read(answering.next_moment, EVERYWHERE) is None
    reply = answer(desk, await complaint(desk))
    assert desk.room.house.store.read(answering.next_moment, EVERYWHERE) == reply.next_at
