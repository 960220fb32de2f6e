"""How late a request leaves after its post was due: the whole publisher, a SQLite file, Plaza over HTTP, at its leisure."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from bench._figures import percentiles
from bot.bells import PUBLISHER
from bot.flows import publishing
from bot.loops.publisher import Publisher
from bot.opening import open_desk, open_locker, prepare_store
from bot.sandbox.plaza import Seed, serve_plaza
from bot.scheduler import Scheduler
from bot.settings import Settings
from bot.store import EVERYWHERE
from tests.factories import House, build_house

POSTS = 30
APART = timedelta(milliseconds=100)
KEY = SecretStr("T" * 43 + "=")


def measure() -> Mapping[str, float]:
    """Publish 30 posts, 100 ms apart."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> Mapping[str, float]:
    plaza = await serve_plaza(seeds=(Seed("bakery0", "Bakery"),))
    settings = Settings(data=folder, database_url=f"sqlite:///{folder}/trellis.db", secret_key=KEY, allow_http=True)
    prepare_store(settings)
    async with open_desk(settings) as desk:
        secret = open_locker(settings).lock({"token": plaza.tokens["bakery0"]})
        dues = _schedule(build_house(desk.store, server=plaza.url, secret=secret, accounts=1))
        left: list[datetime] = []
        _watch(desk.networks["plaza"], left)
        scheduler = Scheduler()
        publisher = Publisher(desk, scheduler.alarm(desk.bells.event(PUBLISHER).set))
        scheduler.start()
        running = asyncio.create_task(publisher.run())
        while await desk.read(publishing.next_moment, EVERYWHERE) is not None:  # noqa: ASYNC110 - rows tell nobody
            await asyncio.sleep(0.1)
        await publisher.stop()
        await running
        scheduler.stop()
    await plaza.close()
    return percentiles([(at - due).total_seconds() for at, due in zip(left, dues, strict=True)])


def _schedule(house: House) -> list[datetime]:
    start = datetime.now(UTC) + timedelta(seconds=2)
    dues = [start + APART * number for number in range(POSTS)]
    for due in dues:
        house.scheduled(now=due - timedelta(hours=1), at=due)
    return dues


def _watch(network: Any, left: list[datetime]) -> None:
    async def note(request: httpx.Request) -> None:
        if request.method == "POST":
            left.append(datetime.now(UTC))

    network.lent.http.event_hooks["request"].append(note)
