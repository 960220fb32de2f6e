"""Puts Plaza together and serves it on a port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from bot.sandbox.plaza import accounts, control, visitors
from bot.sandbox.plaza.door import BODY_BYTES, CLOSING, FAULTS, SQUARE, play_faults, refuse_in_json
from bot.sandbox.plaza.faults import FaultQueue
from bot.sandbox.plaza.square import RATE_PER_MINUTE, Square
from bot.sandbox.plaza.visitors import AUDIENCE, Audience

GRACE_SECONDS = 1.0
"""How long `close` waits for requests that are under way."""


@dataclass(frozen=True)
class Seed:
    """An account that is there from the start; without a `token` it is given a random one."""

    handle: str
    name: str
    token: str | None = None


SEEDS = (Seed("harbour_bakery", "Harbour Bakery"), Seed("northlight", "Northlight Cycles"))


@dataclass(frozen=True)
class PlazaServer:
    """A running Plaza: its base URL without a trailing slash, and each account's token by handle."""

    url: str
    tokens: dict[str, str]
    _square: Square
    _runner: web.AppRunner
    _closing: asyncio.Event
    _audience: Audience

    def texts(self, handle: str) -> list[str]:
        """What an account has said and not deleted, in order; for who runs Plaza in the same process."""
        return [post.content.text for post in self._square.brand(handle).posts if not post.deleted]

    async def close(self) -> None:
        """Stop listening; everything that was said is gone."""
        self._closing.set()
        self._audience.leave()
        await self._runner.cleanup()


async def serve_plaza(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    seeds: Sequence[Seed] = SEEDS,
    rate_per_minute: int = RATE_PER_MINUTE,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> PlazaServer:
    """Start Plaza on `host` and `port` (0: any free one). Raises OSError when the port is taken."""
    audience = Audience()
    square = Square(now, audience.told, audience.removed)
    square.rate_per_minute = rate_per_minute
    tokens = {seed.handle: square.open_account(seed.handle, seed.name, seed.token).token for seed in seeds}
    app = _app(square, audience)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    shown = f"[{host}]" if ":" in host else host
    return PlazaServer(f"http://{shown}:{runner.addresses[0][1]}", tokens, square, runner, app[CLOSING], audience)


def _app(square: Square, audience: Audience) -> web.Application:
    app = web.Application(
        middlewares=[refuse_in_json, play_faults, accounts.require_account], client_max_size=BODY_BYTES
    )
    app[SQUARE], app[AUDIENCE], app[FAULTS], app[CLOSING] = square, audience, FaultQueue(), asyncio.Event()
    app.add_routes([*accounts.routes(), *visitors.routes(), *control.routes()])
    return app
