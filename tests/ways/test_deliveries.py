"""Every state of a delivery is reached, and those that ask a person do so while the post's others still move."""

from __future__ import annotations

import pytest

from bot.rules.news import ASKS, Listener
from bot.rules.posts import Delivery, Post
from tests.ways.deliveries import DELIVERIES
from tests.ways.listening import EARS
from tests.ways.newsroom import WORDS, Newsroom


def test_the_table_names_every_state_and_everybody_who_is_asked() -> None:
    told = {state: set(way.heard) for state, way in DELIVERIES.items()}
    assert told == {state: {Listener.CARD, *ASKS.get(state, ())} for state in Delivery}


@pytest.mark.parametrize("state", DELIVERIES)
async def test_a_delivery_is_brought_there_and_told_of(room: Newsroom, state: Delivery) -> None:
    way = DELIVERIES[state]
    await way.go(room)
    assert state in await room.states()
    heard = {listener: await EARS[listener](room) for listener in way.heard}
    assert {one: words for one, words in way.heard.items() if words not in heard[one]} == {}, heard
    if state in ASKS:
        assert (await room.post()).status == Post.PUBLISHING


async def test_what_a_dead_process_held_goes_out_once_another_takes_it_up(room: Newsroom) -> None:
    await DELIVERIES[Delivery.CLAIMED].go(room)
    await room.the_publisher_turns()
    assert room.live() == []
    room.time_passes(minutes=2)
    await room.the_publisher_works()
    assert (room.live(), await room.states()) == ([WORDS], ["published"])
