"""Every step that the table of states leaves to people can be taken by them in Slack, and is on record."""

from __future__ import annotations

import pytest

from bot.rules.news import HEARS, Listener
from bot.rules.posts import POST_STEPS, TITLES, WORKING, Post, Step
from bot.sandbox import cast
from tests.ways.newsroom import BAKERY, WORDS, Newsroom
from tests.ways.steps import NEW_WORDS, REASON, STEPS, take

BY_PEOPLE = {
    Step.SUBMIT,
    Step.EDIT,
    Step.APPROVE,
    Step.REQUEST_CHANGES,
    Step.HOLD,
    Step.RELEASE,
    Step.REJECT,
    Step.CANCEL,
}
SUMS = {(state, Step.CANCEL) for state in WORKING} - {(Post.SCHEDULED, Step.CANCEL)}
"""A post whose last delivery was left is cancelled by that: see `tests.ways.answers`."""


def test_the_table_has_every_step_that_is_left_to_people() -> None:
    left = {(state, step) for state, step in POST_STEPS if step in BY_PEOPLE} - SUMS
    assert set(STEPS) == left | {(Post.APPROVED, Step.SCHEDULE)}


@pytest.mark.parametrize(("start", "step"), STEPS, ids=lambda value: value.value)
async def test_a_step_is_taken_in_slack(room: Newsroom, start: Post, step: Step) -> None:
    await take(room, start, step)
    post = await room.post()
    ends = POST_STEPS[start, step]
    # With every account connected, what is approved is scheduled at once.
    assert post.status == (Post.SCHEDULED if step is Step.APPROVE else ends)
    assert any(entry[2] == step for entry in await room.record(f"post:{post.id}"))
    if Listener.CARD in HEARS[ends]:
        assert f"{TITLES[Post(post.status)]}: {post.title}" in (await room.card()).words
    assert room.live() == []


@pytest.mark.parametrize("start", [state for state, step in STEPS if step is Step.EDIT and state is not Post.DRAFT])
async def test_what_was_edited_goes_out_only_when_it_is_approved_again(room: Newsroom, start: Post) -> None:
    await take(room, start, Step.EDIT)
    words = WORDS if start in {Post.SCHEDULED, Post.MISSED} else NEW_WORDS  # of these the time alone was changed
    await room.the_publisher_works()
    assert room.live() == []
    if start is Post.APPROVED:
        await room.eve_reconnects(BAKERY)
    await room.ben_presses("approve")
    await room.the_publisher_works(24)
    assert (room.live(), (await room.post()).status) == ([words], "published")


async def test_what_was_held_and_released_needs_another_approval(room: Newsroom) -> None:
    await take(room, Post.SCHEDULED, Step.HOLD)
    room.time_passes(hours=2)
    await room.the_publisher_works()
    assert room.live() == []
    assert REASON in (await room.card()).words
    await room.ben_presses("release")
    await room.the_publisher_works()
    assert room.live() == []


async def test_what_is_called_off_never_goes_out(room: Newsroom) -> None:
    await take(room, Post.SCHEDULED, Step.CANCEL)
    room.time_passes(hours=2)
    await room.the_publisher_works()
    assert room.live() == []
    assert (cast.ANN, "slack", "cancel") in [entry[:3] for entry in await room.record("post:1")]
