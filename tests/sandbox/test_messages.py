"""chat.* and response URLs through the real SDK: what is kept, what changes, and each refusal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SlackServer
from bot.sandbox.cast import ANN, ARCHIVED, BEN, CLIENT, DEE, GENERAL, PRIVATE, SUPPORT, UNINVITED
from bot.sandbox.driver import Control, Person
from tests.sandbox.kit import actions, button, section


async def refusal(call: Awaitable[Any]) -> Any:
    """The answer of a call that is refused."""
    with pytest.raises(SlackApiError) as refused:
        await call
    return refused.value.response


async def test_text_blocks_and_metadata_are_kept_as_sent(client: AsyncWebClient) -> None:
    metadata = {"event_type": "card", "event_payload": {"post": "7"}}
    posted = await client.chat_postMessage(
        channel=SUPPORT, text="a & b", blocks=[section("*x*", block_id="s")], metadata=metadata, unfurl_links=False
    )
    plain = (await client.conversations_history(channel=SUPPORT))["messages"][0]
    whole = (await client.conversations_history(channel=SUPPORT, include_all_metadata=True))["messages"][0]
    assert (plain["ts"], plain["text"]) == (posted["ts"], "a & b")
    assert plain["blocks"] == [section("*x*", block_id="s")]
    assert "metadata" not in plain
    assert whole["metadata"] == metadata


async def test_nameless_blocks_and_elements_get_names(client: AsyncWebClient) -> None:
    nameless = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    posted = await client.chat_postMessage(
        channel=SUPPORT, text="x", blocks=[section(accessory=nameless), {"type": "actions", "elements": [nameless]}]
    )
    first, second = posted["message"]["blocks"]
    assert first["block_id"] != second["block_id"]
    assert first["accessory"]["action_id"]
    assert second["elements"][0]["action_id"]


async def test_text_without_blocks_removes_the_blocks_and_shows_as_edited(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=SUPPORT, text="old", blocks=[section()])
    changed = await client.chat_update(channel=SUPPORT, ts=posted["ts"], text="new")
    assert "blocks" not in changed["message"]
    assert changed["message"]["edited"]["user"]


async def test_a_change_of_blocks_does_not_show_as_edited(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=SUPPORT, text="old", blocks=[section()])
    changed = await client.chat_update(channel=SUPPORT, ts=posted["ts"], text="new", blocks=[section("new")])
    assert "edited" not in changed["message"]


async def test_an_ephemeral_message_is_seen_by_one_person_and_is_in_no_history(
    client: AsyncWebClient, ann: Person, ben: Person
) -> None:
    await client.chat_postEphemeral(channel=SUPPORT, user=ANN, text="psst")
    assert [message.text for message in await ann.ephemerals(SUPPORT)] == ["psst"]
    assert await ben.messages(SUPPORT) == []
    assert (await client.conversations_history(channel=SUPPORT))["messages"] == []


async def test_a_thread_holds_its_replies_and_the_channel_does_not(client: AsyncWebClient) -> None:
    parent = await client.chat_postMessage(channel=SUPPORT, text="parent")
    await client.chat_postMessage(channel=SUPPORT, text="reply", thread_ts=parent["ts"])
    thread = await client.conversations_replies(channel=SUPPORT, ts=parent["ts"])
    assert [message["text"] for message in thread["messages"]] == ["parent", "reply"]
    channel = await client.conversations_history(channel=SUPPORT)
    assert [message["text"] for message in channel["messages"]] == ["parent"]


async def test_a_broadcast_reply_stands_in_both(client: AsyncWebClient) -> None:
    parent = await client.chat_postMessage(channel=SUPPORT, text="parent")
    await client.chat_postMessage(channel=SUPPORT, text="reply", thread_ts=parent["ts"], reply_broadcast=True)
    channel = await client.conversations_history(channel=SUPPORT)
    assert [message["text"] for message in channel["messages"]] == ["reply", "parent"]


async def test_a_message_to_a_person_goes_to_their_direct_message(client: AsyncWebClient, ann: Person) -> None:
    posted = await client.chat_postMessage(channel=ANN, text="hello")
    assert posted["channel"].startswith("D")
    assert (await ann.direct()).text == "hello"


async def test_a_text_over_40000_characters_is_cut(client: AsyncWebClient) -> None:
    for length in (40_000, 40_001):
        posted = await client.chat_postMessage(channel=SUPPORT, text="x" * length)
        assert len(posted["message"]["text"]) == 40_000


async def test_a_permalink_leads_into_the_thread(client: AsyncWebClient) -> None:
    parent = await client.chat_postMessage(channel=SUPPORT, text="parent")
    reply = await client.chat_postMessage(channel=SUPPORT, text="reply", thread_ts=parent["ts"])
    link = (await client.chat_getPermalink(channel=SUPPORT, message_ts=reply["ts"]))["permalink"]
    assert f"/archives/{SUPPORT}/p{reply['ts'].replace('.', '')}?thread_ts={parent['ts']}" in link


Calls = Callable[[AsyncWebClient], Awaitable[Any]]
REFUSALS: dict[str, tuple[str, Calls]] = {
    "an unknown channel": ("channel_not_found", lambda c: c.chat_postMessage(channel="C0NOWHERE", text="x")),
    "an archived channel": ("is_archived", lambda c: c.chat_postMessage(channel=ARCHIVED, text="x")),
    "a channel without the app": ("not_in_channel", lambda c: c.chat_postMessage(channel=UNINVITED, text="x")),
    "nothing to say": ("no_text", lambda c: c.api_call("chat.postMessage", json={"channel": SUPPORT})),
    "no channel": ("invalid_arguments", lambda c: c.chat_postMessage(channel="", text="x")),
    "101 attachments": (
        "too_many_attachments",
        lambda c: c.chat_postMessage(channel=SUPPORT, text="x", attachments=[{"text": "a"}] * 101),
    ),
    "wrong blocks": (
        "invalid_blocks",
        lambda c: c.chat_postMessage(channel=SUPPORT, text="x", blocks=[{"type": "none"}]),
    ),
    "wrong blocks in an attachment": (
        "invalid_attachments",
        lambda c: c.chat_postMessage(channel=SUPPORT, text="x", attachments=[{"blocks": [{"type": "none"}]}]),
    ),
    "blocks that are no list": (
        "invalid_blocks_format",
        lambda c: c.api_call("chat.postMessage", json={"channel": SUPPORT, "text": "x", "blocks": {"type": "x"}}),
    ),
    "blocks that are no JSON": (
        "invalid_blocks_format",
        lambda c: c.api_call("chat.postMessage", data={"channel": SUPPORT, "text": "x", "blocks": "["}),
    ),
    "metadata that is no JSON": (
        "invalid_metadata_format",
        lambda c: c.api_call("chat.postMessage", data={"channel": SUPPORT, "text": "x", "metadata": "{"}),
    ),
    "a direct message with nobody": ("users_list_not_supplied", lambda c: c.conversations_open(users="")),
    "a thread that is not there": (
        "thread_not_found",
        lambda c: c.chat_postMessage(channel=SUPPORT, text="x", thread_ts="1.000001"),
    ),
    "metadata without a type": (
        "invalid_metadata_format",
        lambda c: c.chat_postMessage(channel=SUPPORT, text="x", metadata={"event_payload": {}}),
    ),
    "markdown beside text": (
        "markdown_text_conflict",
        lambda c: c.api_call("chat.postMessage", json={"channel": SUPPORT, "text": "x", "markdown_text": "y"}),
    ),
    "an ephemeral for a stranger to the channel": (
        "user_not_in_channel",
        lambda c: c.chat_postEphemeral(channel=SUPPORT, user=DEE, text="x"),
    ),
    "an ephemeral for nobody": ("user_not_found", lambda c: c.chat_postEphemeral(channel=SUPPORT, user="U0", text="x")),
    "an update of nothing": ("message_not_found", lambda c: c.chat_update(channel=SUPPORT, ts="1.000001", text="x")),
    "a removal of nothing": ("message_not_found", lambda c: c.chat_delete(channel=SUPPORT, ts="1.000001")),
    "a link to nothing": (
        "message_not_found",
        lambda c: c.chat_getPermalink(channel=SUPPORT, message_ts="1.000001"),
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_slack_refuses(client: AsyncWebClient, name: str) -> None:
    code, call = REFUSALS[name]
    assert (await refusal(call(client)))["error"] == code


async def test_markdown_text_of_12000_characters_is_the_most(client: AsyncWebClient) -> None:
    told = {"channel": SUPPORT, "markdown_text": "x" * 12_000}
    assert (await client.api_call("chat.postMessage", json=told))["ok"]
    told["markdown_text"] += "x"
    assert (await refusal(client.api_call("chat.postMessage", json=told)))["error"] == "msg_too_long"


async def test_a_hundred_attachments_are_taken(client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=SUPPORT, text="x", attachments=[{"text": "a"}] * 100)


async def test_an_update_over_4000_characters_is_refused(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=SUPPORT, text="x")
    await client.chat_update(channel=SUPPORT, ts=posted["ts"], text="x" * 4_000)
    answer = await refusal(client.chat_update(channel=SUPPORT, ts=posted["ts"], text="x" * 4_001))
    assert answer["error"] == "msg_too_long"


async def test_the_app_changes_only_its_own_messages(client: AsyncWebClient, ben: Person) -> None:
    ts = await ben.say(SUPPORT, "mine")
    assert (await refusal(client.chat_update(channel=SUPPORT, ts=ts, text="x")))["error"] == "cant_update_message"
    assert (await refusal(client.chat_delete(channel=SUPPORT, ts=ts)))["error"] == "cant_delete_message"


async def test_a_faulty_block_is_pointed_at(client: AsyncWebClient) -> None:
    answer = await refusal(client.chat_postMessage(channel=SUPPORT, text="x", blocks=[section("x" * 3_001)]))
    message = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {message}"]
    assert answer["errors"] == [message]


async def test_a_private_channel_without_the_app_is_not_found(client: AsyncWebClient, control: Control) -> None:
    await client.chat_postMessage(channel=PRIVATE, text="x")
    await control.remove(PRIVATE, (await client.auth_test())["user_id"])
    assert (await refusal(client.chat_postMessage(channel=PRIVATE, text="x")))["error"] == "channel_not_found"


async def test_a_deactivated_person_gets_no_message(client: AsyncWebClient, control: Control) -> None:
    await control.deactivate(BEN)
    assert (await refusal(client.chat_postMessage(channel=BEN, text="x")))["error"] == "user_disabled"
    assert (await refusal(client.conversations_open(users=BEN)))["error"] == "user_disabled"
    assert (await client.users_info(user=BEN))["user"]["deleted"] is True


async def test_the_same_call_works_as_form_json_and_query(slack: SlackServer, client: AsyncWebClient) -> None:
    told = {"channel": SUPPORT, "text": "x", "blocks": '[{"type": "divider"}]'}
    assert (await client.api_call("chat.postMessage", data=told))["ok"]
    assert (await client.api_call("chat.postMessage", json=told | {"blocks": [{"type": "divider"}]}))["ok"]
    assert (await client.api_call("conversations.info", http_verb="GET", params={"channel": GENERAL}))["ok"]


async def test_reactions_are_put_on_once_and_taken_off(client: AsyncWebClient, ann: Person) -> None:
    ts = await ann.say(SUPPORT, "done?")
    await client.reactions_add(channel=SUPPORT, timestamp=ts, name="eyes")
    again = await refusal(client.reactions_add(channel=SUPPORT, timestamp=ts, name="eyes"))
    assert again["error"] == "already_reacted"
    assert (await ann.messages(SUPPORT))[0].json["reactions"][0]["name"] == "eyes"
    await client.reactions_remove(channel=SUPPORT, timestamp=ts, name="eyes")
    gone = await refusal(client.reactions_remove(channel=SUPPORT, timestamp=ts, name="eyes"))
    assert gone["error"] == "no_reaction"


async def test_a_shared_channel_says_so_and_its_strangers_too(client: AsyncWebClient) -> None:
    assert (await client.conversations_info(channel=CLIENT))["channel"]["is_ext_shared"] is True
    dee = (await client.users_info(user=DEE))["user"]
    team = (await client.auth_test())["team_id"]
    assert dee["is_stranger"] is True
    assert dee["team_id"] != team


async def test_a_pressed_message_can_be_pressed_only_where_it_has_the_element(
    client: AsyncWebClient, ann: Person
) -> None:
    await client.chat_postMessage(channel=SUPPORT, text="x", blocks=[actions(button("go"))])
    assert (await ann.messages(SUPPORT))[0].actions == {"go"}
