"""What the publisher does by itself: it waits where a network says so, and asks nobody; or it asks in good time."""

from __future__ import annotations

import pytest

from bot.rules.news import Listener
from bot.rules.posts import Delivery, Post
from tests.ways.deliveries import DELIVERIES
from tests.ways.listening import EARS
from tests.ways.newsroom import WORDS, Newsroom
from tests.ways.steps import ann_calls_it_off


@pytest.mark.parametrize("status", [429, 503])
async def test_a_network_that_says_wait_is_waited_for_without_a_word_to_anybody(room: Newsroom, status: int) -> None:
    await room.approved()
    await room.plaza_will("refuse", status=status, seconds=300)
    await room.the_publisher_turns()
    assert (await room.post()).status == Post.SCHEDULED
    await room.the_publisher_works()
    assert (room.live(), (await room.post()).status) == ([WORDS], "published")
    assert await EARS[Listener.AUTHOR](room) == ""


async def test_a_network_that_takes_nothing_before_it_is_too_late_is_told_of_at_once(room: Newsroom) -> None:
    await room.approved()
    await room.plaza_will("refuse", status=429, seconds=3_600)
    room.time_passes(minutes=5)
    await room.the_publisher_turns()
    assert (room.live(), (await room.post()).status) == ([], "missed")
    assert "This account has asked Plaza too much." in await EARS[Listener.AUTHOR](room)


@pytest.mark.parametrize("kind", ["drop", "fail_after", "cut", "garbage", "vanish", "lag"])
async def test_a_lost_answer_is_found_out_without_a_word_to_anybody(room: Newsroom, kind: str) -> None:
    await room.approved()
    await room.plaza_will(kind)
    await room.the_publisher_works()
    assert (room.live(), (await room.post()).status) == ([WORDS], "published")
    assert await EARS[Listener.AUTHOR](room) == ""
    assert (await EARS[Listener.THREAD](room)).count("is published") == 2  # a message's text, and its block


async def test_what_a_dead_process_held_can_still_be_called_off(room: Newsroom) -> None:
    await DELIVERIES[Delivery.CLAIMED].go(room)
    await ann_calls_it_off(room)
    room.time_passes(minutes=2)
    await room.the_publisher_works()
    assert (room.live(), (await room.post()).status) == ([], "cancelled")


@pytest.mark.parametrize("point", ["as_it_leaves", "after_send", "before_record"])
async def test_what_a_dead_process_was_sending_is_found_out_and_sent_once(room: Newsroom, point: str) -> None:
    await room.approved()
    await room.the_process_dies(point)
    assert f"Publishing: {WORDS}" in (await room.card()).words
    room.time_passes(minutes=2)
    await room.the_publisher_works()
    assert (room.live(), (await room.post()).status) == ([WORDS], "published")
