"""Every fault that the stand-in can play, and the limits of calls: each is seen by the app's own client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SlackServer, serve_slack
from bot.sandbox.cast import GENERAL, SUPPORT
from bot.sandbox.driver import Control, Person, Refused
from bot.sandbox.faults import DELIVERY, WEB_API
from tests.sandbox.kit import Json
from tests.sandbox.test_messages import refusal


@pytest.mark.parametrize(("fault", "posted"), [("drop_after", 1), ("drop_before", 0)])
async def test_the_answer_is_dropped_after_or_before_the_work(
    client: AsyncWebClient, control: Control, ann: Person, fault: str, posted: int
) -> None:
    await control.fault(fault, on="chat.postMessage")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.chat_postMessage(channel=SUPPORT, text="x")
    assert len(await ann.messages(SUPPORT)) == posted
    assert (await client.chat_postMessage(channel=SUPPORT, text="y"))["ok"]


@pytest.mark.parametrize(("fault", "posted"), [("fail_after", 1), ("fail_before", 0)])
async def test_a_server_error_comes_after_or_before_the_work(
    client: AsyncWebClient, control: Control, ann: Person, fault: str, posted: int
) -> None:
    await control.fault(fault, on="chat.postMessage", status=503)
    answer = await refusal(client.chat_postMessage(channel=SUPPORT, text="x"))
    assert answer.status_code == 503
    assert len(await ann.messages(SUPPORT)) == posted


async def test_garbage_comes_after_the_work(client: AsyncWebClient, control: Control, ann: Person) -> None:
    await control.fault("garbage", on="chat.postMessage")
    with pytest.raises((SlackApiError, UnicodeDecodeError)):
        await client.chat_postMessage(channel=SUPPORT, text="x")
    assert len(await ann.messages(SUPPORT)) == 1


async def test_a_told_rate_limit_says_when_to_come_back(client: AsyncWebClient, control: Control) -> None:
    await control.fault("ratelimit", on="users.list", seconds=12)
    answer = await refusal(client.users_list())
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "12")


async def test_any_error_code_can_be_played(client: AsyncWebClient, control: Control) -> None:
    await control.fault("refuse", on="chat.update", error="edit_window_closed")
    answer = await refusal(client.chat_update(channel=SUPPORT, ts="1.000001", text="x"))
    assert answer["error"] == "edit_window_closed"


async def test_a_slow_answer_comes_in_the_end(client: AsyncWebClient, control: Control) -> None:
    await control.fault("slow", on="auth.test", seconds=0.1)
    begun = time.monotonic()
    assert (await client.auth_test())["ok"]
    assert time.monotonic() - begun >= 0.1


async def test_a_fault_is_played_as_often_as_it_was_told_and_can_be_cleared(
    client: AsyncWebClient, control: Control
) -> None:
    await control.fault("refuse", on="auth.test", times=2, error="fatal_error")
    for _ in range(2):
        assert (await refusal(client.auth_test()))["error"] == "fatal_error"
    assert (await client.auth_test())["ok"]
    await control.fault("refuse", on="auth.test")
    await control.clear_faults()
    assert (await client.auth_test())["ok"]


@pytest.fixture
def events(app: AsyncApp) -> asyncio.Queue[Json]:
    """What the app hears as events, duplicates and all."""
    heard: asyncio.Queue[Json] = asyncio.Queue()

    async def hear(body: Any) -> None:
        heard.put_nowait(body)

    async def echo(ack: Any) -> None:
        await ack("heard")

    app.event("message")(hear)
    app.command("/echo")(echo)
    return heard


@pytest.mark.usefixtures("connected")
async def test_a_duplicate_delivery_has_the_same_event_id(
    events: asyncio.Queue[Json], control: Control, ann: Person
) -> None:
    await control.fault("duplicate", on="events_api")
    await ann.say(SUPPORT, "x")
    first, second = [await asyncio.wait_for(events.get(), 2) for _ in range(2)]
    assert first["event_id"] == second["event_id"]


@pytest.mark.usefixtures("connected")
async def test_an_unheard_ack_makes_slack_send_again(
    events: asyncio.Queue[Json], control: Control, ann: Person
) -> None:
    await control.fault("lose_ack", on="events_api")
    await ann.say(SUPPORT, "x")
    first, second = [await asyncio.wait_for(events.get(), 2) for _ in range(2)]
    assert first["event_id"] == second["event_id"]


@pytest.mark.usefixtures("connected")
async def test_late_deliveries_come_out_of_order(events: asyncio.Queue[Json], control: Control, ann: Person) -> None:
    await control.fault("late", on="events_api", seconds=0.1)
    await ann.say(SUPPORT, "first")
    await ann.say(SUPPORT, "second")
    heard = [(await asyncio.wait_for(events.get(), 2))["event"]["text"] for _ in range(2)]
    assert heard == ["second", "first"]


@pytest.mark.usefixtures("connected")
async def test_a_payload_without_an_inner_event_arrives_as_it_is(app: AsyncApp, control: Control) -> None:
    heard: asyncio.Queue[Json] = asyncio.Queue()

    async def first(body: Any, next_: Any) -> None:
        heard.put_nowait(body)
        await next_()

    app.use(first)
    await control.outer({"type": "app_rate_limited", "team_id": "T07TRELLIS1", "minute_rate_limited": 1})
    assert (await asyncio.wait_for(heard.get(), 2))["type"] == "app_rate_limited"


@pytest.mark.usefixtures("connected", "events")
async def test_a_delivery_that_never_arrives_shows_as_a_timeout(control: Control, ann: Person) -> None:
    await control.fault("drop_delivery", on="slash_commands")
    with pytest.raises(Refused, match="operation_timeout"):
        await ann.command("/echo", channel=GENERAL)


async def test_an_unknown_fault_is_refused(control: Control) -> None:
    with pytest.raises(Refused, match="unknown_fault"):
        await control.fault("explode")


def test_every_fault_is_tried_here() -> None:
    tried = {"drop_after", "drop_before", "fail_after", "fail_before", "garbage", "ratelimit", "refuse", "slow"}
    assert tried == set(WEB_API)
    assert set(DELIVERY) == {"duplicate", "lose_ack", "late", "drop_delivery"}


async def test_a_revoked_token_is_refused_everywhere(client: AsyncWebClient, control: Control) -> None:
    await control.revoke()
    assert (await refusal(client.auth_test()))["error"] == "token_revoked"
    await control.revoke(revoked=False)
    assert (await client.auth_test())["ok"]


async def test_a_withdrawn_scope_is_named(client: AsyncWebClient, control: Control) -> None:
    await control.withdraw_scopes("users:read")
    answer = await refusal(client.users_info(user="U07ANN00001"))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")
    assert "users:read" not in answer["provided"].split(",")
    assert answer.headers["x-oauth-scopes"] == answer["provided"]


@pytest.fixture
async def fresh() -> AsyncIterator[AsyncWebClient]:
    server = await serve_slack()
    yield AsyncWebClient(token=server.bot_token, base_url=server.api_url, retry_handlers=[])
    await server.close()


async def test_calls_over_the_tier_are_rate_limited(fresh: AsyncWebClient) -> None:
    for _ in range(20):
        await fresh.users_list()
    answer = await refusal(fresh.users_list())
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert (await fresh.users_info(user="U07ANN00001"))["ok"], "the limit is each method's own"


async def test_a_channel_takes_a_burst_and_then_one_message_a_second(fresh: AsyncWebClient) -> None:
    for _ in range(20):
        await fresh.chat_postMessage(channel=SUPPORT, text="x")
    answer = await refusal(fresh.chat_postMessage(channel=SUPPORT, text="x"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert (await fresh.chat_postMessage(channel=GENERAL, text="x"))["ok"], "another channel is free"


TOKENS = {
    "no token": ("", "not_authed"),
    "a wrong token": ("xoxb-wrong", "invalid_auth"),
}


@pytest.mark.parametrize("name", TOKENS)
async def test_a_call_without_the_right_token_is_refused(slack: SlackServer, name: str) -> None:
    token, code = TOKENS[name]
    stranger = AsyncWebClient(token=token or None, base_url=slack.api_url)
    assert (await refusal(stranger.auth_test()))["error"] == code


async def test_unknown_methods_and_malformed_bodies_are_refused(slack: SlackServer, client: AsyncWebClient) -> None:
    assert (await refusal(client.api_call("chat.shout")))["error"] == "unknown_method"
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for body, code in ((b"{", "invalid_json"), (b"[]", "json_not_object"), (b"\xff", "invalid_json")):
            async with session.post(slack.api_url + "auth.test", data=body) as response:
                assert (await response.json())["error"] == code
        async with session.post(slack.api_url + "auth.test", data=b"x", headers={"Content-Type": "text/plain"}) as told:
            assert (await told.json())["error"] == "invalid_post_type"


async def test_api_test_needs_no_token_and_echoes(slack: SlackServer) -> None:
    stranger = AsyncWebClient(base_url=slack.api_url)
    assert (await stranger.api_test(foo="bar"))["args"]["foo"] == "bar"
    assert (await refusal(stranger.api_test(error="my_error")))["error"] == "my_error"
