"""What somebody's Home tab shows, as plain values between the store and the blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from bot.rules.calendar_pages import AccountName, ClientName, Planned
from bot.rules.posts import Delivery

T = TypeVar("T")


class SetUp(StrEnum):
    """The way from a new installation to the first post, in its order."""

    CLIENT = "client"
    ACCOUNT = "account"
    DRAFT = "draft"
    APPROVAL = "approval"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Some(Generic[T]):
    """The first few of a list, and how many more there are."""

    items: tuple[T, ...] = ()
    more: int = 0

    @property
    def count(self) -> int:
        """How many there are in all."""
        return len(self.items) + self.more


@dataclass(frozen=True)
class Listed:
    """A post of somebody's queue."""

    post: Planned
    reason: str = ""
    """Why it was sent back, held or rejected last."""
    reason_by: str = ""
    approvable: bool = False
    """The reader may approve it; the click asks again."""


@dataclass(frozen=True)
class Asking:
    """A post that did not go out on one account, or perhaps did: a person is asked."""

    delivery_id: int
    attempts: int
    state: Delivery
    account: int
    trouble: str
    post: Planned
    settles: bool
    """The reader may answer; the click asks again."""


@dataclass(frozen=True)
class Unfinished:
    """A form that was begun and not handed in."""

    form_id: str
    title: str
    at: datetime


@dataclass(frozen=True)
class Unsaid:
    """Something that Trellis had to say in Slack, and perhaps did not."""

    topic: str
    place: str
    trouble: str
    at: datetime | None
    post_id: int = 0
    """The post it was about; 0: another thing."""


@dataclass(frozen=True)
class Held:
    """A running pause."""

    id: int
    holds: str
    by: str
    at: datetime
    reason: str
    waiting: int
    """Deliveries that it keeps from going out."""


@dataclass(frozen=True)
class Broken:
    """An account that must be connected again."""

    id: int
    name: str
    client: str
    why: str


@dataclass(frozen=True)
class Queue:
    """What concerns one person."""

    to_review: Some[Listed] = Some()
    to_settle: Some[Asking] = Some()
    unfinished: Some[Unfinished] = Some()
    mine: Some[Listed] = Some()
    today: Some[Planned] = Some()
    failures: Some[Asking] = Some()
    unsaid: Some[Unsaid] = Some()
    pauses: Some[Held] = Some()
    broken: Some[Broken] = Some()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all."""
        kept: Iterable[Some[object]] = vars(self).values()
        return not any(some.items for some in kept)


@dataclass(frozen=True)
class HomePage:
    """A whole Home tab."""

    person: str
    """The reader's Slack id."""
    is_member: bool
    """A full member of this workspace, who may use Trellis."""
    managers: tuple[str, ...] = ()
    clients: Mapping[int, ClientName] = field(default_factory=dict)
    accounts: Mapping[int, AccountName] = field(default_factory=dict)
    done: frozenset[SetUp] = frozenset()
    first_client: int = 0
    """The client that set-up began with; 0: none yet."""
    first_post: tuple[int, int] | None = None
    """Id and version of the oldest post that is still on its way, for the steps that wait on it."""
    queue: Queue = Queue()
    digest_hour: int | None = None
    zone: str = "UTC"

    @property
    def is_manager(self) -> bool:
        """Whether the reader may set Trellis up."""
        return self.is_member and self.person in self.managers

    @property
    def next_step(self) -> SetUp | None:
        """The first step of the set-up that is not done; None when the first post is out."""
        return next((step for step in SetUp if step not in self.done), None)

    @property
    def can_draft(self) -> bool:
        """Whether a post can be begun: there is a client."""
        return bool(self.clients)


def some(found: Sequence[T], most: int, count: int | None = None) -> Some[T]:
    """The first `most` of what was found, of `count` in all."""
    return Some(tuple(found[:most]), (len(found) if count is None else count) - len(found[:most]))
