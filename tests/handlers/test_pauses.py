"""Stopping publishing and starting it again."""

from __future__ import annotations

import pytest

from bot.handlers import On
from bot.sandbox.cast import GENERAL, REVIEW
from bot.sandbox.driver import Person
from tests.handlers.desks import Desk, approved, handlers


@pytest.fixture
def on() -> On:
    return handlers()


async def test_a_pause_is_told_on_the_cards_it_holds_and_lists_them_before_it_ends(
    desk: Desk, ann: Person, ben: Person
) -> None:
    await approved(desk, ann, ben)
    await ben.command("/pause", channel=GENERAL)
    await ben.view(having="what")
    await ben.fill({"what": f"client:{desk.office.client_id}", "reason": "A fire in the shop"})
    await ben.submit()
    listed = await ben.view(having="resume#1")
    assert "“Our shop opens” on bakery (Plaza)" in listed.words
    await desk.office.say_all()
    assert "A fire in the shop" in (await ben.message(REVIEW, saying="Paused")).words
    await ben.press(listed, "resume#1")
    assert "Nothing is paused" in (await ben.view(saying="Nothing is paused")).words


async def test_who_may_not_pause_is_told_who_can_and_keeps_what_was_typed(desk: Desk, ann: Person) -> None:
    await ann.command("/pause", channel=GENERAL)
    await ann.view(having="what")
    await ann.fill({"what": "all:", "reason": "A fire in the shop"})
    await ann.submit()
    assert "Only" in (await ann.view(titled="Not done")).words
    await ann.close_view()
    assert "A fire in the shop" in str((await ann.views())[-1].values)


async def test_the_command_explains_itself(desk: Desk, ann: Person) -> None:
    await ann.command("/pause", "help", channel=GENERAL)
    assert "stops publishing" in (await ann.ephemeral(GENERAL)).words
