"""A request reaches its handler, and whatever fails, the person hears of it where they are, losing nothing typed."""

from __future__ import annotations

import asyncio

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.blocks.basics import actions, button, section, ticket
from bot.blocks.inputs import input_block, line, overflow
from bot.blocks.surfaces import modal
from bot.handlers import Ask, On
from bot.rules.people import Actor, require_member
from bot.sandbox.cast import ANN, CLIENT, DEE, GENERAL
from bot.sandbox.driver import Person
from bot.slack import told
from tests.office import Office

FORM = modal("form", "A form", [input_block("text", "Text", line("typed"))], submit="Send")


async def opens_form(ask: Ask) -> None:
    await ask.open(FORM)


async def post(office: Office, channel: str, *elements: dict[str, object]) -> None:
    assert office.desk.slack is not None
    blocks = [section("A card"), actions(*elements)]
    await told(office.desk.slack.background.chat_postMessage(channel=channel, text="A card", blocks=blocks))


async def test_a_command_reaches_its_handler_with_plain_text(office: Office, on: On, ann: Person) -> None:
    asked: list[Ask] = []

    async def draft(ask: Ask) -> None:
        asked.append(ask)

    on.command("/draft")(draft)
    await ann.command("/draft", "Fish & chips <3", channel=GENERAL)
    await office.dispatch.drain(1)
    assert [ask.text for ask in asked] == ["Fish & chips <3"]


async def test_a_handler_knows_who_asks(office: Office, on: On, ann: Person) -> None:
    asked: list[Ask] = []

    async def draft(ask: Ask) -> None:
        asked.append(ask)

    on.command("/draft")(draft)
    await ann.command("/draft", channel=GENERAL)
    await office.dispatch.drain(1)
    actor = asked[0].actor
    assert (actor.person, actor.zone, actor.is_external, actor.is_guest) == (ANN, "Europe/Berlin", False, False)
    assert asked[0].scope == office.scope


async def test_a_handler_may_answer_privately(office: Office, on: On, ann: Person) -> None:
    async def hello(ask: Ask) -> None:
        await ask.say_privately("2 < 3 & *not bold*")

    on.command("/hello")(hello)
    await ann.command("/hello", channel=GENERAL)
    note = await ann.ephemeral(GENERAL)
    assert "2 &lt; 3 &amp;" in str(note.blocks)


async def test_a_form_opens_and_its_text_arrives_as_typed(office: Office, on: On, ann: Person) -> None:
    typed: list[str] = []

    async def take(ask: Ask) -> None:
        typed.append(ask.typed.text("text"))

    on.command("/draft")(opens_form)
    on.view("form")(take)
    await ann.command("/draft", channel=GENERAL)
    await ann.view(having="typed")
    await ann.fill({"typed": "Fish & chips <3"})
    await ann.submit()
    assert typed == ["Fish & chips <3"]
    assert await ann.views() == []


async def test_a_button_carries_its_thing_and_version(office: Office, on: On, ann: Person) -> None:
    tickets: list[tuple[int, int]] = []

    async def approve(ask: Ask) -> None:
        tickets.append(ask.ticket)

    on.action("approve")(approve)
    await post(office, GENERAL, button("Approve", "approve#1", ticket(7, 2)))
    await ann.press(await ann.message(GENERAL), "approve#1")
    assert tickets == [(7, 2)]


async def test_a_choice_of_an_overflow_menu_arrives_as_its_act(office: Office, on: On, ann: Person) -> None:
    tickets: list[tuple[int, int]] = []

    async def cancel(ask: Ask) -> None:
        tickets.append(ask.ticket)

    on.action("cancel")(cancel)
    menu = overflow(("Edit", "edit", ticket(7, 2)), ("Cancel", "cancel", ticket(7, 3)))
    await post(office, GENERAL, menu)
    await ann.choose(await ann.message(GENERAL), "more", "cancel:7.3")
    assert tickets == [(7, 3)]


async def test_an_unknown_button_is_answered_kindly(office: Office, ann: Person) -> None:
    await post(office, GENERAL, button("Old", "long_gone"))
    await ann.press(await ann.message(GENERAL), "long_gone")
    await ann.ephemeral(GENERAL, saying="belongs to an older version")


async def test_an_unknown_command_is_answered_kindly(office: Office, ann: Person) -> None:
    await ann.command("/nothing", channel=GENERAL)
    await ann.ephemeral(GENERAL, saying="does not know this command")


async def test_a_slow_handler_does_not_hold_the_ack_of_a_command(office: Office, on: On, ann: Person) -> None:
    release = asyncio.Event()

    async def slow(ask: Ask) -> None:
        await release.wait()
        await ask.say_privately("Done.")

    on.command("/slow")(slow)
    await ann.command("/slow", channel=GENERAL)  # returns at the ack
    release.set()
    await ann.ephemeral(GENERAL, saying="Done.")


async def test_a_stranger_in_a_shared_channel_is_external(office: Office, on: On, dee: Person) -> None:
    seen: list[Actor] = []

    async def approve(ask: Ask) -> None:
        seen.append(ask.actor)
        require_member(ask.actor)

    on.action("approve")(approve)
    await post(office, CLIENT, button("Approve", "approve", ticket(1)))
    await dee.press(await dee.message(CLIENT), "approve")
    await dee.ephemeral(CLIENT, saying="Only people of this workspace")
    assert (seen[0].person, seen[0].is_external) == (DEE, True)


async def test_a_request_from_an_unknown_workspace_is_refused(office: Office, on: On) -> None:
    async def draft(ask: Ask) -> None:
        pytest.fail("it must not run")

    on.command("/draft")(draft)
    body = {"command": "/draft", "team_id": "T_ELSEWHERE", "user_id": ANN, "trigger_id": "1"}
    answer = await office.socket.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    await office.dispatch.drain(1)
    assert answer.status == 200


async def test_closing_a_view_that_nobody_handles_says_nothing(office: Office, on: On, ann: Person) -> None:
    on.command("/draft")(opens_form)
    await ann.command("/draft", channel=GENERAL)
    await ann.view(having="typed")
    await ann.close_view()
    await office.dispatch.drain(1)
    assert await ann.messages(GENERAL) == []


async def test_opening_a_link_says_nothing(office: Office, ann: Person) -> None:
    await post(office, GENERAL, button("Open", "link", url="https://example.com"))
    await ann.press(await ann.message(GENERAL), "link")
    await office.dispatch.drain(1)
    assert await ann.ephemerals(GENERAL) == []
