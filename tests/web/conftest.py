"""The web side as it runs: a real server on a free port, with Slack's real SDK behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest_asyncio
from pydantic import SecretStr

from bot.app import BotIdentity, build, open_front
from bot.desk import Desk
from bot.opening import open_desk, prepare_store, slack_of
from bot.settings import Settings
from bot.web import serve_web, slack_events

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
TOKEN = "ann-" + "a" * 28


@dataclass
class Site:
    """The running web side and a client for it. `slack` is what the readiness says of the connection."""

    url: str
    http: aiohttp.ClientSession
    desk: Desk
    slack: bool = True


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    settings = Settings(
        data=tmp_path,
        port=0,
        slack_bot_token=SecretStr("xoxb-1"),
        slack_signing_secret=SecretStr(SIGNING_SECRET),
        slack_api_url="http://127.0.0.1:9/api/",  # nobody listens there
        public_url="https://trellis.example.com",
    )
    prepare_store(settings)
    async with open_desk(settings, await slack_of(settings)) as desk, aiohttp.ClientSession() as http:
        app = build(open_front(desk), BotIdentity("U0BOT", "B0BOT"), signing_secret=SIGNING_SECRET)
        site = Site("", http, desk)

        async def connected() -> bool:
            return site.slack

        async def feed(token: str) -> bytes | None:
            if token.startswith("boom"):
                raise RuntimeError("swordfish")
            return CALENDAR if token == TOKEN else None

        server = await serve_web(
            desk,
            slack_is_connected=connected,
            slack_routes=slack_events.routes(app, SIGNING_SECRET, desk.now),
            feed=feed,
        )
        site.url = server.url
        yield site
        await server.close()
