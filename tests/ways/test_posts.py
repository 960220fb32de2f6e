"""Every state of a post is reached by people, faults and time, and whoever should hear of it does."""

from __future__ import annotations

import pytest

from bot.rules.news import HEARS, Listener
from bot.rules.posts import POST_STEPS, Post, Step
from tests.ways.listening import EARS
from tests.ways.newsroom import Newsroom
from tests.ways.posts import POSTS

ALWAYS = {Listener.CARD, Listener.HOME}
"""Who may have heard of an earlier state on the way."""
DECISIONS = {Step.APPROVE, Step.REQUEST_CHANGES, Step.HOLD, Step.RELEASE, Step.REJECT}
"""A card's buttons of these names are these steps."""


def test_the_table_names_every_state_and_everybody_who_hears_of_it() -> None:
    assert {state: set(way.heard) for state, way in POSTS.items()} == {state: set(HEARS[state]) for state in Post}


@pytest.mark.parametrize("state", POSTS)
async def test_a_post_is_brought_there_and_told_of(room: Newsroom, state: Post) -> None:
    way = POSTS[state]
    await way.go(room)
    assert (await room.post()).status == state
    heard = {listener: await listen(room) for listener, listen in EARS.items()}
    assert {one: words for one, words in way.heard.items() if words not in heard[one]} == {}, heard
    assert {one: words for one, words in heard.items() if words and one not in ALWAYS | set(way.heard)} == {}
    offered = {name for card in await room.cards() for name in card.actions if name in DECISIONS}
    assert offered == (
        {step for start, step in POST_STEPS if start is state} & DECISIONS if heard[Listener.CARD] else set()
    )
