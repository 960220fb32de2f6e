"""The publisher: takes what is due, sends each once, and asks the network where an outcome is not known.

It decides no state: flows do (`bot.flows.publishing`). It holds no plan: the rows are the schedule.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.desk import Desk
from bot.flows import publishing
from bot.flows.jobs import Job
from bot.flows.publishing import Outcome
from bot.loops.batches import Batches
from bot.loops.sending import Doubt, attempt, look, outgoing_of
from bot.metrics import LATENESS, PUBLISHES
from bot.rules.posts import Delivery, next_delivery
from bot.store.scope import EVERYWHERE, PUBLISHER

log = structlog.get_logger(__name__)

LONGEST_SLEEP = timedelta(seconds=1)
"""A wake that was lost costs no more than this."""
HEARTBEAT_SECONDS = 15.0
"""A quarter of the lease: three beats may fail before somebody else takes over."""
STOP_SECONDS = 8.0
"""What a stop waits for requests under way; what is not back by then is journalled and asked about later."""
NETWORK_IN_FLIGHT = 150
"""Requests under way to one network at once: half of a process's whole, so that no network starves the others."""


class Publisher:
    """One process's publisher. `alarm` is asked to wake it at a moment; a bell wakes it at any time."""

    def __init__(self, desk: Desk, alarm: Callable[[datetime], None], *, in_flight: int = 300) -> None:
        self.desk = desk
        self.worker = secrets.token_hex(8)
        self._alarm = alarm
        self._in_flight = in_flight
        self._tasks: dict[asyncio.Task[None], int] = {}
        self._gates = {name: asyncio.Semaphore(NETWORK_IN_FLIGHT) for name in desk.networks}
        self._stopping = False
        self._turning = asyncio.Lock()
        self._marks = Batches[int, datetime | None](self._flush_marks)
        self._outcomes = Batches[Outcome, None](self._flush_outcomes)
        self._refusals = Batches[tuple[int, str], None](self._flush_refusals)

    async def run(self) -> None:
        """Publish until stopped."""
        if self.desk.store.is_sqlite:
            # One process owns the file: whatever holds a lease in it is dead.
            await self.desk.write(publishing.expire_leases, EVERYWHERE, now=self.desk.now())
        beat = asyncio.create_task(self._beat())
        try:
            while not self._stopping:
                if not await self._turn_safely():
                    await self._sleep()
        finally:
            beat.cancel()

    async def stop(self) -> None:
        """Take nothing new, wait for what is under way, and hand back what was not begun."""
        self._stopping = True
        self.desk.bells.event(PUBLISHER).set()
        async with self._turning:  # what it is just claiming is handed back too
            if self._tasks:
                _, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
                for task in late:  # the journal has them: after the desk is closed they could write nothing down
                    task.cancel()
                await asyncio.gather(*late, return_exceptions=True)
            await self._hand_back()

    async def turn(self) -> int:
        """One unit of work: take what is due and what is in doubt, and begin on it; how many were begun."""
        async with self._turning:
            return 0 if self._stopping else await self._take()

    async def _take(self) -> int:
        now = self.desk.now()
        free = self._in_flight - len(self._tasks)
        wanted = await self.desk.read(publishing.next_moment, EVERYWHERE)
        if free <= 0 or wanted is None or wanted > now:
            return 0
        due, doubtful = await self.desk.write(publishing.take, EVERYWHERE, worker=self.worker, limit=free, now=now)
        for job in due:
            self._begin(self._deliver(job), job)
        for job in doubtful:
            self._begin(self._settle_doubt(job), job)
        return len(due) + len(doubtful)

    async def idle(self) -> None:
        """Wait until nothing that was begun is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _hand_back(self) -> None:
        """Another process takes it at once, instead of when the lease lapses."""
        try:
            await self.desk.write(publishing.release, EVERYWHERE, worker=self.worker)
        except Exception:
            log.exception("hand_back_failed")

    async def _turn_safely(self) -> int:
        """A database that is locked or away for a moment must not end the loop."""
        try:
            return await self.turn()
        except Exception:
            log.exception("publisher_turn_failed")
            return 0

    async def _sleep(self) -> None:
        now = self.desk.now()
        try:
            wanted = await self.desk.read(publishing.next_moment, EVERYWHERE)
        except Exception:
            log.exception("publisher_sleep_failed")
            wanted = None
        latest = now + LONGEST_SLEEP
        # What is due and was not taken waits behind something (a pause, an older post): look again after a second.
        self._alarm(latest if wanted is None or wanted <= now else min(wanted, latest))
        event = self.desk.bells.event(PUBLISHER)
        await event.wait()
        event.clear()

    def _begin(self, work: Any, job: Job) -> None:
        task = asyncio.create_task(self._guard(work, job))
        self._tasks[task] = job.delivery.id or 0
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self.desk.bells.event(PUBLISHER).set()

    async def _guard(self, work: Any, job: Job) -> None:
        """A fault of ours leaves the journal as it is: the lease lapses, and the network is asked."""
        try:
            await work
        except Exception:
            log.exception("delivery_interrupted", delivery=job.delivery.id, account=job.delivery.account_id)

    async def _deliver(self, job: Job) -> None:
        delivery_id = job.delivery.id or 0
        if job.refusal:
            await self._refusals.put((delivery_id, job.refusal))
            return
        async with self._gates[job.account.network]:
            stamp = None if self._stopping else await self._marks.put(delivery_id)
            if stamp is None:
                return
            late = self.desk.now() - job.delivery.due_at
            LATENESS.labels(job.account.network).observe(max(0.0, late.total_seconds()))
            outgoing = outgoing_of(self.desk, job, stamp)
            await self._conclude(job, await attempt(self.desk, job, outgoing))

    async def _settle_doubt(self, job: Job) -> None:
        async with self._gates[job.account.network]:
            outgoing = outgoing_of(self.desk, job, job.delivery.stamp or self.desk.now())
            await self._conclude(job, await look(self.desk, job, outgoing))

    async def _conclude(self, job: Job, ended: Outcome | Doubt) -> None:
        outcome = "doubt" if isinstance(ended, Doubt) else next_delivery(Delivery.SENDING, ended.step).value
        PUBLISHES.labels(job.account.network, outcome).inc()
        if isinstance(ended, Doubt):
            await self.desk.write(publishing.look_again, EVERYWHERE, ended.delivery_id, ended.look_at)
        else:
            await self._outcomes.put(ended)

    async def _flush_marks(self, ids: Sequence[int]) -> Sequence[datetime | None]:
        mark = partial(publishing.mark_sending, worker=self.worker, now=self.desk.now())
        stamps = await self.desk.write(mark, EVERYWHERE, ids)
        return [stamps.get(one) for one in ids]

    async def _flush_outcomes(self, outcomes: Sequence[Outcome]) -> Sequence[None]:
        await self.desk.write(publishing.settle, EVERYWHERE, outcomes, now=self.desk.now())
        return [None] * len(outcomes)

    async def _flush_refusals(self, refusals: Sequence[tuple[int, str]]) -> Sequence[None]:
        await self.desk.write(publishing.refuse, EVERYWHERE, dict(refusals), now=self.desk.now())
        return [None] * len(refusals)

    async def _beat(self) -> None:
        """Keep the leases of what is under way."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                await self.desk.write(publishing.keep_leases, EVERYWHERE, worker=self.worker, now=self.desk.now())
            except Exception:
                log.exception("heartbeat_failed")
