"""Answering what a delivery asks: in doubt, failed, and missed, each or all at once."""

from __future__ import annotations

import pytest

from bot.handlers import On
from bot.rules.posts import Step
from bot.sandbox.cast import BEN, REVIEW
from bot.sandbox.driver import FormErrors, Person
from tests.handlers.desks import Desk, approved, handlers, miss, settle


@pytest.fixture
def on() -> On:
    return handlers()


async def test_what_is_published_is_told_with_its_link_on_the_card_and_in_its_thread(
    desk: Desk, ann: Person, ben: Person
) -> None:
    await approved(desk, ann, ben)
    await ben.reset()
    await settle(desk, Step.PUBLISH)
    await desk.office.say_all()
    shown = [message for message in await ben.messages(REVIEW) if "https://plaza.example/1" in message.words]
    assert ["Published" in message.words for message in shown] == [True, False]
    assert "is published" in shown[1].words


async def test_a_doubt_is_asked_on_the_card_and_the_author_is_told(desk: Desk, ann: Person, ben: Person) -> None:
    await approved(desk, ann, ben)
    await ann.reset()
    await settle(desk, Step.DOUBT, "The answer was lost.")
    await desk.office.say_all()
    assert "Our shop opens" in (await ann.direct(saying="Nobody knows")).words
    card = await ben.message(REVIEW, having="it_is_live#1")
    assert {"it_is_live#1", "send_it#1", "leave_it#1"} <= card.actions


async def test_who_saw_it_live_gives_the_link(desk: Desk, ann: Person, ben: Person) -> None:
    await approved(desk, ann, ben)
    await settle(desk, Step.DOUBT, "The answer was lost.")
    await desk.office.say_all()
    await ben.press(await ben.message(REVIEW, having="it_is_live#1"), "it_is_live#1")
    await ben.view(having="link")
    await ben.fill({"link": "the first one"})
    with pytest.raises(FormErrors) as told:
        await ben.submit()
    assert "https://" in told.value.fields["link"]
    await ben.fill({"link": "https://plaza.example/9"})
    await ben.submit()
    await desk.office.say_all()
    card = await ben.message(REVIEW, saying="Published:")
    assert "https://plaza.example/9" in card.words


async def test_the_second_answer_is_told_who_was_first(desk: Desk, ann: Person, ben: Person, cas: Person) -> None:
    await approved(desk, ann, ben)
    await settle(desk, Step.FAIL, "It is too long.")
    await desk.office.say_all()
    card = await ben.message(REVIEW, having="leave_it#1")
    assert "It is too long." in card.words
    await ben.press(card, "leave_it#1")
    await cas.press(card, "send_it#1")
    assert f"<@{BEN}> settled this" in (await cas.ephemeral(REVIEW)).words


async def test_one_card_asks_about_all_that_was_missed_and_all_are_sent_at_once(
    desk: Desk, ann: Person, ben: Person
) -> None:
    await approved(desk, ann, ben, "Our shop opens at nine on Monday")
    await approved(desk, ann, ben, "New bread with seeds is here")
    await miss(desk)
    await desk.office.say_all()
    card = await ben.message(REVIEW, having="missed_send_all")
    assert "Our shop opens at nine" in card.words
    assert "New bread with seeds" in card.words
    await ben.press(card, "missed_send_all")
    assert [post.status for post in await desk.posts()] == ["scheduled", "scheduled"]
    await desk.office.say_all()
    assert "Nothing of Harbour Bakery is waiting" in (await ben.message(REVIEW, saying="Nothing of")).words


async def test_all_means_only_what_the_card_showed(desk: Desk, ann: Person, ben: Person) -> None:
    await approved(desk, ann, ben, "Our shop opens at nine on Monday")
    await approved(desk, ann, ben, "New bread with seeds is here")
    await miss(desk)
    await desk.office.say_all()
    card = await ben.message(REVIEW, having="missed_send_all")
    await ben.press(card, "leave_it#1")
    await ben.press(card, "missed_drop_all")
    assert "Waiting now: 1" in (await ben.ephemeral(REVIEW)).words
    assert [post.status for post in await desk.posts()] == ["cancelled", "missed"]
