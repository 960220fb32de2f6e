"""How a delivery comes into each of its states, and what each listener reads then.

Those that ask do so while the post's other account is not settled yet: nobody waits for the whole to end.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.rules.posts import Delivery
from tests.ways.newsroom import BAKERY, CAFE, WORDS, Newsroom, connect
from tests.ways.posts import (
    AUTHOR,
    CARD,
    HOURS_TO_ASK,
    MISSED,
    THREAD,
    Way,
    ben_approves_it,
    its_time_comes,
    plaza_takes_its_time,
)

WAIT_SECONDS = 3_600


async def the_process_dies_with_it_in_its_hands(room: Newsroom) -> None:
    await room.approved()
    await room.the_process_dies("after_claim")


async def plaza_refuses_one_and_makes_the_other_wait(room: Newsroom) -> None:
    await connect(room, CAFE)
    await room.approved(f"asap {WORDS}", BAKERY, CAFE)
    await room.plaza_will("refuse", status=422)
    await room.plaza_will("refuse", status=503, seconds=WAIT_SECONDS)
    await room.the_publisher_turns()


async def plaza_is_gone_for_one_and_makes_the_other_wait(room: Newsroom) -> None:
    await connect(room, CAFE)
    await room.approved(f"asap {WORDS}", BAKERY, CAFE)
    await room.plaza_will("refuse", status=503, seconds=WAIT_SECONDS)
    await room.plaza_will("vanish", count=1_000)
    await room.plaza_cannot_be_asked()
    await room.the_publisher_works(HOURS_TO_ASK / 2)


async def one_account_is_paused_too_long_and_plaza_is_gone_for_the_other(room: Newsroom) -> None:
    await connect(room, CAFE)
    await room.approved(f"asap {WORDS}", BAKERY, CAFE, draft_late="15")
    await room.pauses(room.ben, f"account:{room.accounts[CAFE]}")
    await room.plaza_will("vanish", count=1_000)
    await room.plaza_cannot_be_asked()
    room.time_passes(minutes=10)
    await room.the_publisher_works(6 / 60)


async def ann_calls_it_off_once_it_is_scheduled(room: Newsroom) -> None:
    await ben_approves_it(room)
    await room.ann_chooses("cancel_post")
    await room.ann.view(saying="Cancel “")
    await room.ann.submit()
    await room.everything_is_said()


DELIVERIES: Mapping[Delivery, Way] = {
    Delivery.SCHEDULED: Way(ben_approves_it, {CARD: f"Scheduled: {WORDS}"}),
    Delivery.CLAIMED: Way(the_process_dies_with_it_in_its_hands, {CARD: f"Scheduled: {WORDS}"}),
    Delivery.SENDING: Way(plaza_takes_its_time, {CARD: "*bakery (Plaza):* being sent"}),
    Delivery.PUBLISHED: Way(its_time_comes, {CARD: "*bakery (Plaza):* published"}),
    Delivery.FAILED: Way(
        plaza_refuses_one_and_makes_the_other_wait,
        {
            CARD: "failed · Plaza does not take this post",
            THREAD: "could not be published",
            AUTHOR: "could not be published",
        },
    ),
    Delivery.UNCONFIRMED: Way(
        plaza_is_gone_for_one_and_makes_the_other_wait,
        {CARD: "It is live", THREAD: "Nobody knows whether", AUTHOR: "Nobody knows whether"},
    ),
    Delivery.MISSED: Way(
        one_account_is_paused_too_long_and_plaza_is_gone_for_the_other,
        {
            CARD: "*cafe (Plaza):* missed",
            MISSED: f"“{WORDS}” on cafe (Plaza)",
            AUTHOR: "was not sent in time",
        },
    ),
    Delivery.CANCELLED: Way(ann_calls_it_off_once_it_is_scheduled, {CARD: f"Cancelled: {WORDS}"}),
}
