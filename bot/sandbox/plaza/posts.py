"""Who speaks on Plaza and what they said, and pages of lists of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.plaza.rules import Content, MessageKind


@dataclass(slots=True)
class Speaker:
    """Who can speak on Plaza: a brand's account, or a visitor who writes as a customer."""

    handle: str
    name: str
    token: str
    brand: bool
    suspended: bool = False
    posts: list[Post] = field(default_factory=list)
    """In the order of their ids; the deleted stay as tombstones."""
    by_key: dict[str, Post] = field(default_factory=dict)
    inbox: list[Post] = field(default_factory=list)
    """Messages that visitors wrote to a brand; for a visitor, the direct conversation."""
    images: set[str] = field(default_factory=set)
    minute: datetime | None = None
    requests: int = 0


@dataclass(slots=True)
class Post:
    """One thing that was said. `kind` tells a visitor's message from a post; `to` is whom it was written to."""

    id: int
    author: Speaker
    content: Content
    at: datetime
    visible_at: datetime
    key: str | None = None
    kind: MessageKind | None = None
    to: Speaker | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of its rate an account has left in the current minute."""

    limit: int
    remaining: int
    reset_seconds: int


def page_before(posts: list[Post], before: int | None, limit: int) -> tuple[list[Post], int | None]:
    """Up to `limit` posts older than the id `before`, newest first, and the id to ask before next (None: the end)."""
    end = len(posts) if before is None else bisect_left(posts, before, key=lambda post: post.id)
    start = max(0, end - limit)
    return posts[start:end][::-1], posts[start].id if start > 0 else None


def page_after(posts: list[Post], after: int, limit: int) -> list[Post]:
    """Up to `limit` posts newer than the id `after`, oldest first."""
    start = bisect_right(posts, after, key=lambda post: post.id)
    return posts[start : start + limit]
