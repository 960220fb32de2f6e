"""What people may do and what the app hears of it: commands, shortcuts, messages, strangers, the deactivated."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import aiohttp
import pytest
import yaml
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SlackServer, default_workspace, serve_slack
from bot.sandbox.cast import ANN, ARCHIVED, BEN, BOT_USER, CLIENT, DEE, GENERAL, PARTNER_TEAM, PRIVATE, SUPPORT, TEAM
from bot.sandbox.driver import Control, Person, Refused
from tests.house import ROOT
from tests.sandbox.kit import Json, actions, button, confirm, home, section
from tests.sandbox.test_messages import refusal


@pytest.fixture
def heard(app: AsyncApp) -> asyncio.Queue[Json]:
    """Every payload that the app gets, in order."""
    payloads: asyncio.Queue[Json] = asyncio.Queue()

    async def hear(ack: Any, body: Any) -> None:
        await ack()
        payloads.put_nowait(body)

    anything: Any = re.compile(".*")
    for listen in (app.command, app.shortcut, app.action, app.event):
        listen(anything)(hear)
    return payloads


async def next_of(heard: asyncio.Queue[Json]) -> Json:
    return await asyncio.wait_for(heard.get(), 2)


@pytest.mark.usefixtures("connected")
async def test_a_command_tells_who_where_and_what(ann: Person, heard: asyncio.Queue[Json]) -> None:
    await ann.command("/draft", "for #general & <all>", channel=SUPPORT)
    form = await next_of(heard)
    assert (form["user_id"], form["channel_id"], form["team_id"]) == (ANN, SUPPORT, TEAM)
    assert form["text"] == f"for <#{GENERAL}|general> &amp; &lt;all&gt;"
    assert form["channel_name"] == "support"


@pytest.mark.usefixtures("connected")
async def test_a_message_shortcut_brings_the_message(ann: Person, ben: Person, heard: asyncio.Queue[Json]) -> None:
    await ben.say(SUPPORT, "Please post this.")
    assert (await next_of(heard))["event"]["type"] == "message"
    await ann.shortcut("draft_from_message", (await ann.messages(SUPPORT))[0])
    payload = await next_of(heard)
    assert payload["type"] == "message_action"
    assert payload["message"]["text"] == "Please post this."
    assert payload["response_url"]


@pytest.mark.usefixtures("connected")
async def test_a_global_shortcut_has_no_place_to_answer(ann: Person, heard: asyncio.Queue[Json]) -> None:
    await ann.shortcut("draft")
    payload = await next_of(heard)
    assert payload["type"] == "shortcut"
    assert "response_url" not in payload
    assert "channel" not in payload


@pytest.mark.usefixtures("connected")
async def test_a_mention_is_a_message_and_an_app_mention(ann: Person, heard: asyncio.Queue[Json]) -> None:
    await ann.say(SUPPORT, "@trellis hello")
    kinds = {(await next_of(heard))["event"]["type"] for _ in range(2)}
    assert kinds == {"message", "app_mention"}


async def test_the_app_hears_its_own_messages_too(ann: Person, slack: SlackServer) -> None:
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    address = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
        await socket.receive_json(timeout=2)
        await client.chat_postMessage(channel=SUPPORT, text="mine")
        event = (await socket.receive_json(timeout=2))["payload"]["event"]
    assert (event["text"], event["user"]) == ("mine", BOT_USER)
    assert event["bot_id"]


@pytest.mark.usefixtures("connected")
async def test_a_direct_message_comes_as_im(ann: Person, client: AsyncWebClient, heard: asyncio.Queue[Json]) -> None:
    channel = (await client.conversations_open(users=ANN))["channel"]["id"]
    await ann.say(channel, "hello")
    assert (await next_of(heard))["event"]["channel_type"] == "im"


@pytest.mark.usefixtures("connected")
async def test_opening_home_brings_the_view_once_there_is_one(
    ann: Person, client: AsyncWebClient, heard: asyncio.Queue[Json]
) -> None:
    await ann.open_home()
    first = (await next_of(heard))["event"]
    await client.views_publish(user_id=ANN, view=home(section("Hello")))
    await ann.open_home()
    second = (await next_of(heard))["event"]
    assert (first["tab"], "view" in first) == ("home", False)
    assert second["view"]["type"] == "home"


@pytest.mark.usefixtures("connected")
async def test_a_stranger_may_press_but_not_command(
    dee: Person, client: AsyncWebClient, heard: asyncio.Queue[Json]
) -> None:
    await client.chat_postMessage(channel=CLIENT, text="x", blocks=[actions(button("go"))])
    await dee.press((await dee.messages(CLIENT))[0], "go")
    payload = await next_of(heard)
    assert (payload["user"]["team_id"], payload["team"]["id"]) == (PARTNER_TEAM, TEAM)
    for attempt in (dee.command("/draft", channel=CLIENT), dee.shortcut("draft")):
        with pytest.raises(Refused, match="not_for_strangers"):
            await attempt


async def test_a_stranger_sees_only_the_shared_channel(dee: Person) -> None:
    channels = (await dee.get("channels", user=DEE))["shown"]
    assert [channel["id"] for channel in channels] == [CLIENT]
    with pytest.raises(Refused, match="channel_not_found"):
        await dee.messages(GENERAL)


async def test_a_private_channel_is_hidden_from_others(ann: Person) -> None:
    with pytest.raises(Refused, match="channel_not_found"):
        await ann.say(PRIVATE, "hello")


async def test_the_deactivated_do_nothing(ann: Person, control: Control) -> None:
    await control.deactivate(ANN)
    with pytest.raises(Refused, match="account_inactive"):
        await ann.command("/draft", channel=GENERAL)


async def test_nobody_writes_into_an_archived_channel(ann: Person) -> None:
    with pytest.raises(Refused, match="is_archived"):
        await ann.say(ARCHIVED, "hello")


@pytest.mark.usefixtures("connected")
async def test_the_app_hears_of_joining_leaving_and_archiving(control: Control, heard: asyncio.Queue[Json]) -> None:
    await control.invite(SUPPORT, DEE)
    await control.remove(SUPPORT, DEE)
    await control.archive(SUPPORT)
    kinds = [(await next_of(heard))["event"]["type"] for _ in range(3)]
    assert sorted(kinds) == ["channel_archive", "member_joined_channel", "member_left_channel"]


@pytest.mark.usefixtures("connected")
async def test_an_ephemeral_message_is_pressed_without_being_shown_to_the_app(
    ann: Person, ben: Person, client: AsyncWebClient, heard: asyncio.Queue[Json]
) -> None:
    await client.chat_postEphemeral(channel=SUPPORT, user=ANN, text="x", blocks=[actions(button("go"))])
    message = (await ann.ephemerals(SUPPORT))[0]
    with pytest.raises(Refused, match="message_not_found"):
        await ben.press(message, "go")
    await ann.press(message, "go")
    payload = await next_of(heard)
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload


async def test_only_what_is_there_can_be_pressed(ann: Person, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=SUPPORT, text="x", blocks=[actions(button("go"))])
    with pytest.raises(Refused, match="no_such_element"):
        await ann.press((await ann.messages(SUPPORT))[0], "stop")


@pytest.mark.usefixtures("connected", "heard")
async def test_a_button_that_asks_must_be_confirmed(ann: Person, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=SUPPORT, text="x", blocks=[actions(button("go", confirm=confirm()))])
    message = (await ann.messages(SUPPORT))[0]
    with pytest.raises(Refused, match="confirm_needed"):
        await ann.press(message, "go", confirmed=False)
    await ann.press(message, "go")


@pytest.mark.usefixtures("connected")
async def test_a_response_url_works_five_times_in_half_an_hour(ann: Person, app: AsyncApp, control: Control) -> None:
    statuses: list[int] = []
    tried = asyncio.Event()

    async def answer(ack: Any, respond: Any) -> None:
        await ack()
        for number in range(6):
            statuses.append((await respond(f"answer {number}")).status_code)
        await control.advance(1_801)
        statuses.append((await respond("too late")).status_code)
        tried.set()

    app.command("/often")(answer)
    await ann.command("/often", channel=GENERAL)
    await asyncio.wait_for(tried.wait(), 2)
    assert statuses == [200] * 5 + [404] * 2
    assert len(await ann.ephemerals(GENERAL)) == 5


@pytest.mark.usefixtures("connected")
async def test_a_response_url_replaces_and_deletes_what_was_pressed(
    ann: Person, app: AsyncApp, client: AsyncWebClient
) -> None:
    async def replace(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="new", blocks=[actions(button("delete"))], replace_original=True)

    async def delete(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    app.action("replace")(replace)
    app.action("delete")(delete)
    await client.chat_postEphemeral(channel=SUPPORT, user=ANN, text="old", blocks=[actions(button("replace"))])
    await ann.press((await ann.ephemerals(SUPPORT))[0], "replace")
    changed = await ann.ephemeral(SUPPORT, having="delete")
    await ann.press(changed, "delete")

    async def gone() -> bool | None:
        return None if await ann.messages(SUPPORT) else True

    await ann.until(gone, "an empty channel")


@pytest.fixture
async def manifested() -> Any:
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    server = await serve_slack(workspace=default_workspace(manifest))
    yield server
    await server.close()


async def test_with_a_manifest_only_its_commands_scopes_and_pages_are_there(manifested: SlackServer) -> None:
    client = AsyncWebClient(token=manifested.bot_token, base_url=manifested.api_url)
    async with Person(manifested.url, BEN) as ben:
        with pytest.raises(Refused, match="unknown_command"):
            await ben.command("/nosuch", channel=GENERAL)
        with pytest.raises(Refused, match="dispatch_failed"):
            await ben.command("/draft", channel=GENERAL)
        with pytest.raises(Refused, match="unknown_shortcut"):
            await ben.shortcut("nosuch")
        channel = (await client.chat_postMessage(channel=BEN, text="x"))["channel"]
        with pytest.raises(Refused, match="messages_tab_disabled"):
            await ben.say(channel, "hello")
    assert (await refusal(client.conversations_history(channel=GENERAL)))["error"] == "missing_scope"
    assert (await refusal(client.conversations_info(channel=channel)))["needed"] == "im:read"
    assert (await client.users_info(user=BOT_USER))["user"]["is_bot"] is True
