"""A receiver of webhooks that keeps each id once, as Standard Webhooks asks of receivers."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.rules.networks import Account
from tests.networks.contract import Stage

SECRET = "whsec_" + base64.b64encode(b"trellis grows on a fence").decode()


class Receiver:
    """What arrived, by id."""

    def __init__(self) -> None:
        self.taken: dict[str, list[str]] = {}

    async def receive(self, request: web.Request) -> web.Response:
        """Keep the texts of a published post unless its id is known."""
        message = await request.json()
        if message["type"] == "post.published":
            texts = [segment["text"] for segment in message["data"]["segments"]]
            self.taken.setdefault(request.headers["webhook-id"], texts)
        return web.json_response({})

    async def texts(self) -> list[str]:
        """Every text, in order."""
        return [text for texts in self.taken.values() for text in texts]


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    """A receiver at `/hook`."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    def account(url: str) -> Account:
        return Account(1, "webhook", f"{url}/hook", "our-site", secret={"secret": SECRET})

    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield Stage(url, account, receiver.texts, lambda method, _: method == "POST", takes_threads_whole=True)
    await runner.cleanup()
