"""What tests lend to an adapter: one client, a fixed clock, and a progress kept in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.networks import Lent
from bot.networks._http import open_client
from bot.rules.networks import Outgoing, OutgoingImage, OutgoingSegment

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef"

# A PNG of one grey pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)


class Notebook:
    """Progress as the publisher keeps it, in memory."""

    def __init__(self) -> None:
        self.parts: dict[str, dict[str, str]] = {}

    @property
    def done(self) -> Mapping[str, Mapping[str, str]]:
        """What was recorded."""
        return self.parts

    async def record(self, part: str, **value: str) -> None:
        """Keep it."""
        self.parts[part] = dict(value)


class NoVault:
    """A vault for adapters whose credentials never change."""

    async def load(self, account_id: int) -> dict[str, str]:
        """Nothing is kept."""
        return {}

    async def save(self, account_id: int, session: Mapping[str, str]) -> None:
        """Nothing may be kept."""
        raise AssertionError("This adapter has no session to save.")

    def lock(self, account_id: int) -> AbstractAsyncContextManager[Any]:
        """Nothing to hold."""
        return nullcontext()


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def lend(clock: Clock, read_seconds: float = 5.0) -> AsyncIterator[Lent]:
    """What an adapter is built with; plain http to loopback is allowed."""
    async with open_client(read_seconds=read_seconds) as http:
        yield Lent(http, NoVault(), clock, allow_http=True)


def post(*texts: str, images: tuple[OutgoingImage, ...] = (), refs: Mapping[str, str] | None = None) -> Outgoing:
    """A post, or a thread of these texts; the images go with the first."""
    segments = tuple(OutgoingSegment(text, () if index else images) for index, text in enumerate(texts))
    return Outgoing(KEY, NOW, segments, in_reply_to=refs)


def image_file(folder: Path, alt: str, content: bytes = PIXEL) -> OutgoingImage:
    """An image file in `folder`, as it would be sent."""
    digest = sha256(content).hexdigest()
    path = folder / digest
    path.write_bytes(content)
    return OutgoingImage(path, digest, "image/png", 1, 1, len(content), alt)
