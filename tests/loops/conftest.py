"""A publisher at its desk: a real store, a real Plaza over HTTP, and a clock that tests turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.flows import publishing
from bot.loops.publisher import Publisher
from bot.opening import open_desk, open_locker
from bot.sandbox.plaza import PlazaServer, Seed, serve_plaza
from bot.settings import Settings
from bot.store import EVERYWHERE, Store
from tests.factories import HOUR, NOW, House, build_house

DUE = NOW + HOUR
KEY = "T" * 43 + "="
SEEDS = (Seed("bakery0", "Bakery"), Seed("bakery1", "Cycles"))


@dataclass
class Clock:
    """What time it is, as the test says."""

    at: datetime = DUE

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        """Let time go by."""
        self.at += timedelta(**time)


@dataclass
class Pressroom:
    """A house whose accounts are on a running Plaza, and a publisher that serves it."""

    house: House
    plaza: PlazaServer
    publisher: Publisher
    clock: Clock

    async def turn(self) -> int:
        """One turn of the publisher, and the end of all it began."""
        begun = await self.publisher.turn()
        await self.publisher.idle()
        return begun

    async def until_quiet(self) -> None:
        """Turn, and let time pass to the next moment, until nothing waits within the hour."""
        ends = self.clock.at + HOUR
        while self.clock.at < ends:
            if await self.turn():
                continue
            wanted = self.house.store.read(publishing.next_moment, EVERYWHERE)
            if wanted is None:
                return
            self.clock.at = max(wanted, self.clock.at + timedelta(milliseconds=1))

    async def fault(self, kind: str, **fields: Any) -> None:
        """Have Plaza misbehave at the next request that creates a post."""
        async with httpx.AsyncClient() as http:
            (await http.post(f"{self.plaza.url}/control/faults", json={"kind": kind, **fields})).raise_for_status()

    async def texts(self, handle: str = "bakery0") -> list[str]:
        """What an account's readers see, oldest first."""
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {self.plaza.tokens[handle]}"}) as http:
            answer = await http.get(f"{self.plaza.url}/api/accounts/{handle}/posts", params={"limit": 50})
        return [post["text"] for post in answer.raise_for_status().json()["posts"]][::-1]

    def statuses(self) -> list[str]:
        """Every delivery's state, in order."""
        return [row.status for row in self.house.deliveries()]


@pytest.fixture
async def pressroom(store: Store, tmp_path: Path) -> AsyncIterator[Pressroom]:
    clock = Clock()
    plaza = await serve_plaza(seeds=SEEDS)
    settings = Settings(
        data=tmp_path / "data",
        database_url=store.url,
        secret_key=SecretStr(KEY),
        allow_http=True,
    )
    locker = open_locker(settings)
    house = build_house(store, server=plaza.url)
    _give_tokens(house, {handle: locker.lock({"token": token}) for handle, token in plaza.tokens.items()})
    async with open_desk(settings) as opened:
        desk = replace(opened, now=clock)
        yield Pressroom(house, plaza, Publisher(desk, alarm=lambda _: None), clock)
    await plaza.close()


def _give_tokens(house: House, secrets: dict[str, str]) -> None:
    from bot.store.tables import Account

    def give(tx: Any) -> None:
        for row in tx.all(Account):
            row.secret = secrets[row.handle]
            tx.session.add(row)

    house.write(give)
