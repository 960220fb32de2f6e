"""The stand-in's time: the computer's, which a test may move forward; and the timestamps that name messages."""

from __future__ import annotations

import time


class Clock:
    """Seconds since the epoch. `advance` moves it forward, so that half an hour need not be waited for."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._last = 0

    def now(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds

    def stamp(self) -> str:
        """A message's `ts`: unique and rising, six digits after the point as Slack writes them."""
        self._last = max(self._last + 1, int(self.now() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
