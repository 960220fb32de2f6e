"""The stream of what changed in the workspace, for the page and for tests that wait without polling."""

from __future__ import annotations

import asyncio
from collections import deque

from bot.sandbox.answers import Json

KEPT = 5_000  # changes; a page that lags further behind draws itself anew


class Changes:
    """Numbered changes, oldest first. A change says what to look at again, not what it now holds."""

    def __init__(self) -> None:
        self._kept: deque[Json] = deque(maxlen=KEPT)
        self._news = asyncio.Event()
        self.last = 0

    def add(self, kind: str, **about: object) -> int:
        """Note a change and wake all who wait. Returns its number."""
        self.last += 1
        self._kept.append({"n": self.last, "kind": kind, **about})
        self._news.set()
        self._news = asyncio.Event()
        return self.last

    def since(self, number: float) -> list[Json]:
        return [change for change in self._kept if change["n"] > number]

    async def wait(self, number: float, seconds: float) -> list[Json]:
        """The changes after `number`, as soon as there is one; none when `seconds` have passed."""
        if self.last <= number:
            try:
                await asyncio.wait_for(self._news.wait(), seconds)
            except TimeoutError:
                return []
        return self.since(number)
