"""Where a delivery asks, every answer does what it says: once, on record, and nothing asks any more."""

from __future__ import annotations

import pytest

from bot.rules.news import Listener
from bot.rules.posts import ASKING, DELIVERY_STEPS, Delivery, Step
from bot.sandbox import cast
from bot.sandbox.driver import FormErrors
from tests.ways.answers import ANSWERS
from tests.ways.listening import EARS
from tests.ways.newsroom import BAKERY, CAFE, WORDS, Newsroom, connect
from tests.ways.posts import trellis_is_out_until_its_time_is_over

BY_PEOPLE = {Step.CONFIRM, Step.RESEND, Step.DROP}
OTHER = "New bread with seeds is here"
ASKS = {"it_is_live", "send_it", "leave_it", "missed_send_all", "missed_reschedule_all", "missed_drop_all"}


def test_the_table_has_every_answer_that_the_states_allow() -> None:
    possible = {(start, step) for start, step in DELIVERY_STEPS if start in ASKING and step in BY_PEOPLE}
    assert {(one.asks, one.step) for one in ANSWERS.values()} == possible


@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_does_what_it_says_once_and_on_record(room: Newsroom, name: str) -> None:
    told = ANSWERS[name]
    await told.asked(room)
    (asking,) = [row for row in await room.deliveries() if row.status == told.asks]
    await told.answer(room)
    assert (await room.record(f"delivery:{asking.id}"))[-1] == told.on_record
    await room.plaza_behaves()
    await room.the_publisher_works()
    assert room.live(BAKERY) + room.live(CAFE) == [WORDS] * told.live
    assert (await room.post()).status == told.ends
    assert await buttons(room) & ASKS == set()


async def test_another_time_for_what_was_missed_is_approved_anew_and_then_kept(room: Newsroom) -> None:
    await trellis_is_out_until_its_time_is_over(room)
    card = await room.missed_card()
    await room.ben.press(card, next(one for one in card.actions if one.startswith("reschedule")))
    await room.ben.view(having="clock")
    await room.ben.fill({"when": "at", "day": "2026-11-24", "clock": "09:00"})
    await room.ben.submit()
    await room.everything_is_said()
    assert (await room.post()).status == "in_review"
    assert await buttons(room) & ASKS == set()
    await room.cas_approves()
    await room.the_publisher_works(24)
    assert (room.live(), (await room.post()).status) == ([WORDS], "published")
    assert room.clock.at.isoformat() == "2026-11-24T07:00:00+00:00"


@pytest.mark.parametrize(
    ("button", "step", "state", "live"),
    [("missed_send_all", "resend", "published", [WORDS, OTHER]), ("missed_drop_all", "drop", "cancelled", [])],
)
async def test_one_answer_for_all_that_was_missed(
    room: Newsroom, button: str, step: str, state: str, live: list[str]
) -> None:
    await room.approved(f"in 2 hours {WORDS}")
    await room.approved(f"in 3 hours {OTHER}")
    room.time_passes(hours=6)
    await room.the_publisher_works()
    card = await room.missed_card()
    assert WORDS in card.words
    assert OTHER in card.words
    await room.ben_answers(button)
    await room.the_publisher_works()
    assert (room.live(), [post.status for post in await room.posts()]) == (live, [state, state])
    for number in (1, 2):
        assert (cast.BEN, "slack", step) in [entry[:3] for entry in await room.record(f"delivery:{number}")]
    assert await buttons(room) & ASKS == set()


async def test_one_new_time_for_all_that_was_missed(room: Newsroom) -> None:
    await room.approved(f"in 2 hours {WORDS}")
    await room.approved(f"in 3 hours {OTHER}")
    room.time_passes(hours=6)
    await room.the_publisher_works()
    await room.ben.press(await room.missed_card(), "missed_reschedule_all")
    await room.ben.view(saying="One new time for all 2")
    await room.ben.fill({"when": "at", "day": "2026-11-23", "clock": "09:00"})
    with pytest.raises(FormErrors) as told:
        await room.ben.submit()
    assert "has passed" in str(told.value)
    await room.ben.fill({"when": "at", "day": "2026-11-24", "clock": "09:00"})
    await room.ben.submit()
    await room.everything_is_said()
    assert [post.status for post in await room.posts()] == ["in_review", "in_review"]
    assert await buttons(room) & ASKS == set()
    for card in [one for one in await room.cas.messages(cast.REVIEW) if "approve" in one.actions]:
        await room.cas.press(card, "approve")
    await room.the_publisher_works(24)
    assert sorted(room.live()) == sorted([WORDS, OTHER])
    assert room.clock.at.isoformat() == "2026-11-24T07:00:00+00:00"


async def test_all_get_no_new_time_while_one_of_them_is_partly_out(room: Newsroom) -> None:
    await connect(room, CAFE)
    await room.approved(f"asap {WORDS}", BAKERY, CAFE)
    await room.approved(f"asap {OTHER}", CAFE)
    await room.pauses(room.ben, f"account:{room.accounts[CAFE]}")
    await room.the_publisher_works(3)
    assert [post.status for post in await room.posts()] == ["missed", "missed"]
    await room.ben.press(await room.missed_card(), "missed_reschedule_all")
    await room.ben.view(saying="One new time for all 2")
    await room.ben.fill({"when": "approved"})
    await room.ben.submit()
    assert f"“{WORDS}” can have no other time any more" in (await room.ben.view(titled="Not done")).words
    assert [post.status for post in await room.posts()] == ["missed", "missed"]
    await room.everything_is_said()


async def test_an_approved_post_goes_on_once_its_account_is_connected_again(room: Newsroom) -> None:
    await room.eve_disconnects(BAKERY)
    await room.approved()
    await room.the_publisher_works()
    assert ((await room.post()).status, room.live()) == ("approved", [])
    await room.eve_reconnects(BAKERY)
    await room.the_publisher_works()
    assert ((await room.post()).status, room.live()) == ("published", [WORDS])


async def test_a_refused_account_is_connected_again_before_what_failed_is_sent(room: Newsroom) -> None:
    await room.approved()
    await room.plaza_lets_nobody_in(BAKERY)
    await room.the_publisher_works()
    assert await room.states() == [Delivery.FAILED]
    assert "*bakery (Plaza) must be connected again.*" in await EARS[Listener.MANAGERS](room)
    await room.ben_presses("send_it")
    assert "must be connected again first" in (await room.ben.ephemeral(cast.REVIEW)).words
    await room.plaza_lets_everybody_in(BAKERY)
    await room.eve_reconnects(BAKERY)
    await room.ben_presses("send_it")
    await room.the_publisher_works()
    assert ((await room.post()).status, room.live()) == ("published", [WORDS])


async def test_what_was_scheduled_fails_unsent_where_its_account_is_disconnected_meanwhile(room: Newsroom) -> None:
    await room.approved(f"in 2 hours {WORDS}")
    await room.eve_disconnects(BAKERY)
    room.time_passes(hours=2)
    await room.the_publisher_works()
    (delivery,) = await room.deliveries()
    assert (delivery.status, delivery.attempts) == (Delivery.FAILED, 0)
    assert "bakery must be connected again. Then press Send it" in await EARS[Listener.AUTHOR](room)
    await room.eve_reconnects(BAKERY)
    await room.ben_presses("send_it")
    await room.the_publisher_works()
    assert ((await room.post()).status, room.live()) == ("published", [WORDS])


async def buttons(room: Newsroom) -> set[str]:
    """What can be pressed in the review channel, without the numbers."""
    shown = await room.ben.messages(cast.REVIEW)
    return {name.split("#")[0] for message in shown for name in message.actions}
