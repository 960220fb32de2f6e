"""What one page of the calendar holds, as plain values between the store and the blocks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from bot.rules.calendar import Cursor, Look, Span, span
from bot.rules.posts import Post, Step, may
from bot.rules.zones import local_day


@dataclass(frozen=True)
class Planned:
    """A post as lists show it."""

    id: int
    version: int
    revision: int
    client_id: int
    status: str
    at: datetime | None
    """When it goes, or went, out (aware UTC); None while it has no time."""
    title: str
    author: str
    """A Slack user id."""
    accounts: tuple[int, ...]
    changed_at: datetime

    @property
    def state(self) -> Post:
        """Where it stands."""
        return Post(self.status)

    @property
    def is_movable(self) -> bool:
        """Whether it may still be given another time."""
        return may(self.state, Step.EDIT)


@dataclass(frozen=True)
class ClientName:
    """A client as lists name it."""

    id: int
    name: str
    zone: str


@dataclass(frozen=True)
class AccountName:
    """An account as lists name it: `ourshop (Bluesky)`."""

    id: int
    client_id: int
    name: str


@dataclass(frozen=True)
class Board:
    """One page of somebody's calendar."""

    look: Look
    zone: str
    """Its days are those of this zone."""
    reader_zone: str
    today: date
    now: datetime
    clients: Mapping[int, ClientName]
    """All that the reader may see, by id, in alphabetical order."""
    accounts: Mapping[int, AccountName]
    """All accounts of those clients."""
    posts: tuple[Planned, ...] = ()
    earlier: Cursor | None = None
    later: Cursor | None = None
    untimed: tuple[Planned, ...] = ()
    more_untimed: bool = False
    gaps: frozenset[date] = frozenset()
    """Days from today on that are empty between days with posts."""
    clashes: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Post id to the accounts on which another post is less than an hour away."""
    is_crowded: bool = False
    """There were too many posts to look for gaps and clashes."""
    approvable: frozenset[int] = frozenset()
    """Posts that the reader may approve."""

    @property
    def span(self) -> Span:
        """The days that the whole view covers."""
        return span(self.look.view, self.look.day)

    @property
    def days(self) -> tuple[date, ...]:
        """The days that this page tells of: those of the view, from its own first post to its last one."""
        first = self.day_of(self.posts[0]) if self.posts and self.earlier else self.span.first
        last = self.day_of(self.posts[-1]) if self.posts and self.later else None
        return tuple(day for day in self.span.days if day >= first and (last is None or day <= last))

    def day_of(self, post: Planned) -> date:
        """The day that a post with a time stands under."""
        if post.at is None:
            raise LookupError(f"post {post.id} has no time")
        return local_day(post.at, self.zone)

    @cached_property
    def by_day(self) -> Mapping[date, list[Planned]]:
        """The page's posts by their day."""
        found: dict[date, list[Planned]] = {}
        for post in self.posts:
            found.setdefault(self.day_of(post), []).append(post)
        return found

    def on(self, day: date) -> list[Planned]:
        """The page's posts of a day."""
        return self.by_day.get(day, [])

    def zone_of(self, post: Planned) -> str:
        """The zone of a post's client."""
        return self.clients[post.client_id].zone


def may_approve(post: Planned, person: str, reviewers: Collection[str], *, four_eyes: bool) -> bool:
    """Whether it is worth offering somebody to approve a post; the click asks again, and more strictly."""
    return post.state is Post.IN_REVIEW and person in reviewers and not (four_eyes and post.author == person)
