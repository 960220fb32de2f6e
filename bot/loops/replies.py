"""The loop of answers: sends each answer to a customer once, and asks the network where an outcome is not known.

It decides no state: `bot.flows.answering` does. What one attempt or one look proves is in `bot.loops.answering`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.desk import Desk
from bot.flows import answering, messages
from bot.flows.answering import Outcome, Sending
from bot.loops.answering import Doubt, attempt, look
from bot.loops.rest import seconds_until
from bot.rules.posts import Step
from bot.store.scope import EVERYWHERE, REPLIES

log = structlog.get_logger(__name__)

IN_FLIGHT = 20
"""Answers under way at once in a process: people write them one by one."""
LONGEST_SLEEP = 1.0
"""Seconds. What a lost wake-up costs."""
STOP_SECONDS = 8.0
"""What a stop waits for requests under way; what is not back by then is journalled and asked about later."""


@dataclass
class Replier:
    """One process's loop of answers."""

    desk: Desk
    worker: str = field(default_factory=lambda: secrets.token_hex(8))
    under_way: set[asyncio.Task[None]] = field(default_factory=set)
    stopping: bool = False

    async def run(self) -> None:
        """Send until stopped."""
        if self.desk.store.is_sqlite:  # one process owns the file: whatever holds a lease in it is dead
            await self.desk.write(answering.expire_leases, EVERYWHERE, now=self.desk.now())
        while not self.stopping:
            if not await self._turn_safely():
                await self.desk.bells.wait(REPLIES, await self._sleep_seconds())

    async def stop(self) -> None:
        """Take nothing new, and wait for what is under way."""
        self.stopping = True
        self.desk.bells.event(REPLIES).set()
        if self.under_way:
            _, late = await asyncio.wait(set(self.under_way), timeout=STOP_SECONDS)
            for task in late:  # the journal has them: after the desk is closed they could write nothing down
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def turn(self) -> int:
        """One unit of work: take what is due and what is in doubt, and begin on it; how many were begun."""
        now, free = self.desk.now(), IN_FLIGHT - len(self.under_way)
        wanted = await self.desk.read(answering.next_moment, EVERYWHERE)
        if free <= 0 or wanted is None or wanted > now:
            return 0
        due = await self.desk.write(answering.claim, EVERYWHERE, worker=self.worker, limit=free, now=now)
        for one in due:
            self._begin(self._send(one), one)
        room = free - len(due)
        doubtful = await self.desk.write(answering.take_over, EVERYWHERE, worker=self.worker, limit=room, now=now)
        for one in doubtful:
            self._begin(self._look(one), one)
        return len(due) + len(doubtful)

    async def idle(self) -> None:
        """Wait until nothing that was begun is under way."""
        while self.under_way:
            await asyncio.wait(set(self.under_way))

    def _begin(self, work: Coroutine[Any, Any, None], one: Sending) -> None:
        task = asyncio.create_task(self._guard(work, one))
        self.under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.under_way.discard(task)
        self.desk.bells.event(REPLIES).set()

    async def _guard(self, work: Coroutine[Any, Any, None], one: Sending) -> None:
        """A fault of ours leaves the journal as it is: the lease lapses, and the network is asked."""
        try:
            await work
        except Exception:
            log.exception("reply_interrupted", reply=one.reply.id, account=one.reply.account_id)

    async def _send(self, one: Sending) -> None:
        if self.stopping:
            return
        begin = answering.begin
        begun = await self.desk.write(begin, EVERYWHERE, one.reply.id or 0, worker=self.worker, now=self.desk.now())
        if begun is not None:
            await self._conclude(one, await attempt(self.desk, Sending(begun, one.account, one.refs)))

    async def _look(self, one: Sending) -> None:
        await self._conclude(one, await look(self.desk, one))

    async def _conclude(self, one: Sending, ended: Outcome | Doubt) -> None:
        if isinstance(ended, Doubt):
            await self.desk.write(answering.look_again, EVERYWHERE, ended.reply_id, ended.look_at)
            return
        await self.desk.write(answering.settle, EVERYWHERE, ended, now=self.desk.now())
        if ended.step is Step.PUBLISH:
            await self.desk.write(messages.hurry, EVERYWHERE, one.reply.account_id, now=self.desk.now())

    async def _turn_safely(self) -> int:
        """A database that is locked or away for a moment must not end the loop."""
        try:
            return await self.turn()
        except Exception:
            log.exception("replies_turn_failed")
            return 0

    async def _sleep_seconds(self) -> float:
        try:
            due = await self.desk.read(answering.next_moment, EVERYWHERE)
        except Exception:
            log.exception("replies_sleep_failed")
            return LONGEST_SLEEP
        return seconds_until(due, self.desk.now(), LONGEST_SLEEP)
