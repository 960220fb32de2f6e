"""A customer at Plaza's door, and the two loops that read and answer them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import httpx

from bot.flows import answering, messages
from bot.loops.reader import Reader
from bot.loops.replies import Replier
from bot.store import EVERYWHERE
from bot.store.tables import Message, Reply
from tests.factories import HOUR
from tests.loops.conftest import Pressroom


@dataclass
class Mara:
    """Somebody who writes to brands on Plaza."""

    http: httpx.AsyncClient
    token: str = ""
    handle: str = ""

    async def arrive(self, name: str = "Mara") -> Mara:
        """Be let in."""
        told = (await self.http.post("/visitors", json={"name": name})).raise_for_status().json()
        self.token, self.handle = told["token"], told["handle"]
        return self

    async def write(self, text: str, kind: str = "direct", to: str = "bakery0", **more: Any) -> str:
        """Write to a brand; the message's id."""
        body = {"to": to, "kind": kind, "text": text, **more}
        answer = await self.http.post("/visitors/messages", json=body, headers=self._signed)
        return str(answer.raise_for_status().json()["id"])

    async def received(self) -> list[str]:
        """What brands said to her alone, oldest first."""
        told = (await self.http.get("/visitors/direct", headers=self._signed)).raise_for_status().json()
        return [post["text"] for post in told if post["brand"]]

    @property
    def _signed(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Desk:
    """The pressroom's accounts with a reader and a loop of answers, on the pressroom's clock."""

    room: Pressroom
    mara: Mara
    reader: Reader = field(init=False)
    replier: Replier = field(init=False)

    def __post_init__(self) -> None:
        self.reader = self.another_reader()
        self.replier = Replier(self.room.publisher.desk)

    def another_reader(self) -> Reader:
        """A reader as another process would have it."""
        return Reader(self.room.publisher.desk, chance=Random(7))

    async def read(self) -> int:
        """Let time pass until the next account is due, and read it; how many accounts."""
        names = self.reader.networks
        due = self.room.house.store.read(messages.next_moment, EVERYWHERE, names)
        self.room.clock.at = max(self.room.clock.at, due or self.room.clock.at)
        begun = await self.reader.turn()
        await self.reader.idle()
        return begun

    async def read_all(self) -> None:
        """Read until every account is quiet: two rounds without anything new."""
        quiet = 0
        while quiet < 3:
            before = len(self.messages())
            await self.read()
            quiet = quiet + 1 if len(self.messages()) == before else 0

    async def until_quiet(self) -> None:
        """Send, and let time pass to the next moment, until nothing waits within two hours."""
        store, ends = self.room.house.store, self.room.clock.at + 2 * HOUR
        while self.room.clock.at < ends:
            begun = await self.replier.turn()
            await self.replier.idle()
            if begun:
                continue
            wanted = store.read(answering.next_moment, EVERYWHERE)
            if wanted is None:
                return
            self.room.clock.at = max(wanted, self.room.clock.at + timedelta(milliseconds=1))

    def messages(self) -> list[str]:
        """Every message that was kept, by id."""
        return [row.text for row in self.room.house.rows(Message)]

    def statuses(self) -> list[str]:
        """Where every answer stands."""
        return [row.status for row in self.room.house.rows(Reply)]
