"""The courier: sends what the outbox holds, one letter of a lane at a time, until all is said.

It decides nothing about the letters: `bot.loops.letters` says them, `bot.flows.outbox` settles them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog

from bot.desk import Desk
from bot.flows import outbox
from bot.flows.outbox import Letter
from bot.loops.letters import Postman
from bot.loops.rest import seconds_until
from bot.store.scope import COURIER, EVERYWHERE

log = structlog.get_logger(__name__)

IN_FLIGHT = 16
"""Letters under way at once; most of them wait for their pace."""
CARDS_IN_FLIGHT = IN_FLIGHT // 2
LONGEST_SLEEP = 5.0
"""Seconds. What a lost wake-up costs."""
STOP_SECONDS = 5.0


@dataclass
class Courier:
    """One process's courier."""

    desk: Desk
    postman: Postman
    under_way: dict[asyncio.Task[None], Letter] = field(default_factory=dict)
    stopping: bool = False

    async def run(self) -> None:
        """Send until stopped."""
        if self.desk.store.is_sqlite:  # one process owns the file: whatever holds a lease in it is dead
            await self.desk.write(outbox.free_leases, EVERYWHERE)
        while not self.stopping:
            await self.desk.bells.wait(COURIER, 0.0 if await self._turn_safely() else await self._sleep_seconds())

    async def stop(self) -> None:
        """Take nothing new, and give what is under way a little time; the rest is journalled."""
        self.stopping = True
        self.desk.bells.event(COURIER).set()
        tasks = set(self.under_way)
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def turn(self) -> int:
        """One unit of work: take letters of lanes that are free and begin to send them; how many."""
        free = IN_FLIGHT - len(self.under_way)
        if free <= 0:
            return 0
        due = await self.desk.read(outbox.next_at, EVERYWHERE)
        if due is None or due > self.desk.now():
            return 0
        cards = CARDS_IN_FLIGHT - sum(letter.is_card for letter in self.under_way.values())
        letters = await self.desk.write(
            outbox.take, EVERYWHERE, self.desk.now(), [one.lane for one in self.under_way.values()], free, cards
        )
        for letter in letters:
            self._begin(letter)
        return len(letters)

    async def idle(self) -> None:
        """Wait until everything that was begun is settled."""
        while self.under_way:
            await asyncio.wait(set(self.under_way))

    def _begin(self, letter: Letter) -> None:
        task = asyncio.create_task(self.postman.deliver(letter))
        self.under_way[task] = letter
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.under_way.pop(task, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("letter_not_settled", exc_info=error)  # its lease lapses, and it is taken up again
        self.desk.bells.event(COURIER).set()

    async def _turn_safely(self) -> int:
        """A database that is locked or away for a moment must not end the loop."""
        try:
            return await self.turn()
        except Exception:
            log.exception("courier_turn_failed")
            return 0

    async def _sleep_seconds(self) -> float:
        try:
            due = await self.desk.read(outbox.next_at, EVERYWHERE)
        except Exception:
            log.exception("courier_sleep_failed")
            return LONGEST_SLEEP
        return seconds_until(due, self.desk.now(), LONGEST_SLEEP)
