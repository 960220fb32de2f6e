"""Runs again the events whose handler did not end, and forgets old ones: at the start, and by the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.desk import Desk
from bot.flows import intake, outbox
from bot.flows.intake import OpenEvent
from bot.store.scope import EVERYWHERE, INTAKE

log = structlog.get_logger(__name__)

EVERY_SECONDS = 15.0
"""Half of `intake.PATIENCE`: an event that was lost with its process is at most this late beyond it."""
SAID_KEPT = timedelta(days=30)
"""How long the outbox remembers what was said; with it goes the promise to say a thing once."""

Again = Callable[[OpenEvent], Awaitable[None]]


@dataclass
class Sweeper:
    """One process's sweeper. `again` runs an event's handler once more (`handlers.Dispatch.again`)."""

    desk: Desk
    again: Again
    stopping: bool = False

    async def run(self) -> None:
        """Sweep until stopped."""
        while not self.stopping:
            await self._turn_safely()
            await self.desk.bells.wait(INTAKE, EVERY_SECONDS)

    def stop(self) -> None:
        """Begin nothing new."""
        self.stopping = True
        self.desk.bells.event(INTAKE).set()

    async def turn(self) -> int:
        """One unit of work: take up the open events that are due; how many."""
        now = self.desk.now()
        events = await self.desk.write(intake.take_again, EVERYWHERE, now)
        await asyncio.gather(*(self.again(event) for event in events))
        await self.desk.write(intake.prune, EVERYWHERE, now)
        await self.desk.write(outbox.prune, EVERYWHERE, now - SAID_KEPT)
        return len(events)

    async def _turn_safely(self) -> None:
        """A database that is locked or away for a moment must not end the loop."""
        try:
            await self.turn()
        except Exception:
            log.exception("intake_turn_failed")
