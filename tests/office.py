"""An office for tests: the stand-in Slack, Trellis connected to it over Socket Mode, and a courier that tests turn."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from bot.app import BotIdentity, build
from bot.desk import Desk, Scope, system_clock
from bot.handlers import Dispatch, On, open_dispatch
from bot.loops.courier import Courier
from bot.loops.letters import Postman
from bot.loops.pacing import Bucket, Pace
from bot.loops.socket import SocketMode
from bot.loops.wire import Wire
from bot.opening import open_desk
from bot.sandbox import SlackServer, serve_slack
from bot.sandbox.cast import BEN, BOT_ID, BOT_USER, CAS, EVE, REVIEW, TEAM
from bot.settings import Settings
from bot.slack import open_slack
from bot.store import EVERYWHERE, Tx
from bot.store.tables import Client, Workspace
from tests.factories import NOW

KEY = "T" * 43 + "="


@dataclass
class Office:
    """Trellis at work in the stand-in's workspace, where it has one client."""

    slack: SlackServer
    desk: Desk
    dispatch: Dispatch
    socket: SocketMode
    scope: Scope
    client_id: int
    on: On

    def courier(self, *scopes: str) -> Courier:
        """A courier with what the handlers have registered, in a hurry; `scopes` are those granted."""
        assert self.desk.slack is not None
        wire = Wire(self.desk.slack, frozenset(scopes), Hurry())
        return Courier(self.desk, Postman(self.desk, wire, self.on.topics, next(iter(self.on.homes), None)))

    async def say_all(self, *scopes: str) -> None:
        """Have the courier say all that is due."""
        courier = self.courier(*scopes)
        while await courier.turn():
            await courier.idle()


class Hurry(Pace):
    """The pace of tests: Slack's limits are the subject of the pace's own tests, and the stand-in allows bursts."""

    def method(self, workspace: int, method: str) -> Bucket:
        return Bucket(0.0)

    async def wait(self, workspace: int, method: str, channel: str = "") -> None:
        return None


@asynccontextmanager
async def open_office(
    database: Path, on: On, *, public_url: str = "", now: Callable[[], datetime] = system_clock
) -> AsyncIterator[Office]:
    """Open an office on a migrated SQLite file, with these handlers; perhaps with a public address or its own clock."""
    async with AsyncExitStack() as opened:
        server = await serve_slack(rate_limits=False)
        opened.push_async_callback(server.close)
        settings = Settings(
            data=database.parent / "data",
            database_url=f"sqlite:///{database}",
            secret_key=SecretStr(KEY),
            allow_http=True,
            public_url=public_url,
        )
        slack = await open_slack(server.bot_token, server.api_url)
        desk = await opened.enter_async_context(open_desk(settings, slack, now=now))
        scope, client_id = await desk.write(_furnish, EVERYWHERE)
        dispatch = open_dispatch(desk, on)
        socket = SocketMode(build(dispatch, BotIdentity(BOT_USER, BOT_ID)), slack, server.app_token)
        await socket.start()
        opened.push_async_callback(socket.close)
        yield Office(server, desk, dispatch, socket, scope, client_id, on)
        await dispatch.drain(2)


def copy_of(template: Path, folder: Path) -> Path:
    """A database of one's own."""
    path = folder / "trellis.db"
    shutil.copy(template, path)
    return path


def _furnish(tx: Tx) -> tuple[Scope, int]:
    workspace = tx.add(
        Workspace(team_id=TEAM, name="Trellis Sandbox", bot_user_id=BOT_USER, managers=[EVE], created_at=NOW)
    )
    client = tx.add(
        Client(
            workspace_id=workspace.id or 0,
            name="Harbour Bakery",
            zone="Europe/Vilnius",
            review_channel=REVIEW,
            reviewers=[BEN, CAS],
            created_at=NOW,
        )
    )
    return Scope(workspace.id), client.id or 0
