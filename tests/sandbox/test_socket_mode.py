"""Socket Mode as section 1.5 of the Slack notes tells it, seen from a bare WebSocket and from Bolt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SlackServer
from bot.sandbox.cast import GENERAL, SUPPORT
from bot.sandbox.driver import Control, Person, Refused
from tests.sandbox.kit import Json


class Sockets:
    """Bare connections, as many as a test wants."""

    def __init__(self, session: aiohttp.ClientSession, slack: SlackServer) -> None:
        self._session = session
        self._client = AsyncWebClient(base_url=slack.api_url, retry_handlers=[])
        self._token = slack.app_token
        self._open: list[aiohttp.ClientWebSocketResponse] = []  # kept, or they would be closed when forgotten

    async def address(self) -> str:
        return str((await self._client.apps_connections_open(app_token=self._token))["url"])

    async def connect(self) -> tuple[aiohttp.ClientWebSocketResponse, Json]:
        """A connection and its hello (or the disconnect that came instead)."""
        socket = await self._session.ws_connect(await self.address())
        self._open.append(socket)
        return socket, await socket.receive_json(timeout=2)

    async def close(self) -> None:
        for socket in self._open:
            await socket.close()

    async def use_ticket(self, address: str) -> None:
        self._open.append(await self._session.ws_connect(address))

    async def try_ticket(self, address: str) -> int:
        """The status of an attempt that is refused."""
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await self._session.ws_connect(address)
        return refused.value.status


@pytest.fixture
async def sockets(slack: SlackServer) -> AsyncIterator[Sockets]:
    async with aiohttp.ClientSession() as session:
        sockets = Sockets(session, slack)
        yield sockets
        await sockets.close()


async def test_hello_counts_connections_and_tells_their_time(sockets: Sockets) -> None:
    await sockets.connect()
    _, hello = await sockets.connect()
    assert hello["type"] == "hello"
    assert hello["num_connections"] == 2
    assert hello["debug_info"]["approximate_connection_time"] > 0


async def test_a_ticket_opens_one_connection(sockets: Sockets) -> None:
    address = await sockets.address()
    await sockets.use_ticket(address)
    assert await sockets.try_ticket(address) == 403


async def test_the_bot_token_opens_no_connection(client: AsyncWebClient, slack: SlackServer) -> None:
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=slack.bot_token)


async def test_ten_connections_and_no_eleventh(sockets: Sockets) -> None:
    for _ in range(10):
        assert (await sockets.connect())[1]["type"] == "hello"
    _, refused = await sockets.connect()
    assert (refused["type"], refused["reason"]) == ("disconnect", "too_many_websockets")


async def test_each_envelope_goes_to_one_connection_and_any_may_ack(sockets: Sockets, ann: Person) -> None:
    first, _ = await sockets.connect()
    second, _ = await sockets.connect()
    running = asyncio.create_task(ann.command("/draft", "x", channel=GENERAL))
    envelope = await first.receive_json(timeout=2)
    assert envelope["type"] == "slash_commands"
    assert envelope["accepts_response_payload"] is True
    await second.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "heard"}})
    await running
    assert (await ann.ephemerals(GENERAL))[-1].text == "heard"
    with pytest.raises(TimeoutError):
        await second.receive_json(timeout=0.05)


async def test_a_late_ack_is_shown_to_the_person(sockets: Sockets, ann: Person) -> None:
    await sockets.connect()
    with pytest.raises(Refused) as refused:
        await ann.command("/draft", channel=GENERAL)
    assert refused.value.code == "operation_timeout"


async def test_an_unacked_event_comes_again_with_the_same_event_id(sockets: Sockets, ann: Person) -> None:
    socket, _ = await sockets.connect()
    await ann.say(SUPPORT, "hello")
    first = await socket.receive_json(timeout=2)
    again = await socket.receive_json(timeout=2)
    await socket.send_json({"envelope_id": again["envelope_id"]})
    assert (first["retry_attempt"], again["retry_attempt"]) == (0, 1)
    assert again["retry_reason"] == "timeout"
    assert first["payload"]["event_id"] == again["payload"]["event_id"]
    assert first["envelope_id"] != again["envelope_id"]


async def test_garbage_from_the_app_is_passed_over(sockets: Sockets, ann: Person) -> None:
    socket, _ = await sockets.connect()
    running = asyncio.create_task(ann.command("/draft", channel=GENERAL))
    envelope = await socket.receive_json(timeout=2)
    await socket.send_str("{")
    await socket.send_str("[]")
    await socket.send_json({"envelope_id": envelope["envelope_id"]})
    await running


async def test_an_event_while_nobody_is_connected_is_seen_as_a_retry(sockets: Sockets, ann: Person) -> None:
    await ann.say(SUPPORT, "anybody?")
    socket, _ = await sockets.connect()
    envelope = await socket.receive_json(timeout=2)
    assert envelope["retry_attempt"] >= 1


@pytest.fixture
def echo(app: AsyncApp) -> AsyncApp:
    async def answer(ack: Any, command: Any) -> None:
        await ack(f"You said {command['text']}")

    app.command("/echo")(answer)
    return app


@pytest.mark.usefixtures("echo")
@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_bolt_goes_on_after_a_refresh(
    ann: Person, control: Control, connected: AsyncSocketModeHandler, reason: str
) -> None:
    before = connected.client.current_session

    async def replaced() -> bool | None:
        return True if connected.client.current_session is not before and before and before.closed else None

    await control.disconnect(reason)
    await ann.until(replaced, "another connection")
    await ann.command("/echo", "hello", channel=GENERAL)
    assert (await ann.ephemeral(GENERAL)).text == "You said hello"


@pytest.mark.usefixtures("echo")
async def test_bolt_goes_on_after_a_sudden_close(
    ann: Person, control: Control, connected: AsyncSocketModeHandler
) -> None:
    await control.cut()
    await connected.client.connect_to_new_endpoint(force=True)  # its monitor would do so after the next ping
    await ann.command("/echo", "again", channel=GENERAL)
    assert (await ann.ephemeral(GENERAL)).text == "You said again"


@pytest.mark.usefixtures("echo", "connected")
async def test_commands_spread_over_the_connections_of_one_app(
    slack: SlackServer, app: AsyncApp, ann: Person, control: Control
) -> None:
    second = AsyncSocketModeHandler(app, slack.app_token)
    await second.connect_async()  # type: ignore[no-untyped-call]
    for word in ("one", "two"):
        await ann.command("/echo", word, channel=GENERAL)
    assert await control.connections() == [1, 1]
    await second.close_async()  # type: ignore[no-untyped-call]
