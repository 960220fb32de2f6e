"""The stand-in Slack on a port of its own, a small real Bolt app on Socket Mode, and the cast at their screens."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SlackServer, serve_slack
from bot.sandbox.cast import ANN, BEN, DEE
from bot.sandbox.driver import Control, Person


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    server = await serve_slack(ack_seconds=1.0, retry_delays=(0.0, 0.05))
    yield server
    await server.close()


@pytest.fixture
def client(slack: SlackServer) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    """An empty Bolt app; a test registers its own listeners, then asks for `connected`."""
    return AsyncApp(client=client, process_before_response=True)


@pytest.fixture
async def connected(slack: SlackServer, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    yield handler
    await handler.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture
async def ann(slack: SlackServer) -> AsyncIterator[Person]:
    async with Person(slack.url, ANN) as person:
        yield person


@pytest.fixture
async def ben(slack: SlackServer) -> AsyncIterator[Person]:
    async with Person(slack.url, BEN) as person:
        yield person


@pytest.fixture
async def dee(slack: SlackServer) -> AsyncIterator[Person]:
    async with Person(slack.url, DEE) as person:
        yield person


@pytest.fixture
async def control(slack: SlackServer) -> AsyncIterator[Control]:
    async with Control(slack.url) as line:
        yield line
