"""The clock: APScheduler wakes the loops. It knows no post, holds none, and keeps nothing on disk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

_DEFAULTS = {
    # The library drops a job that starts a second late; here a late wake is still a wake.
    "misfire_grace_time": None,
    "coalesce": True,
    "max_instances": 1,
}
_PUBLISHER = "publisher"
_LONGEST_SLEEP_SECONDS = 1


class Scheduler:
    """Wakes: the publisher's moving alarm, and rounds that repeat (digests, polls, clean-up)."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=_DEFAULTS)

    def start(self) -> None:
        """Begin to wake; call it on the running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Wake nobody any more; rounds under way are left to end."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def alarm(self, ring: Callable[[], None]) -> Callable[[datetime], None]:
        """Hang up the publisher's alarm; the answer moves it to a moment. `ring` only signals: a wake that came

        while the last one still ran would be skipped.
        """

        async def wake() -> None:
            ring()

        self._scheduler.add_job(wake, IntervalTrigger(seconds=_LONGEST_SLEEP_SECONDS), id=_PUBLISHER)
        return self._move

    def every(self, seconds: float, round_: Callable[[], Awaitable[None]], name: str) -> None:
        """Run `round_` again and again, `seconds` apart, never twice at once."""
        self._scheduler.add_job(round_, IntervalTrigger(seconds=max(1, int(seconds))), id=name)

    def _move(self, at: datetime) -> None:
        try:
            self._scheduler.modify_job(_PUBLISHER, next_run_time=at)
        except JobLookupError:
            return  # stopping: nobody is to be woken
