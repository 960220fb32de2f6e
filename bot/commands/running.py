"""`run`: connects Slack, starts the loops and the web side that the role asks for, and stops them in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
import typer

from bot.app import BotIdentity, build, open_front
from bot.bells import PUBLISHER
from bot.desk import EVERYWHERE, Desk
from bot.errors import Faults, SetupFault
from bot.flows import workspaces
from bot.handlers import Dispatch
from bot.loops import digests, renewals
from bot.loops.courier import Courier
from bot.loops.intake import Sweeper
from bot.loops.letters import Postman
from bot.loops.publisher import Publisher
from bot.loops.reader import Reader
from bot.loops.replies import Replier
from bot.loops.socket import SocketMode
from bot.loops.wire import Wire
from bot.opening import introduce, meet, open_desk, owner_of, prepare_store, slack_of
from bot.scheduler import Scheduler
from bot.settings import Role, Settings, Transport
from bot.settings.mends import MENDS
from bot.slack import Slack, SlackError, SlackRefused
from bot.web import WebServer, serve_web, slack_events
from bot.web.feeds import open_feed

log = structlog.get_logger(__name__)

STOP_SECONDS = 9.0
"""All of a stop; supervisors kill after 10 s. What is not done by then is journalled."""
DRAIN_SECONDS = 3.0
"""For handlers under way: Slack hangs up after 3 s anyway."""
CONNECT_AGAIN_SECONDS = 5.0

Prepare = Callable[[Desk], Awaitable[None]]


async def run_trellis(settings: Settings, prepare: Prepare | None = None, welcome: str = "") -> None:
    """Run until the process is told to stop. `prepare` is awaited once the workspace is known; `welcome` is said last.

    Raises Faults where it cannot start, and RuntimeError where a loop ended by itself.
    """
    stop = stop_signal()
    prepare_store(settings)
    async with open_desk(settings, await slack_of(settings)) as desk:
        if desk.slack is None:
            raise LookupError("run needs a way to Slack")
        identity, scopes = await _meet(desk, desk.slack)
        if prepare is not None:
            await prepare(desk)
        house = House(desk, open_front(desk), desk.slack, identity, scopes)
        try:
            await house.start()
            typer.echo(welcome or "Trellis is running.")
            await house.wait(stop)
        finally:
            await house.stop()


@dataclass
class House:
    """Everything that runs in one process, by its role."""

    desk: Desk
    front: Dispatch
    slack: Slack
    identity: BotIdentity
    scopes: frozenset[str]
    scheduler: Scheduler = field(default_factory=Scheduler)
    web: WebServer | None = None
    socket: SocketMode | None = None
    publisher: Publisher | None = None
    courier: Courier | None = None
    reader: Reader | None = None
    replier: Replier | None = None
    sweeper: Sweeper | None = None
    loops: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Start what the role asks for: the web side first, so that a port that is taken stops everything."""
        role = self.desk.settings.role
        if role in {Role.ALL, Role.WEB}:
            await self._start_web()
        if role in {Role.ALL, Role.WORKER}:
            if self.desk.settings.transport is Transport.SOCKET:
                await self._connect()
            self._start_loops()
        log.info("started", role=role.value, web=self.web.url if self.web else None)

    async def wait(self, stop: asyncio.Event) -> None:
        """Until told to stop. Raises RuntimeError when a loop ends before: the supervisor starts the process anew."""
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait([stopped, *self.loops], return_when=asyncio.FIRST_COMPLETED)
        if stopped.done():
            return
        stopped.cancel()
        ended = next(task for task in self.loops if task.done())
        log.error("loop_ended", loop=ended.get_name(), exc_info=None if ended.cancelled() else ended.exception())
        raise RuntimeError(f"{ended.get_name()} ended by itself")

    async def stop(self) -> None:
        """Take nothing new, let what is under way end or be journalled, then let go of Slack."""
        log.info("stopping")
        self.scheduler.stop()
        if self.socket:
            await self.socket.stop()
        if self.sweeper:
            self.sweeper.stop()
        ending = [part.stop() for part in (self.publisher, self.replier, self.reader, self.courier) if part]
        closing = [self.web.close()] if self.web else []
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await asyncio.gather(self.front.drain(DRAIN_SECONDS), *ending, *closing)
                if self.socket:
                    await self.socket.close()
        for task in self.loops:
            task.cancel()
        await asyncio.gather(*self.loops, return_exceptions=True)
        log.info("stopped")

    async def _start_web(self) -> None:
        settings = self.desk.settings
        routes = []
        if settings.transport is Transport.HTTP and settings.slack_signing_secret:
            secret = settings.slack_signing_secret.get_secret_value()
            app = build(self.front, self.identity, signing_secret=secret)
            routes = slack_events.routes(app, secret, self.desk.now)
        self.web = await serve_web(
            self.desk,
            slack_is_connected=self._slack_is_connected,
            slack_routes=routes,
            feed=open_feed(self.desk) if settings.public_url else None,
        )
        typer.echo(f"The web side listens at {self.web.url}.")

    def _start_loops(self) -> None:
        desk, front = self.desk, self.front
        home = front.on.homes[0] if front.on.homes else None
        alarm = self.scheduler.alarm(desk.bells.event(PUBLISHER).set)
        self.publisher = Publisher(desk, alarm, in_flight=desk.settings.in_flight)
        self.courier = Courier(desk, Postman(desk, Wire(self.slack, self.scopes), front.on.topics, home))
        self.reader, self.replier = Reader(desk), Replier(desk)
        self.sweeper = Sweeper(desk, front.again)
        self.scheduler.every(digests.SECONDS, partial(digests.turn, desk), "digests")
        self.scheduler.every(renewals.SECONDS, partial(renewals.turn, desk), "renewals")
        self.scheduler.start()
        self._begin("publisher", self.publisher.run())
        self._begin("replies", self.replier.run())
        self._begin("reader", self.reader.run())
        self._begin("courier", self.courier.run())
        self._begin("sweeper", self.sweeper.run())

    async def _connect(self) -> None:
        """Open Socket Mode. A token that is refused stops the start; a Slack that is away does not: posts are due."""
        token = self.desk.settings.slack_app_token
        app = build(self.front, self.identity)
        self.socket = SocketMode(app, self.slack, token.get_secret_value() if token else "")
        connected = await _connected(self.socket)
        self._begin("socket_mode", _stay_connected(self.socket, connected=connected))

    def _begin(self, name: str, work: Any) -> None:
        self.loops.append(asyncio.create_task(work, name=name))

    async def _slack_is_connected(self) -> bool:
        return self.socket is None or await self.socket.is_connected()


async def _connected(socket: SocketMode) -> bool:
    """Whether Socket Mode could be opened. Raises Faults that only a person can mend."""
    try:
        await socket.start()
    except Faults as faults:
        if any(fault.name in MENDS for fault in faults.faults):
            raise
        log.warning("slack_unreachable", why=str(faults))
        return False
    return True


async def _stay_connected(socket: SocketMode, *, connected: bool) -> None:
    while not connected:
        await asyncio.sleep(CONNECT_AGAIN_SECONDS)
        connected = await _connected(socket)
    await socket.watch()


async def _meet(desk: Desk, slack: Slack) -> tuple[BotIdentity, frozenset[str]]:
    """Who Trellis is in Slack; from the database where Slack cannot be reached. Raises Faults for a refused token."""
    try:
        met = await meet(slack)
        await introduce(desk, met, await owner_of(slack))
    except SlackRefused as error:
        wrong = f"Slack refuses it ({error.code})."
        raise Faults([SetupFault("SLACK_BOT_TOKEN", wrong, MENDS["SLACK_BOT_TOKEN"])]) from None
    except SlackError as error:
        log.warning("slack_unreachable", why=str(error))
        known = await desk.read(workspaces.known_bot_user, EVERYWHERE)
        return BotIdentity(known), frozenset()
    return BotIdentity(met.bot_user, met.bot_id), met.scopes


def stop_signal() -> asyncio.Event:
    """Set by SIGTERM or SIGINT; the same signal once more ends the process at once."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def hear(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, hear, number)
    return stop
