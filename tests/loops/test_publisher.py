"""The publisher against a network that drops, doubles, refuses and lags: once, or a person is asked."""

from __future__ import annotations

import asyncio

import pytest

from bot.flows import deliveries, publishing
from bot.loops.publisher import Publisher
from bot.rules.content import Content, Segment
from bot.store import EVERYWHERE
from tests.factories import BEN
from tests.loops.conftest import DUE, Pressroom


async def test_an_approved_post_is_published_at_its_time_with_its_words(pressroom: Pressroom) -> None:
    pressroom.house.scheduled("Fresh bread")
    assert await pressroom.turn() == 1
    assert await pressroom.texts() == ["Fresh bread"]
    (row,) = pressroom.house.deliveries()
    assert (row.status, row.url.startswith(pressroom.plaza.url)) == ("published", True)


async def test_the_order_of_an_account_is_the_order_of_its_times(pressroom: Pressroom) -> None:
    for number in range(5):
        pressroom.house.scheduled(f"post {number}", at=DUE)
    await pressroom.until_quiet()
    assert await pressroom.texts() == [f"post {number}" for number in range(5)]


@pytest.mark.parametrize("kind", ["drop", "fail_after", "cut", "garbage", "vanish"])
async def test_a_lost_answer_leads_to_one_post_and_no_question(pressroom: Pressroom, kind: str) -> None:
    pressroom.house.scheduled("Fresh bread")
    await pressroom.fault(kind)
    await pressroom.until_quiet()
    assert (await pressroom.texts(), pressroom.statuses()) == (["Fresh bread"], ["published"])


@pytest.mark.parametrize("status", [429, 503])
async def test_a_network_that_says_wait_is_asked_again_later(pressroom: Pressroom, status: int) -> None:
    pressroom.house.scheduled("Fresh bread")
    await pressroom.fault("refuse", status=status, seconds=5)
    assert await pressroom.turn() == 1
    assert pressroom.statuses() == ["scheduled"]
    await pressroom.until_quiet()
    assert (await pressroom.texts(), pressroom.statuses()) == (["Fresh bread"], ["published"])


@pytest.mark.parametrize("status", [401, 403, 422])
async def test_a_refusal_for_good_asks_a_person(pressroom: Pressroom, status: int) -> None:
    pressroom.house.scheduled("Fresh bread")
    await pressroom.fault("refuse", status=status)
    await pressroom.until_quiet()
    (row,) = pressroom.house.deliveries()
    assert (row.status, bool(row.trouble)) == ("failed", True)


async def test_a_thread_that_broke_in_the_middle_goes_on_where_it_stopped(pressroom: Pressroom) -> None:
    segments = tuple(Segment(f"part {number}") for number in range(4))
    pressroom.house.scheduled(content=Content(segments))
    await pressroom.fault("slow", seconds=0)
    await pressroom.fault("drop")
    await pressroom.until_quiet()
    assert await pressroom.texts() == [segment.text for segment in segments]
    assert pressroom.statuses() == ["published"]


async def test_a_worker_that_died_while_sending_leaves_one_post(pressroom: Pressroom) -> None:
    pressroom.house.scheduled("Fresh bread")
    dead = {"worker": "dead", "now": DUE}
    (job,) = pressroom.house.store.write(publishing.claim, EVERYWHERE, limit=1, **dead)  # type: ignore[arg-type]
    pressroom.house.store.write(publishing.mark_sending, EVERYWHERE, [job.delivery.id or 0], **dead)  # type: ignore[arg-type]
    assert await pressroom.turn() == 0
    pressroom.clock.pass_(minutes=2)
    await pressroom.until_quiet()
    assert (await pressroom.texts(), pressroom.statuses()) == (["Fresh bread"], ["published"])


async def test_what_a_stopping_worker_did_not_begin_another_takes_at_once(pressroom: Pressroom) -> None:
    pressroom.house.scheduled("Fresh bread")
    stopping = Publisher(pressroom.publisher.desk, alarm=lambda _: None)
    await asyncio.gather(stopping.turn(), stopping.stop())
    assert pressroom.statuses() == ["scheduled"]
    await pressroom.turn()
    assert (await pressroom.texts(), pressroom.statuses()) == (["Fresh bread"], ["published"])


async def test_two_publishers_send_each_post_once_and_in_order(pressroom: Pressroom) -> None:
    for number in range(20):
        pressroom.house.scheduled(f"post {number}", accounts=tuple(pressroom.house.account_ids))
    other = Publisher(pressroom.publisher.desk, alarm=lambda _: None)

    async def work(publisher: Publisher) -> None:
        while {"scheduled", "claimed", "sending"} & set(pressroom.statuses()):
            await publisher.turn()
            await publisher.idle()

    await asyncio.gather(work(pressroom.publisher), work(other))
    expected = [f"post {number}" for number in range(20)]
    assert [await pressroom.texts(handle) for handle in ("bakery0", "bakery1")] == [expected, expected]


async def test_a_missed_post_goes_out_when_a_reviewer_says_send(pressroom: Pressroom) -> None:
    pressroom.house.scheduled("Fresh bread")
    pressroom.clock.pass_(hours=3)
    await pressroom.until_quiet()
    assert (await pressroom.texts(), pressroom.statuses()) == ([], ["missed"])
    (row,) = pressroom.house.deliveries()
    pressroom.house.write(deliveries.resend, BEN, row.id or 0, now=pressroom.clock())
    await pressroom.until_quiet()
    assert (await pressroom.texts(), pressroom.statuses()) == (["Fresh bread"], ["published"])


async def test_a_network_that_cannot_be_asked_in_time_is_a_question_to_a_person(pressroom: Pressroom) -> None:
    pressroom.house.scheduled("Fresh bread")
    await pressroom.fault("vanish", count=1_000)
    await pressroom.fault("refuse", status=500, count=1_000, method="GET")
    await pressroom.until_quiet()
    (row,) = pressroom.house.deliveries()
    assert (row.status, bool(row.trouble)) == ("unconfirmed", True)


async def test_a_refused_connection_is_tried_again_until_the_post_is_late(pressroom: Pressroom) -> None:
    pressroom.house.scheduled("Fresh bread")
    await pressroom.plaza.close()
    await pressroom.until_quiet()
    assert pressroom.statuses() == ["scheduled"]
    pressroom.clock.at = DUE
    pressroom.clock.pass_(hours=2)
    await pressroom.turn()
    assert pressroom.statuses() == ["missed"]
    assert pressroom.house.deliveries()[0].attempts > 3
