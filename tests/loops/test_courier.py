"""The courier says each thing once, keeps cards true, and tells somebody when a place takes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.blocks.basics import section
from bot.blocks.surfaces import Message, home, message
from bot.desk import Desk
from bot.flows import cards, outbox
from bot.flows.cards import ShownCard
from bot.flows.outbox import Letter
from bot.handlers import On
from bot.sandbox.cast import ARCHIVED, DIGEST, EVE, GENERAL, REVIEW, UNINVITED
from bot.sandbox.driver import Control, Person
from bot.store.scope import EVERYWHERE
from bot.store.tables import Outbox
from bot.words import t
from tests.office import Office, copy_of, open_office

HISTORY = "channels:history"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Facts:
    """What is true now: the renderers below say it."""

    post = "Our shop opens"
    revision = 1


@pytest.fixture
def facts() -> Facts:
    return Facts()


@pytest.fixture
async def office(sqlite_template: Path, tmp_path: Path, facts: Facts) -> AsyncIterator[Office]:
    on = On()

    async def news(desk: Desk, letter: Letter) -> Message:
        return message([section(t("News: {what}", what=letter.facts.get("what", "")))])

    async def card(desk: Desk, letter: Letter) -> Message:
        return message([section(facts.post)], revision=facts.revision)

    async def gone(desk: Desk, letter: Letter) -> None:
        return None

    async def house(desk: Desk, letter: Letter) -> dict[str, Any]:
        return home([section(facts.post)])

    for topic in ("news", outbox.PLACE_DEAD):
        on.topic(topic)(news)
    on.topic("gone")(gone)
    on.card("post")(card)
    on.home(house)
    async with open_office(copy_of(sqlite_template, tmp_path), on) as office:
        yield office


@pytest.fixture
async def eve(office: Office) -> AsyncIterator[Person]:
    async with Person(office.slack.url, EVE) as person:
        yield person


@pytest.fixture
async def control(office: Office) -> AsyncIterator[Control]:
    async with Control(office.slack.url) as line:
        yield line


async def tell(office: Office, place: str, what: str = "rain", **more: Any) -> None:
    now = office.desk.now()
    await office.desk.write(outbox.tell, office.scope, "news", 1, place, facts={"what": what}, now=now, **more)


async def show(office: Office, place: str = REVIEW) -> None:
    await office.desk.write(outbox.show, office.scope, "post", 7, place, now=office.desk.now())


async def letters(office: Office) -> list[tuple[str, str]]:
    rows = await office.desk.read(lambda tx: tx.all(Outbox, order=Outbox.__table__.c.id), EVERYWHERE)  # type: ignore[attr-defined]
    return [(row.topic, row.state) for row in rows]


async def shown(office: Office) -> list[ShownCard]:
    return await office.desk.read(cards.cards, office.scope, "post", 7)


async def texts(person: Person, channel: str) -> list[str]:
    return [one.text for one in await person.messages(channel)]


async def overdue(office: Office) -> None:
    """Let every wait be over."""

    def hurry(tx: Any) -> None:
        for row in tx.all(Outbox):
            row.next_at, row.lease_until = LONG_AGO, None
            tx.session.add(row)

    await office.desk.write(hurry, EVERYWHERE)


async def test_a_message_is_said_once_in_words_and_blocks(office: Office, eve: Person) -> None:
    await tell(office, GENERAL)
    await office.say_all()
    await office.say_all()
    assert await texts(eve, GENERAL) == ["News: rain"]
    assert await letters(office) == [("news", "sent")]


async def test_what_was_said_once_is_not_said_again(office: Office, eve: Person) -> None:
    await tell(office, DIGEST, once="digest:monday")
    await office.say_all()
    await tell(office, DIGEST, once="digest:monday")
    await office.say_all()
    assert await texts(eve, DIGEST) == ["News: rain"]


async def test_letters_to_one_place_keep_their_order(office: Office, eve: Person) -> None:
    for what in ("1", "2", "3"):
        await tell(office, GENERAL, what)
    await office.say_all()
    assert await texts(eve, GENERAL) == ["News: 1", "News: 2", "News: 3"]


async def test_a_person_is_told_in_a_direct_message(office: Office, eve: Person) -> None:
    await tell(office, EVE)
    await office.say_all()
    assert (await eve.direct()).text == "News: rain"


async def test_where_no_channel_was_chosen_the_installer_is_told(office: Office, eve: Person) -> None:
    await tell(office, "")
    await office.say_all()
    assert (await eve.direct()).text == "News: rain"


async def test_a_letter_that_nothing_is_left_to_say_about_is_settled(office: Office) -> None:
    await office.desk.write(outbox.tell, office.scope, "gone", 1, GENERAL, now=office.desk.now())
    await office.say_all()
    assert await letters(office) == [("gone", "sent")]


async def test_a_card_is_posted_once_and_then_written_anew(office: Office, eve: Person, facts: Facts) -> None:
    await show(office)
    await office.say_all()
    facts.post, facts.revision = "Our shop opened", 2
    await show(office)
    await office.say_all()
    assert await texts(eve, REVIEW) == ["Our shop opened"]
    assert [card.revision for card in await shown(office)] == [2]


async def test_many_changes_before_the_courier_comes_are_one_call(office: Office) -> None:
    for _ in range(5):
        await show(office)
    assert await letters(office) == [("card:post", "waiting")]


async def test_every_card_of_a_thing_is_kept_true(office: Office, eve: Person, facts: Facts) -> None:
    for place in (REVIEW, GENERAL):
        await show(office, place)
        await office.say_all()
    facts.post = "Our shop opened"
    await show(office, "")
    await office.say_all()
    assert (await texts(eve, REVIEW), await texts(eve, GENERAL)) == (["Our shop opened"], ["Our shop opened"])


async def test_an_older_rendering_is_never_written_over_a_newer_one(office: Office, eve: Person, facts: Facts) -> None:
    facts.revision = 5
    await show(office)
    await office.say_all()
    facts.post, facts.revision = "Stale", 4
    await show(office)
    await office.say_all()
    assert await texts(eve, REVIEW) == ["Our shop opens"]


async def test_a_card_that_was_deleted_is_posted_anew(office: Office, eve: Person) -> None:
    await show(office)
    await office.say_all()
    assert office.desk.slack is not None
    card = (await shown(office))[0]
    await office.desk.slack.background.chat_delete(channel=REVIEW, ts=card.ts)
    await show(office)
    await office.say_all()
    assert [one.ts == card.ts for one in await shown(office)] == [False]
    assert await texts(eve, REVIEW) == ["Our shop opens"]


async def test_a_message_whose_answer_was_lost_is_not_repeated(office: Office, eve: Person, control: Control) -> None:
    await control.fault("drop_after", on="chat.postMessage")
    await tell(office, GENERAL)
    await office.say_all()
    await overdue(office)
    await office.say_all()
    assert await texts(eve, GENERAL) == ["News: rain"]
    assert ("news", "doubtful") in await letters(office)


async def test_a_doubtful_message_is_told_of_in_the_installers_home(office: Office, control: Control) -> None:
    await control.fault("drop_after", on="chat.postMessage")
    await tell(office, GENERAL)
    await office.say_all()
    await overdue(office)
    await office.say_all()
    assert (outbox.HOME, "sent") in await letters(office)
    troubles = await office.desk.read(outbox.troubles, EVERYWHERE, LONG_AGO)
    assert [letter.topic for letter, _ in troubles] == ["news"]


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "fail_before", "fail_after"])
async def test_with_the_history_a_lost_message_is_there_exactly_once(
    office: Office, eve: Person, control: Control, fault: str
) -> None:
    await control.fault(fault, on="chat.postMessage")
    await tell(office, GENERAL)
    await office.say_all(HISTORY)
    await overdue(office)
    await office.say_all(HISTORY)
    assert await texts(eve, GENERAL) == ["News: rain"]
    assert await letters(office) == [("news", "sent")]


async def test_without_the_history_a_lost_card_is_posted_again(office: Office, eve: Person, control: Control) -> None:
    await control.fault("drop_after", on="chat.postMessage")
    await show(office)
    await office.say_all()
    await overdue(office)
    await office.say_all()
    assert await texts(eve, REVIEW) == ["Our shop opens", "Our shop opens"]
    assert len(await shown(office)) == 1


async def test_with_the_history_a_lost_card_is_found(office: Office, eve: Person, control: Control) -> None:
    await control.fault("drop_after", on="chat.postMessage")
    await show(office)
    await office.say_all(HISTORY)
    await overdue(office)
    await office.say_all(HISTORY)
    assert await texts(eve, REVIEW) == ["Our shop opens"]
    assert len(await shown(office)) == 1


async def test_slacks_wish_to_wait_is_honoured(office: Office, eve: Person, control: Control) -> None:
    await control.fault("ratelimit", on="chat.postMessage", seconds=30)
    await tell(office, GENERAL)
    await office.say_all()
    assert await texts(eve, GENERAL) == []
    wait = await office.desk.read(outbox.next_at, EVERYWHERE)
    assert wait is not None
    assert timedelta(seconds=20) < wait - office.desk.now() <= timedelta(seconds=30)
    await overdue(office)
    await office.say_all()
    assert await texts(eve, GENERAL) == ["News: rain"]


@pytest.mark.parametrize("place", [ARCHIVED, UNINVITED, "C0NOWHERE01"])
async def test_a_place_that_takes_nothing_is_told_to_the_installer_once(
    office: Office, eve: Person, place: str
) -> None:
    await tell(office, place)
    await tell(office, place)
    await office.say_all()
    assert [state for topic, state in await letters(office) if topic == "news"] == ["dead", "dead"]
    assert [topic for topic, _ in await letters(office)].count(outbox.PLACE_DEAD) == 1
    await eve.direct(saying="News")


async def test_a_courier_that_died_while_sending_leaves_doubt_not_a_second_message(office: Office, eve: Person) -> None:
    await tell(office, GENERAL)
    (letter,) = await office.desk.write(outbox.take, EVERYWHERE, office.desk.now())
    await office.desk.write(outbox.mark_sending, EVERYWHERE, letter, office.desk.now())
    await overdue(office)
    await office.say_all()
    assert await texts(eve, GENERAL) == []
    assert ("news", "doubtful") in await letters(office)


async def test_a_home_tab_is_published(office: Office, eve: Person, facts: Facts) -> None:
    await office.desk.write(outbox.home, office.scope, EVE, now=office.desk.now())
    await office.say_all()
    assert "Our shop opens" in str((await eve.home()).blocks)


async def test_a_letter_without_words_is_given_up_after_some_tries(office: Office) -> None:
    async def broken(desk: Desk, letter: Letter) -> Message:
        raise ZeroDivisionError

    office.on.topic("broken")(broken)
    await office.desk.write(outbox.tell, office.scope, "broken", 1, GENERAL, now=office.desk.now())
    for _ in range(outbox.ATTEMPTS):
        await office.say_all()
        await overdue(office)
    assert ("broken", "dead") in await letters(office)


async def test_a_commit_wakes_the_courier_and_a_stop_ends_it(office: Office, eve: Person) -> None:
    courier = office.courier()
    running = asyncio.create_task(courier.run())
    await eve.reset()
    await tell(office, GENERAL)
    await eve.message(GENERAL, saying="News: rain")
    await courier.stop()
    await running
    assert await letters(office) == [("news", "sent")]
