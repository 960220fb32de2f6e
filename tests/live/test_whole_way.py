"""From keystroke to record: people at their screens, Trellis in its processes, and a real Bluesky server at the end.

Each way runs over both transports, on SQLite in one process and on PostgreSQL 15 with `web` and `worker` apart.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from atproto import AsyncClient
from PIL import Image

from bot.sandbox import cast
from bot.sandbox.driver import Person
from bot.sandbox.shown import Message
from tests.live.bluesky_server import Pds
from tests.live.bluesky_server import Person as Account
from tests.live.town import Town, town

PATIENCE = 30.0
AT_ITS_MINUTE = 150.0
"""Seconds: "in 1 minute" is the next full minute after one has passed, and then it has to be seen."""

pytestmark = pytest.mark.timeout(300)


@dataclass
class Newsroom:
    """Everything that one way needs."""

    town: Town
    account: Account
    pds: Pds
    ann: Person
    ben: Person

    async def records(self) -> list[dict[str, Any]]:
        """What the server holds of the account, read by another client, oldest first."""
        client = AsyncClient(base_url=f"{self.pds.url}/xrpc")
        params = {"repo": self.account.did, "collection": "app.bsky.feed.post", "reverse": True, "limit": 50}
        found = await client.com.atproto.repo.list_records(params)
        await client.request.close()
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
    assert await newsroom.records() == []
    newsroom.ben.patience = AT_ITS_MINUTE
    card = await newsroom.ben.message(cast.REVIEW, saying="Published")
    (record,) = await newsroom.records()
    assert record["text"] == "Fresh bread at https://bakery.example/today 🎉"
    assert record["facets"][0]["features"][0]["uri"] == "https://bakery.example/today"
    assert newsroom.account.did in card.words or newsroom.account.handle in card.words
    assert "error" not in newsroom.town.levels()


async def test_a_thread_with_a_picture_arrives_whole(newsroom: Newsroom) -> None:
    ann, ben = newsroom.ann, newsroom.ben
    await ann.command("/draft", "asap Fresh bread", channel=cast.GENERAL)
    form = await ann.view(having="draft_add_post")
    await ann.press(form, "draft_add_post")
    form = await ann.view(having="draft_text#0.1.0")
    picture = await ann.upload("bread.png", drawn())
    await ann.fill({"draft_text#0.1.0": "and cake", "draft_images": [picture]})
    await ann.submit()
    described = await ann.view(titled="picture")
    (alt,) = [name for name in described.actions if "alt" in name]
    await ann.fill({alt: "A loaf on a table"})
    await ben.reset()
    await ann.submit()
    card = await ben.message(cast.REVIEW, saying="In review")
    await ben.press(card, "approve")
    await ben.message(cast.REVIEW, saying="Published")
    first, second = await newsroom.records()
    assert (first["text"], second["text"]) == ("Fresh bread", "and cake")
    assert [image["alt"] for image in first["embed"]["images"]] == ["A loaf on a table"]
    assert second["reply"]["root"] == second["reply"]["parent"]


def drawn() -> bytes:
    """A real picture."""
    file = BytesIO()
    Image.new("RGB", (40, 30), "wheat").save(file, "PNG")
    return file.getvalue()
