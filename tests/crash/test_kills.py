"""A process that is killed anywhere on the publishing way leaves each post published once, whole and in order."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image as Picture

from bot.locker import Locker
from bot.rules.content import Content, Image, Segment
from bot.sandbox.plaza import PlazaServer, Seed, serve_plaza
from bot.store import Store, Tx
from bot.store.tables import Media
from tests.crash.doomed import POINTS
from tests.factories import House, build_house

KEY = "T" * 43 + "="
LEASES_LAPSE = 120.0
"""Seconds by which the second process's clock is ahead, instead of waiting for the first one's leases."""


@dataclass
class Scene:
    """A house with due posts on a running Plaza, and the way to start a publisher's process."""

    house: House
    plaza: PlazaServer
    data: Path

    async def run(self, *options: str) -> int:
        """Run a publisher's process to its end; how it ended."""
        command = [sys.executable, "-m", "tests.crash.doomed", self.house.store.url, str(self.data), *options]
        process = await asyncio.create_subprocess_exec(*command)
        return await process.wait()

    async def published(self) -> list[tuple[str, int]]:
        """Text and number of pictures of everything on the account, oldest first."""
        token = self.plaza.tokens["bakery0"]
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http:
            answer = await http.get(f"{self.plaza.url}/api/accounts/bakery0/posts", params={"limit": 50})
        return [(post["text"], len(post["images"])) for post in answer.raise_for_status().json()["posts"]][::-1]


@pytest.fixture
async def scene(store: Store, tmp_path: Path) -> AsyncIterator[Scene]:
    plaza = await serve_plaza(seeds=(Seed("bakery0", "Bakery"),))
    house = build_house(
        store, server=plaza.url, accounts=1, secret=Locker([KEY]).lock({"token": plaza.tokens["bakery0"]})
    )
    scene = Scene(house, plaza, tmp_path / "data")
    image = house.write(keep_picture, scene.data, house.workspace_id)
    now = datetime.now(UTC) - timedelta(seconds=5)
    thread = Content((Segment("one"), Segment("two"), Segment("three")))
    house.scheduled(now=now, at=now, content=Content((Segment("with a picture", (image,)),)))
    house.scheduled(now=now, at=now + timedelta(seconds=1), content=thread)
    house.scheduled("last", now=now, at=now + timedelta(seconds=2))
    yield scene
    await plaza.close()


def keep_picture(tx: Tx, data: Path, workspace_id: int) -> Image:
    """A small real picture in the media folder."""
    drawn = BytesIO()
    Picture.new("RGB", (8, 8), "teal").save(drawn, "PNG")
    body = drawn.getvalue()
    name = hashlib.sha256(body).hexdigest()
    file = data / "media" / name[:2] / name
    file.parent.mkdir(parents=True)
    file.write_bytes(body)
    facts: dict[str, Any] = {"sha256": name, "mime": "image/png", "width": 8, "height": 8, "size": len(body)}
    tx.add(Media(workspace_id=workspace_id, created_at=datetime.now(UTC), **facts))
    return Image(**facts, alt="A teal square")


@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_leaves_every_post_published_once_whole_and_in_order(scene: Scene, point: str) -> None:
    assert await scene.run("--point", point) == -signal.SIGKILL
    assert await scene.run("--ahead", str(LEASES_LAPSE)) == 0
    expected = [("with a picture", 1), ("one", 0), ("two", 0), ("three", 0), ("last", 0)]
    assert await scene.published() == expected
    assert {row.status for row in scene.house.deliveries()} == {"published"}
