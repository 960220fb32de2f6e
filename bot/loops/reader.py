"""The reader: asks every connected account's network for what customers wrote, as often as is worth it.

It decides nothing: `bot.flows.messages` says which account is next, and keeps what was read with how far in one step.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.desk import Desk
from bot.errors import NetworkError, Quota, Reconnect, Retryable
from bot.flows import messages
from bot.flows.accounts import as_network_account
from bot.flows.messages import Errand, Failure
from bot.loops.rest import seconds_until
from bot.rules.networks import ReadsMessages
from bot.store.scope import EVERYWHERE

log = structlog.get_logger(__name__)

IN_FLIGHT = 20
"""Accounts read at once in a process."""
READ_SECONDS = 60.0
"""One read, whatever the network does meanwhile; less than `messages.LEASE`."""
LONGEST_SLEEP = 1.0
"""Seconds. An account that was connected a moment ago waits no longer for its first read."""
BELL = "reader"
STOP_SECONDS = 3.0


@dataclass
class Reader:
    """One process's reader. `chance` gives a number from 0 to 1: what a wait leaves to it."""

    desk: Desk
    chance: random.Random = field(default_factory=random.SystemRandom)
    worker: str = field(default_factory=lambda: secrets.token_hex(8))
    under_way: set[asyncio.Task[None]] = field(default_factory=set)
    stopping: bool = False

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks whose messages can be read."""
        return tuple(name for name, network in self.desk.networks.items() if isinstance(network, ReadsMessages))

    async def run(self) -> None:
        """Read until stopped."""
        if self.desk.store.is_sqlite:  # one process owns the file: whatever holds a lease in it is dead
            await self.desk.write(messages.free_leases, EVERYWHERE)
        while not self.stopping:
            if not await self._turn_safely():
                await self.desk.bells.wait(BELL, await self._sleep_seconds())

    async def stop(self) -> None:
        """Begin no read, and give those under way a little time: what is not kept is read again."""
        self.stopping = True
        self.desk.bells.event(BELL).set()
        tasks = set(self.under_way)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def turn(self) -> int:
        """One unit of work: begin to read the accounts that are due; how many."""
        free, now = IN_FLIGHT - len(self.under_way), self.desk.now()
        due = await self.desk.read(messages.next_moment, EVERYWHERE, self.networks)
        if free <= 0 or due is None or due > now:
            return 0
        errands = await self.desk.write(
            messages.take, EVERYWHERE, self.networks, worker=self.worker, limit=free, now=now
        )
        for errand in errands:
            self._begin(errand)
        return len(errands)

    async def idle(self) -> None:
        """Wait until every read that was begun is over."""
        while self.under_way:
            await asyncio.wait(set(self.under_way))

    def _begin(self, errand: Errand) -> None:
        task = asyncio.create_task(self._read(errand))
        self.under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.under_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("read_not_kept", exc_info=error)  # its lease lapses, and the account is read again
        self.desk.bells.event(BELL).set()

    async def _read(self, errand: Errand) -> None:
        account_id = errand.account.id or 0
        network = self.desk.networks[errand.account.network]
        if not isinstance(network, ReadsMessages):
            return
        try:
            async with asyncio.timeout(READ_SECONDS):
                batch = await network.messages(as_network_account(errand.account, self.desk.locker), errand.position)
        except Exception as error:  # noqa: BLE001 - whatever a network does, its account is only read later
            await self._fail(account_id, error)
            return
        kept = await self.desk.write(
            messages.keep,
            EVERYWHERE,
            account_id,
            batch,
            worker=self.worker,
            chance=self.chance.random(),
            now=self.desk.now(),
        )
        if kept:
            log.info("messages_read", account=account_id, new=kept)

    async def _fail(self, account_id: int, error: Exception) -> None:
        if not isinstance(error, NetworkError | TimeoutError):
            log.error("read_broke", account=account_id, exc_info=error)
        now = self.desk.now()
        await self.desk.write(
            messages.fail,
            EVERYWHERE,
            account_id,
            _failure(error, now),
            worker=self.worker,
            chance=self.chance.random(),
            now=now,
        )

    async def _turn_safely(self) -> int:
        """A database that is locked or away for a moment must not end the loop."""
        try:
            return await self.turn()
        except Exception:
            log.exception("reader_turn_failed")
            return 0

    async def _sleep_seconds(self) -> float:
        try:
            due = await self.desk.read(messages.next_moment, EVERYWHERE, self.networks)
        except Exception:
            log.exception("reader_sleep_failed")
            return LONGEST_SLEEP
        return seconds_until(due, self.desk.now(), LONGEST_SLEEP)


def _failure(error: Exception, now: datetime) -> Failure:
    if isinstance(error, Reconnect):
        return Failure(error.sentence, reconnect=True)
    if isinstance(error, Quota):
        return Failure(error.sentence, until=error.until)
    if isinstance(error, Retryable) and error.after:
        return Failure(error.sentence, until=now + timedelta(seconds=error.after))
    return Failure(str(error) or "The network did not answer.")
