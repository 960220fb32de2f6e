"""How a post comes into each of its states, and what each listener reads then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.rules.news import Listener
from bot.rules.posts import Post
from tests.ways.newsroom import BAKERY, CAFE, WORDS, Newsroom, connect

CARD, THREAD, AUTHOR = Listener.CARD, Listener.THREAD, Listener.AUTHOR
MANAGERS, MISSED, HOME = Listener.MANAGERS, Listener.MISSED, Listener.HOME

HOURS_TO_ASK = 1
"""Longer than Trellis asks a network that cannot tell, before it asks a person."""


@dataclass(frozen=True)
class Way:
    """`go` brings a post there; `heard` is what each listener then reads."""

    go: Callable[[Newsroom], Awaitable[None]]
    heard: Mapping[Listener, str]


async def ann_saves_a_draft(room: Newsroom) -> None:
    await room.ann.press(await room.ann_opens_a_form(f"asap {WORDS}"), "draft_save")
    await room.ann.view(titled="Done")
    await room.everything_is_said()


async def ann_sends_it_for_review(room: Newsroom) -> None:
    await room.ann_sends_in()


async def ben_asks_for_changes(room: Newsroom) -> None:
    await room.ann_sends_in()
    await room.ben_decides("request_changes", because="The price is wrong")


async def ben_puts_it_on_hold(room: Newsroom) -> None:
    await room.ann_sends_in()
    await room.ben_decides("hold", because="We open later")


async def ben_rejects_it(room: Newsroom) -> None:
    await room.ann_sends_in()
    await room.ben_decides("reject", because="Not our tone")


async def ben_approves_it_while_its_account_is_disconnected(room: Newsroom) -> None:
    await room.eve_disconnects(BAKERY)
    await room.approved()


async def ben_approves_it(room: Newsroom) -> None:
    await room.approved(f"in 2 hours {WORDS}")


async def plaza_takes_its_time(room: Newsroom) -> None:
    await room.approved()
    await room.plaza_will("slow", seconds=600)
    await room.publisher.turn()
    await room.plaza_has_begun()
    await room.everything_is_said()


async def its_time_comes(room: Newsroom) -> None:
    await room.approved(f"in 2 hours {WORDS}")
    room.time_passes(hours=2)
    await room.the_publisher_works()


async def plaza_refuses_it_on_one_account(room: Newsroom) -> None:
    await connect(room, CAFE)
    await room.approved(f"asap {WORDS}", BAKERY, CAFE)
    await room.plaza_will("refuse", status=422)
    await room.the_publisher_works()


async def plaza_refuses_it(room: Newsroom) -> None:
    await room.approved()
    await room.plaza_will("refuse", status=422)
    await room.the_publisher_works()


async def plaza_is_gone_while_it_is_sent(room: Newsroom) -> None:
    await room.approved()
    await room.plaza_will("vanish", count=1_000)
    await room.plaza_cannot_be_asked()
    await room.the_publisher_works(HOURS_TO_ASK)


async def trellis_is_out_until_its_time_is_over(room: Newsroom) -> None:
    await room.approved(f"in 2 hours {WORDS}")
    room.time_passes(hours=4)
    await room.the_publisher_works()


async def ann_calls_it_off(room: Newsroom) -> None:
    await room.ann_sends_in()
    await room.ann_chooses("cancel_post")
    await room.ann.view(saying="Cancel “")
    await room.ann.submit()
    await room.everything_is_said()


POSTS: Mapping[Post, Way] = {
    Post.DRAFT: Way(ann_saves_a_draft, {HOME: "Draft"}),
    Post.IN_REVIEW: Way(ann_sends_it_for_review, {CARD: f"In review: {WORDS}", HOME: "In review"}),
    Post.CHANGES_REQUESTED: Way(
        ben_asks_for_changes,
        {
            CARD: "asked for changes",
            AUTHOR: "asks for changes to",
            HOME: "The price is wrong",
        },
    ),
    Post.ON_HOLD: Way(
        ben_puts_it_on_hold, {CARD: f"On hold: {WORDS}", AUTHOR: "on hold: We open later", HOME: "We open later"}
    ),
    Post.REJECTED: Way(ben_rejects_it, {CARD: f"Rejected: {WORDS}", AUTHOR: "Not our tone", HOME: "Not our tone"}),
    Post.APPROVED: Way(
        ben_approves_it_while_its_account_is_disconnected,
        {
            CARD: "It waits until bakery (Plaza) is connected again",
            AUTHOR: "It waits until its account is connected again",
            MANAGERS: "waits until bakery (Plaza) is connected again",
        },
    ),
    Post.SCHEDULED: Way(ben_approves_it, {CARD: f"Scheduled: {WORDS}", HOME: "Scheduled"}),
    Post.PUBLISHING: Way(plaza_takes_its_time, {CARD: f"Publishing: {WORDS}"}),
    Post.PUBLISHED: Way(its_time_comes, {CARD: f"Published: {WORDS}", THREAD: "is published", HOME: "Published"}),
    Post.PARTLY_PUBLISHED: Way(
        plaza_refuses_it_on_one_account,
        {
            CARD: f"Partly published: {WORDS}",
            THREAD: "is out on some accounts only",
            AUTHOR: "is out on some accounts only",
            HOME: "Plaza does not take this post",
        },
    ),
    Post.FAILED: Way(
        plaza_refuses_it,
        {
            CARD: f"Failed: {WORDS}",
            THREAD: "could not be published",
            AUTHOR: "could not be published",
            HOME: "Plaza does not take this post",
        },
    ),
    Post.UNCONFIRMED: Way(
        plaza_is_gone_while_it_is_sent,
        {
            CARD: f"Unconfirmed: {WORDS}",
            THREAD: "Nobody knows whether",
            AUTHOR: "Nobody knows whether",
            HOME: "Unconfirmed on",
        },
    ),
    Post.MISSED: Way(
        trellis_is_out_until_its_time_is_over,
        {
            CARD: f"Missed: {WORDS}",
            MISSED: f"“{WORDS}” on bakery (Plaza)",
            AUTHOR: "was not sent in time",
            HOME: "Missed on",
        },
    ),
    Post.CANCELLED: Way(ann_calls_it_off, {CARD: f"Cancelled: {WORDS}", HOME: "Nothing waits on you"}),
}
