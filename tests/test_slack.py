"""What Slack's answers mean: a clear no, a wish to wait, or a silence behind which something may have been done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.sandbox import SlackServer, serve_slack
from bot.sandbox.cast import GENERAL
from bot.sandbox.driver import Control
from bot.slack import Slack, SlackBusy, SlackRefused, SlackSilent, open_slack, told


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    server = await serve_slack()
    yield server
    await server.close()


@pytest.fixture
async def slack(server: SlackServer) -> AsyncIterator[Slack]:
    slack = await open_slack(server.bot_token, server.api_url)
    yield slack
    await slack.close()


@pytest.fixture
async def control(server: SlackServer) -> AsyncIterator[Control]:
    async with Control(server.url) as line:
        yield line


async def post(slack: Slack) -> dict[str, object]:
    return await told(slack.background.chat_postMessage(channel=GENERAL, text="Hello"))


async def test_an_answer_is_told(slack: Slack) -> None:
    assert (await post(slack))["channel"] == GENERAL


async def test_a_no_has_slacks_word(slack: Slack) -> None:
    with pytest.raises(SlackRefused) as refused:
        await told(slack.background.chat_postMessage(channel="C0NOWHERE01", text="Hello"))
    assert refused.value.code == "channel_not_found"


async def test_a_wish_to_wait_is_no_refusal(slack: Slack, control: Control) -> None:
    await control.fault("ratelimit", on="chat.postMessage", seconds=7)
    with pytest.raises(SlackBusy) as busy:
        await post(slack)
    assert busy.value.seconds == 7


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "fail_before", "fail_after", "garbage"])
async def test_silence_may_hide_that_it_was_done(slack: Slack, control: Control, fault: str) -> None:
    await control.fault(fault, on="chat.postMessage")
    with pytest.raises(SlackSilent) as silence:
        await post(slack)
    assert silence.value.perhaps_done


async def test_where_nobody_listens_nothing_was_done() -> None:
    slack = await open_slack("xoxb-1", "http://127.0.0.1:9/api/")  # the discard port, which nothing serves
    with pytest.raises(SlackSilent) as silence:
        await post(slack)
    assert not silence.value.perhaps_done
    await slack.close()


async def test_a_dropped_call_is_not_made_twice(slack: Slack, control: Control, server: SlackServer) -> None:
    await control.fault("drop_after", on="chat.postMessage")
    with pytest.raises(SlackSilent):
        await post(slack)
    history = await told(slack.background.conversations_history(channel=GENERAL))
    assert len(history["messages"]) == 1


async def test_the_interactive_way_gives_up_early(slack: Slack, control: Control) -> None:
    await control.fault("slow", on="chat.postMessage", seconds=10)
    start = asyncio.get_running_loop().time()
    with pytest.raises(SlackSilent):
        await told(slack.interactive.chat_postMessage(channel=GENERAL, text="Hello"))
    assert asyncio.get_running_loop().time() - start < 3


async def test_both_ways_share_their_connections(slack: Slack) -> None:
    assert slack.interactive.session is not None
    assert slack.background.session is not None
    assert slack.interactive.session.connector is slack.background.session.connector
