"""From keystroke to record: people at their screens, Trellis in its processes, and a real Bluesky server at the end.

Each way runs over both transports, on SQLite in one process and on PostgreSQL 15 with `web` and `worker` apart.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from atproto import Client as Atproto

from bot.sandbox import cast
from bot.sandbox.driver import Person
from bot.sandbox.shown import Message
from tests.live.bluesky_server import Pds
from tests.live.bluesky_server import Person as Account
from tests.live.town import Town, town

PATIENCE = 30.0
AT_ITS_MINUTE = 100.0
"""Seconds: a post asked for in a minute is up to that away, and then has to be seen."""

pytestmark = pytest.mark.timeout(300)


@dataclass
class Newsroom:
    """Everything that one way needs."""

    town: Town
    account: Account
    pds: Pds
    ann: Person
    ben: Person

    def records(self) -> list[dict[str, Any]]:
        """What the server holds of the account, read by another client, oldest first."""
        client = Atproto(f"{self.pds.url}/xrpc")
        params = {"repo": self.account.did, "collection": "app.bsky.feed.post", "reverse": True, "limit": 50}
        found = client.com.atproto.repo.list_records(params)
        return [record.value.model_dump(by_alias=True) for record in found.records]


WAYS = [
    pytest.param(("socket", "sqlite"), id="socket-one-process-sqlite"),
    pytest.param(("http", "sqlite"), id="http-one-process-sqlite"),
    pytest.param(("socket", "postgres15"), id="socket-web-and-worker-postgres15"),
    pytest.param(("http", "postgres15"), id="http-web-and-worker-postgres15"),
]


@pytest.fixture(params=WAYS)
async def newsroom(request: pytest.FixtureRequest, tmp_path: Path, pds: Pds) -> AsyncIterator[Newsroom]:
    transport, database = request.param
    url = "" if database == "sqlite" else request.getfixturevalue("postgres15_url")
    async with opened(tmp_path, pds, transport, url) as room:
        yield room


@asynccontextmanager
async def opened(folder: Path, pds: Pds, transport: str, url: str) -> AsyncIterator[Newsroom]:
    """A newsroom with one Bluesky account."""
    account = pds.person("bakery")
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(town(folder, transport=transport, database_url=url))
        for role in ("web", "worker") if url else ("all",):
            await place.start(role)
        await place.furnish(
            network="bluesky", server=pds.url, handle=account.handle, TRELLIS_ACCOUNT_APP_PASSWORD=account.app_password
        )
        people = [Person(place.slack["url"], who, patience=PATIENCE) for who in (cast.ANN, cast.BEN)]
        ann, ben = [await stack.enter_async_context(person) for person in people]
        yield Newsroom(place, account, pds, ann, ben)


async def approved(room: Newsroom, words: str) -> Message:
    """Ann drafts, Ben approves; the card."""
    await room.ann.command("/draft", words, channel=cast.GENERAL)
    await room.ann.view(having="draft_when")
    await room.ben.reset()
    await room.ann.submit()
    card = await room.ben.message(cast.REVIEW, saying="In review")
    await room.ben.press(card, "approve")
    return card


async def test_a_post_is_found_on_the_network_at_its_minute(newsroom: Newsroom) -> None:
    await approved(newsroom, "in 1 minute Fresh bread at https://bakery.example/today :tada:")
    await newsroom.ben.message(cast.REVIEW, saying="Scheduled")
    assert newsroom.records() == []
    newsroom.ben.patience = AT_ITS_MINUTE
    card = await newsroom.ben.message(cast.REVIEW, saying="Published")
    (record,) = newsroom.records()
    assert record["text"] == "Fresh bread at https://bakery.example/today 🎉"
    assert record["facets"][0]["features"][0]["uri"] == "https://bakery.example/today"
    assert newsroom.account.did in card.text or newsroom.account.handle in card.text
    assert datetime.fromisoformat(record["createdAt"]).tzinfo is not None
