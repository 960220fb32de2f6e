"""Bells: how a commit wakes the loops, in this process and, on PostgreSQL, in every other one.

A bell carries no facts: whoever hears it looks into the database.
"""

from __future__ import annotations

import asyncio

from bot.store import Store
from bot.store.scope import COURIER, INTAKE, PUBLISHER

__all__ = ["COURIER", "INTAKE", "PUBLISHER", "Bells"]


class Bells:
    """One `asyncio.Event` a bell. Rung from any thread; bound to the loop that first waits."""

    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def hang(self, store: Store) -> None:
        """Ring for every commit of this store from now on; call it on the running loop."""
        self._loop = asyncio.get_running_loop()
        store.on_commit.append(self.ring_all)

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
