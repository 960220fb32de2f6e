"""Socket Mode: one connection to Slack, checked before it is trusted, watched while it lives, drained when it ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from bot.errors import Faults, SetupFault
from bot.slack import Slack, SlackError, SlackRefused, told

log = structlog.get_logger(__name__)

WATCH_SECONDS = 15.0
"""How often the connection is looked at."""
PATIENCE = 4
"""Looks without a connection before it is made anew: the SDK reconnects by itself, but was seen to get stuck
(slackapi/python-slack-sdk#1110)."""
CONNECT_SECONDS = 20.0
REACH = "Check that this machine reaches Slack, over WebSocket too, and start again."
BAD_TOKEN = {"invalid_auth", "not_authed", "not_allowed_token_type", "token_revoked", "account_inactive"}


class Line(Protocol):
    """What we use of the SDK's client, which tells no types."""

    socket_mode_request_listeners: list[Any]

    async def connect(self) -> None:
        """Connect, however long it takes."""

    async def close(self) -> None:
        """Disconnect."""

    async def is_connected(self) -> bool:
        """Whether the connection is alive."""
        ...


@dataclass
class SocketMode:
    """The connection that requests arrive over."""

    app: AsyncApp
    slack: Slack
    app_token: str
    line: Line | None = None
    missed: int = 0
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def is_connected(self) -> bool:
        """Whether requests can arrive now."""
        return self.line is not None and await self.line.is_connected()

    async def start(self) -> None:
        """Connect. Raises Faults where the SDK would try for ever: a wrong token, Socket Mode switched off, no network."""
        await self._check()
        await self._connect()

    async def watch(self) -> None:
        """Look after the connection until stopped."""
        while not self._over.is_set():
            try:
                async with asyncio.timeout(WATCH_SECONDS):
                    await self._over.wait()
            except TimeoutError:
                await self.look()

    async def look(self) -> None:
        """One look: make the connection anew when it was away for too long."""
        if self.line is None or await self.line.is_connected():
            self.missed = 0
            return
        self.missed += 1
        if self.missed < PATIENCE:
            return
        log.warning("socket_mode_stuck")
        self.missed = 0
        try:
            await self._check()
        except Faults as faults:
            log.warning("socket_mode_unreachable", why=str(faults))
            return
        await self.line.close()
        try:
            await self._connect()
        except Faults as faults:
            log.warning("socket_mode_unreachable", why=str(faults))

    async def stop(self) -> None:
        """Take no more requests; answers to those under way still go out until `close`."""
        self._over.set()
        if self.line is not None:
            self.line.socket_mode_request_listeners.clear()

    async def close(self) -> None:
        """End the connection."""
        if self.line is not None:
            await self.line.close()

    async def _connect(self) -> None:
        handler = AsyncSocketModeHandler(self.app, self.app_token, web_client=self.slack.background)
        self.line = line = cast(Line, handler.client)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await line.connect()
        except TimeoutError:
            await line.close()
            wrong = "Slack gave an address for Socket Mode that does not answer."
            raise Faults([SetupFault("slack", wrong, REACH)]) from None

    async def _check(self) -> None:
        """Ask for a connection ourselves: the SDK never gives up, and never says why."""
        call = self.slack.background.apps_connections_open(app_token=self.app_token)
        try:
            await told(call)
        except SlackRefused as refused:
            mend = "Make an app-level token with the scope connections:write in your Slack app's Basic Information."
            if refused.code not in BAD_TOKEN:
                mend = "Switch Socket Mode on in the settings of your Slack app."
            raise Faults(
                [SetupFault("SLACK_APP_TOKEN", f"Slack refuses Socket Mode ({refused.code}).", mend)]
            ) from None
        except SlackError as error:
            raise Faults([SetupFault("slack", str(error), REACH)]) from None
