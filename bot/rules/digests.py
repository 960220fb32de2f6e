"""When a digest is due, and what one holds. It reads no clock and no table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.rules.calendar import known_zone
from bot.rules.calendar_pages import AccountName, ClientName, Planned
from bot.rules.posts import Post
from bot.rules.zones import local_day, local_day_bounds, require_zone

CATCH_UP = timedelta(hours=4)
"""How late a digest is still sent after Trellis was down: a morning's digest helps until about one o'clock. After that
the day it tells of is mostly over, and the next one is nearer than the hour it was meant for."""

RECENT = timedelta(days=7)
"""How long a failure is told of: nobody has to answer it, so it would be told for ever."""

KEPT = timedelta(days=8)
"""How long it is remembered that a digest was decided: more than a day of any zone and all catching up."""

TROUBLE = frozenset({Post.FAILED, Post.PARTLY_PUBLISHED, Post.UNCONFIRMED, Post.MISSED, Post.APPROVED})
"""Posts that need somebody. `approved` is among them since such a post waits for an account to be connected again."""
PASSING = frozenset({Post.FAILED, Post.PARTLY_PUBLISHED})
"""Those that are told of only while they are `RECENT`."""
DECIDABLE = frozenset({Post.IN_REVIEW, Post.ON_HOLD})
"""Posts that wait for a reviewer."""
RETURNED = frozenset({Post.CHANGES_REQUESTED})
"""Posts that wait for their author."""


@dataclass(frozen=True)
class Turn:
    """A post that waits, and for whom: Slack ids; empty where nobody may decide."""

    post: Planned
    people: tuple[str, ...]


@dataclass(frozen=True)
class BrokenAccount:
    """An account that has to be connected again, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Digest:
    """What one place is told on one day. A person's own has no `client`."""

    day: date
    hour: int
    zone: str
    client: str
    reader: str
    """Whose digest it is (a Slack id); empty: a channel's."""
    clients: Mapping[int, ClientName]
    accounts: Mapping[int, AccountName]
    today: tuple[Planned, ...] = ()
    turns: tuple[Turn, ...] = ()
    trouble: tuple[Planned, ...] = ()
    broken: tuple[BrokenAccount, ...] = ()
    approvable: frozenset[int] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.today or self.turns or self.trouble or self.broken)


def due_at(day: date, hour: int, zone: str) -> datetime:
    """The moment (aware UTC) at which a local day's digest is due.

    An hour that clocks show twice is meant the first time; one that they skip, when they have moved on.
    """
    return datetime.combine(day, time(hour), require_zone(zone)).astimezone(UTC)


def day_due(now: datetime, hour: int, zone: str) -> date | None:
    """The local day whose digest is due now: its hour has come, and not longer than `CATCH_UP` ago."""
    here = known_zone(zone)
    today = local_day(now, here)
    for day in (today, today - timedelta(days=1)):  # yesterday's, where midnight lies between the hour and now
        if due_at(day, hour, here) <= now < due_at(day, hour, here) + CATCH_UP:
            return day
    return None


def is_over(day: date, zone: str, now: datetime) -> bool:
    """Whether a digest that waited is not worth sending any more: its day has ended some time ago."""
    return now >= local_day_bounds(day, known_zone(zone))[1] + CATCH_UP
