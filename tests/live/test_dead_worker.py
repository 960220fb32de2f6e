"""A worker that dies in the middle of a request: the next one frees its lease, and the same key goes out again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from bot.sandbox import cast
from bot.sandbox.driver import Person
from tests.live.town import town

LEASE_AND_MORE = 120.0
"""Seconds: the dead worker's lease (60), and what two starts take on a busy machine."""
SECRET = "whsec_" + "c2VjcmV0" * 4

pytestmark = pytest.mark.timeout(300)


@dataclass
class Receiver:
    """A webhook's receiving end: it takes the first post and never answers it, and answers every other request."""

    url: str = ""
    ids: list[str] = field(default_factory=list)
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        """One delivery."""
        if json.loads(await request.read())["type"] == "post.published":
            self.ids.append(request.headers["webhook-id"])
            if len(self.ids) == 1:
                self.reached.set()
                await asyncio.Event().wait()
        return web.Response()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on loopback."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def test_a_dead_worker_s_post_is_finished_by_the_next(tmp_path: Path, postgres15_url: str) -> None:
    async with receiving() as receiver, town(tmp_path, transport="socket", database_url=postgres15_url) as place:
        await place.start("web")
        first = await place.start("worker")
        await place.furnish(network="webhook", server=receiver.url, handle="desk", TRELLIS_ACCOUNT_SECRET=SECRET)
        slack = place.slack["url"]
        async with Person(slack, cast.ANN, patience=30) as ann, Person(slack, cast.BEN, patience=30) as ben:
            await ann.command("/draft", "asap Fresh bread", channel=cast.GENERAL)
            await ann.view(having="draft_when")
            await ben.reset()
            await ann.submit()
            card = await ben.message(cast.REVIEW, saying="In review")
            await ben.press(card, "approve")
            await receiver.reached.wait()
            await first.kill()
            await ben.reset()
            await place.start("worker")
            ben.patience = LEASE_AND_MORE
            await ben.message(cast.REVIEW, saying="Published")
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
