"""What a page of the calendar covers, and what is odd about its days. It reads no clock and no post."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from bot.errors import BadInput
from bot.rules.posts import Post
from bot.rules.zones import local_day_bounds, require_zone

CLASH = timedelta(hours=1)
"""Two posts on one account less than this apart are a clash: readers see them as one flood."""

LIST_DAYS = 91
"""A list is a quarter of a year long, so that what a page looks through is bounded."""

FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)
"""Days that can be shown: every zone's time has a moment there, and so have the weeks around them."""

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


class View(StrEnum):
    """How much a page covers."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    LIST = "list"


class Show(StrEnum):
    """Which posts a page shows, by where they stand."""

    ALL = "all"
    AUTHORS = "authors"
    REVIEW = "review"
    PLANNED = "planned"
    OUT = "out"
    TROUBLE = "trouble"
    OFF = "off"
    UNTIMED = "untimed"


_OFF = frozenset({Post.REJECTED, Post.CANCELLED})
_UNSENT = frozenset({Post.DRAFT, Post.CHANGES_REQUESTED, Post.IN_REVIEW, Post.ON_HOLD, Post.APPROVED})

STATES: Mapping[Show, frozenset[Post]] = {
    Show.ALL: frozenset(Post) - _OFF,
    Show.AUTHORS: frozenset({Post.DRAFT, Post.CHANGES_REQUESTED}),
    Show.REVIEW: frozenset({Post.IN_REVIEW, Post.ON_HOLD}),
    Show.PLANNED: frozenset({Post.APPROVED, Post.SCHEDULED, Post.PUBLISHING}),
    Show.OUT: frozenset({Post.PUBLISHED, Post.PARTLY_PUBLISHED}),
    Show.TROUBLE: frozenset({Post.FAILED, Post.PARTLY_PUBLISHED, Post.UNCONFIRMED, Post.MISSED}),
    Show.OFF: _OFF,
    Show.UNTIMED: _UNSENT,
}
"""The states that each choice shows. `UNTIMED` shows only posts without a time, all others both."""


@dataclass(frozen=True)
class Cursor:
    """A place between two posts: just after the one with this moment (UTC) and id, or just before it (`back`)."""

    at: datetime | None
    """None among the posts that have no time."""
    post: int
    back: bool = False


@dataclass(frozen=True)
class Look:
    """What somebody looks at: a view around a day, some filters (0 and empty: none), and a place within it."""

    view: View = View.WEEK
    day: date = FIRST
    client: int = 0
    account: int = 0
    show: Show = Show.ALL
    person: str = ""
    """A Slack user id: the author."""
    cursor: Cursor | None = None

    def turned(self, pages: int, today: date) -> Look:
        """The same view so many spans later (or earlier, if negative); 0 leads to today."""
        day = today if pages == 0 else shifted(self.view, self.day, pages)
        return replace(self, day=min(max(day, FIRST), LAST), cursor=None)


@dataclass(frozen=True)
class Span:
    """The local days from `first` to before `end`."""

    first: date
    end: date

    @property
    def days(self) -> tuple[date, ...]:
        """Each of them."""
        return tuple(self.first + _DAY * number for number in range((self.end - self.first).days))

    def bounds(self, zone: str) -> tuple[datetime, datetime]:
        """The first moment of it in a zone, and the first after it (aware UTC)."""
        return local_day_bounds(self.first, zone)[0], local_day_bounds(self.end, zone)[0]


def span(view: View, day: date) -> Span:
    """What a view around a day covers; weeks begin on Monday."""
    match view:
        case View.DAY:
            return Span(day, day + _DAY)
        case View.WEEK:
            monday = day - _DAY * day.weekday()
            return Span(monday, monday + _WEEK)
        case View.MONTH:
            return Span(day.replace(day=1), _month(day, 1))
        case View.LIST:
            return Span(day, day + _DAY * LIST_DAYS)


def shifted(view: View, day: date, pages: int) -> date:
    """The day that so many spans of a view later begin with, or lie around."""
    if view is View.MONTH:
        return _month(day, pages)
    return day + _DAY * pages * {View.DAY: 1, View.WEEK: 7}.get(view, LIST_DAYS)


def whole_weeks(first: date, last: date) -> Span:
    """The weeks, from Monday to Sunday, that these days lie in."""
    return Span(span(View.WEEK, first).first, span(View.WEEK, last).end)


def gaps(busy: Collection[date]) -> frozenset[date]:
    """The empty days of a week that have a day with posts before them and one after them, in that same week."""
    found: set[date] = set()
    for monday in {span(View.WEEK, day).first for day in busy}:
        week = [monday + _DAY * number for number in range(7) if monday + _DAY * number in busy]
        found |= {day for day in Span(week[0], week[-1]).days if day not in busy}
    return frozenset(found)


@dataclass(frozen=True)
class Slot:
    """When a post goes out, and on which accounts."""

    post: int
    at: datetime
    accounts: tuple[int, ...]


def clashes(slots: Iterable[Slot]) -> dict[int, frozenset[int]]:
    """Post id to the accounts on which another post is planned less than `CLASH` away; only posts that have any."""
    by_account: dict[int, list[Slot]] = {}
    for slot in sorted(slots, key=lambda slot: (slot.at, slot.post)):
        for account in dict.fromkeys(slot.accounts):
            by_account.setdefault(account, []).append(slot)
    found: dict[int, set[int]] = {}
    for account, planned in by_account.items():
        for one, other in pairwise(planned):
            if other.at - one.at < CLASH:
                found.setdefault(one.post, set()).add(account)
                found.setdefault(other.post, set()).add(account)
    return {post: frozenset(accounts) for post, accounts in found.items()}


def page_zone(zones: Sequence[str], reader: str) -> str:
    """The zone that a page's days are those of: the clients' own where they share one, else the reader's."""
    return zones[0] if len(set(zones)) == 1 else reader


def known_zone(name: str) -> str:
    """A zone that Slack or a client names; UTC where this machine knows no such zone."""
    try:
        return require_zone(name).key
    except BadInput:
        return "UTC"


def encode(look: Look) -> str:
    """A look as text, for the view it is shown in: ids and days, nothing that anybody wrote."""
    cursor = look.cursor
    at = "" if cursor is None or cursor.at is None else f"{_microseconds(cursor.at)}"
    place = f"{'b' if cursor.back else 'f'}.{at}.{cursor.post}" if cursor else ""
    return "/".join(
        (look.view, look.day.isoformat(), str(look.client), str(look.account), look.show, look.person, place)
    )


def decode(text: str, today: date) -> Look:
    """The look that `encode` wrote; this week's where it is something else."""
    found = _ENCODED.fullmatch(text)
    if not found:
        return Look(day=today)
    try:
        day = date.fromisoformat(found["day"])
        cursor = Cursor(_moment(found["at"]), int(found["post"]), found["way"] == "b") if found["way"] else None
    except (ValueError, OverflowError):
        return Look(day=today)
    if not FIRST <= day <= LAST:
        return Look(day=today)
    client, account = int(found["client"]), int(found["account"])
    return Look(View(found["view"]), day, client, account, Show(found["show"]), found["person"], cursor)


_ENCODED = re.compile(
    rf"(?P<view>{'|'.join(View)})/(?P<day>\d{{4}}-\d\d-\d\d)/(?P<client>\d{{1,18}})/(?P<account>\d{{1,18}})"
    rf"/(?P<show>{'|'.join(Show)})/(?P<person>[A-Z0-9_]{{0,40}})"
    r"/(?:(?P<way>[bf])\.(?P<at>-?\d{0,18})\.(?P<post>\d{1,18}))?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _moment(microseconds: str) -> datetime | None:
    return _EPOCH + timedelta(microseconds=int(microseconds)) if microseconds else None


def _month(day: date, later: int) -> date:
    """The first of a month so many months later."""
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)
