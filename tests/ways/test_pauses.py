"""A pause holds what it names and nothing else; the end of it lets go what is in time, and asks about the rest."""

from __future__ import annotations

import pytest

from bot.sandbox import cast
from bot.sandbox.driver import Person, View
from tests.ways.newsroom import BAKERY, CAFE, WORDS, Newsroom, connect

EVERYTHING, CLIENT, NETWORK, ACCOUNT = "all", "client", "network", "account"


async def paused(room: Newsroom, scope: str) -> View:
    """`/pause` by whoever may: Eve who installed Trellis; a client or an account of it also Ben, who reviews it."""
    person = room.ben if scope in {CLIENT, ACCOUNT} else room.eve
    targets = {EVERYTHING: "", CLIENT: room.office.client_id, NETWORK: "plaza", ACCOUNT: room.accounts[BAKERY]}
    return await room.pauses(person, f"{scope}:{targets[scope]}")


async def resumed(room: Newsroom, person: Person) -> None:
    """`/pause` again: the list of what waits, and its button."""
    await person.command("/pause", channel=cast.GENERAL)
    listed = await person.view(having="resume#1")
    assert f"“{WORDS}” on bakery (Plaza)" in listed.words
    await person.press(listed, "resume#1")
    await person.view(saying="Nothing is paused")
    await room.everything_is_said()


@pytest.mark.parametrize("scope", [EVERYTHING, CLIENT, NETWORK, ACCOUNT])
async def test_what_is_paused_waits_and_goes_out_once_when_resumed_in_time(room: Newsroom, scope: str) -> None:
    await room.approved(f"in 2 hours {WORDS}")
    listed = await paused(room, scope)
    assert f"“{WORDS}” on bakery (Plaza)" in listed.words
    assert "A fire in the shop" in (await room.card()).words
    room.time_passes(hours=2)
    await room.the_publisher_works(0.5)
    assert (room.live(), (await room.post()).status) == ([], "scheduled")
    by = room.ben if scope in {CLIENT, ACCOUNT} else room.eve
    await resumed(room, by)
    assert "A fire in the shop" not in (await room.card()).words
    await room.the_publisher_works()
    assert (room.live(), (await room.post()).status) == ([WORDS], "published")
    assert await room.record("pause:1") == [(by.user, "slack", "pause", "", ""), (by.user, "slack", "resume", "", "")]


async def test_what_comes_too_late_in_a_pause_is_not_sent_but_asked_about(room: Newsroom) -> None:
    await room.approved(f"in 2 hours {WORDS}")
    await paused(room, CLIENT)
    room.time_passes(hours=3, minutes=30)
    await room.the_publisher_works()
    assert (room.live(), (await room.post()).status) == ([], "missed")
    assert WORDS in (await room.missed_card()).words


async def test_what_is_sent_again_during_a_pause_waits_for_its_end(room: Newsroom) -> None:
    await room.approved(f"in 2 hours {WORDS}")
    room.time_passes(hours=4)
    await room.the_publisher_works()
    await paused(room, EVERYTHING)
    await room.ben_answers("send_it")
    await room.the_publisher_works(0.5)
    assert (room.live(), (await room.post()).status) == ([], "scheduled")
    assert "A fire in the shop" in (await room.card()).words
    await resumed(room, room.eve)
    await room.the_publisher_works()
    assert (room.live(), (await room.post()).status) == ([WORDS], "published")


async def test_one_paused_account_holds_back_no_other(room: Newsroom) -> None:
    await connect(room, CAFE)
    await room.approved(f"asap {WORDS}", BAKERY, CAFE)
    await paused(room, ACCOUNT)
    await room.the_publisher_works(0.5)
    assert (room.live(BAKERY), room.live(CAFE)) == ([], [WORDS])
    assert (await room.post()).status == "publishing"
    await resumed(room, room.ben)
    await room.the_publisher_works()
    assert (room.live(BAKERY), (await room.post()).status) == ([WORDS], "published")


async def test_of_two_pauses_the_second_still_holds(room: Newsroom) -> None:
    await room.approved(f"in 2 hours {WORDS}")
    await paused(room, ACCOUNT)
    await paused(room, EVERYTHING)
    room.time_passes(hours=2)
    await room.ben.command("/pause", channel=cast.GENERAL)
    await room.ben.press(await room.ben.view(having="resume#1"), "resume#1")
    await room.ben.view(having="resume#2")
    await room.the_publisher_works(0.5)
    assert room.live() == []
    await room.eve.command("/pause", channel=cast.GENERAL)
    await room.eve.press(await room.eve.view(having="resume#2"), "resume#2")
    await room.eve.view(saying="Nothing is paused")
    await room.the_publisher_works()
    assert room.live() == [WORDS]


@pytest.mark.parametrize("scope", ["all:", "network:plaza"])
async def test_a_reviewer_may_not_stop_what_is_not_only_theirs(room: Newsroom, scope: str) -> None:
    await room.ben.command("/pause", channel=cast.GENERAL)
    await room.ben.view(having="what")
    await room.ben.fill({"what": scope, "reason": "A fire in the shop"})
    await room.ben.submit()
    assert f"<@{cast.EVE}>" in (await room.ben.view(titled="Not done")).words
    await room.approved()
    await room.the_publisher_works()
    assert room.live() == [WORDS]
