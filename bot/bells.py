"""Bells: how a commit wakes the loops, in this process and, on PostgreSQL, in every other one.

A bell carries no facts: whoever hears it looks into the database.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import psycopg
import structlog

from bot.store import NOTIFY_CHANNEL, Store
from bot.store.scope import COURIER, INTAKE, PUBLISHER

__all__ = ["COURIER", "INTAKE", "PUBLISHER", "Bells"]

log = structlog.get_logger(__name__)

LISTEN_AGAIN_SECONDS = 2.0
"""After the listening connection broke. The loops look by themselves every second, so a lost bell costs no more."""


class Bells:
    """One `asyncio.Event` a bell. Rung from any thread; bound to the loop that first waits."""

    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listener: asyncio.Task[None] | None = None

    def hang(self, store: Store) -> None:
        """Ring for every commit of this store from now on; call it on the running loop."""
        self._loop = asyncio.get_running_loop()
        store.on_commit.append(self.ring_all)
        if not store.is_sqlite:
            url = store.url.replace("postgresql+psycopg://", "postgresql://", 1)
            self._listener = self._loop.create_task(self._listen(url))

    async def take_down(self) -> None:
        """Stop listening to other processes."""
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener

    def event(self, bell: str) -> asyncio.Event:
        """The event that `bell` sets."""
        return self._events.setdefault(bell, asyncio.Event())

    def ring_all(self, bells: frozenset[str]) -> None:
        """Ring these, from whatever thread."""
        if self._loop is None or self._loop.is_closed():
            return
        for bell in bells:
            self._loop.call_soon_threadsafe(self.event(bell).set)

    async def wait(self, bell: str, seconds: float) -> bool:
        """Wait until `bell` rings or the time is over; whether it rang."""
        event = self.event(bell)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        event.clear()
        return True

    async def _listen(self, url: str) -> None:
        """Hear the bells that other processes ring with NOTIFY."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {NOTIFY_CHANNEL}")
                    async for notice in connection.notifies():
                        self.event(notice.payload).set()
            except psycopg.Error as error:
                log.warning("bells_not_heard", why=type(error).__name__)
            await asyncio.sleep(LISTEN_AGAIN_SECONDS)
