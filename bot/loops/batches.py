"""Many callers, one statement: whatever is asked for while a write runs goes together into the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

LARGEST_BATCH = 500
"""Items in one flush; more wait for the next, so that no transaction holds the writer for long."""


class Batches(Generic[Item, Answer]):
    """Gathers items and flushes them together. `flush` gets a batch and answers each item, in order.

    The first item of a quiet time is flushed at once, so waiting costs nothing when there is nobody to wait for.
    """

    def __init__(self, flush: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]]) -> None:
        self._flush = flush
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._running: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> Answer:
        """Hand in one item; its answer once it is written. What `flush` raises reaches every item of its batch."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:LARGEST_BATCH], self._waiting[LARGEST_BATCH:]
            try:
                answers = await self._flush([item for item, _ in batch])
            except Exception as error:  # noqa: BLE001  (it is not swallowed: every caller of this batch gets it)
                for _, answer in batch:
                    if not answer.done():
                        answer.set_exception(error)
                continue
            for (_, waiting), given in zip(batch, answers, strict=True):
                if not waiting.done():
                    waiting.set_result(given)
