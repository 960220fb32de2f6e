"""What Trellis asks of a social network: the protocol and its values. It talks to no network itself.

All text is plain; all times are aware UTC. A network raises only the six errors of `bot.errors.NetworkError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True)
class Account:
    """A connected account as a network needs it. `secret` holds what the person gave (never logged)."""

    id: int
    network: str
    server: str
    """Base URL of the account's own server, without a trailing slash."""
    handle: str
    remote_id: str = ""
    """The network's own stable id of the account (a DID, a numeric id); empty before `verify`."""
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Profile:
    """Who the credentials belong to, as the network tells it."""

    remote_id: str
    handle: str
    name: str
    url: str
    avatar_url: str | None = None


@dataclass(frozen=True)
class Limits:
    """What one account's server takes. Read from the server where it tells; sizes in bytes."""

    characters: int
    text_bytes: int | None = None
    images: int = 4
    image_bytes: int = 1_000_000
    image_pixels: int | None = None
    image_types: frozenset[str] = frozenset({"image/jpeg", "image/png"})
    alt_characters: int = 1_500
    segments: int = 25
    """How many posts one thread may have."""
    url_characters: int | None = None
    """What a link counts as, where the network shortens links."""


@dataclass(frozen=True)
class Weight:
    """A text weighed by a network's own rule: `used` of `limit`, in `unit` (for people: "characters")."""

    used: int
    limit: int
    unit: str

    @property
    def over(self) -> int:
        """How much too long the text is; 0 when it fits."""
        return max(0, self.used - self.limit)


@dataclass(frozen=True)
class Fault:
    """A reason why a network would refuse a post: a full sentence with `{names}`, and where it lies."""

    segment: int
    """Index of the post within the thread, from 0."""
    part: str
    """`text`, `image` or `alt`."""
    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)


@dataclass(frozen=True)
class OutgoingImage:
    """One image file as it will be sent. The file at `path` holds exactly the bytes that `sha256` (hex) names."""

    path: Path
    sha256: str
    mime: str
    width: int
    height: int
    size: int
    alt: str


@dataclass(frozen=True)
class OutgoingSegment:
    """One post of a thread (most posts have just one)."""

    text: str
    images: tuple[OutgoingImage, ...] = ()


@dataclass(frozen=True)
class Outgoing:
    """Everything one delivery sends. `key` and `stamp` are stored before the first try and never change."""

    key: str
    """32 hex digits, unique to the delivery: the source of record keys and idempotency keys."""
    stamp: datetime
    """The moment the post carries where the network lets its author say (Bluesky's `createdAt`)."""
    segments: tuple[OutgoingSegment, ...]
    language: str | None = None
    """BCP 47 tag of the text, where known."""
    in_reply_to: Mapping[str, str] | None = None
    """`Incoming.refs` of the message this answers; None for a post of its own."""


@dataclass(frozen=True)
class Published:
    """What a network created: its id of the first post, and where a person can see it."""

    remote_id: str
    url: str


@dataclass(frozen=True)
class Found:
    """Reconciliation: all of it is there."""

    published: Published


@dataclass(frozen=True)
class Absent:
    """Reconciliation: what `progress` does not hold was surely not created, so it may be sent (or resumed)."""


@dataclass(frozen=True)
class Unknown:
    """Reconciliation: the network cannot tell; a person must look. `why` is a sentence."""

    why: str


class Progress(Protocol):
    """What has been done of one delivery, kept durably, so that a thread or an upload resumes and never repeats."""

    @property
    def done(self) -> Mapping[str, Mapping[str, str]]:
        """Part name (`segment:0`, `image:0:1`) to what the network said of it."""

    async def record(self, part: str, **value: str) -> None:
        """Store, durably before returning, that `part` exists on the network."""


@dataclass(frozen=True)
class Incoming:
    """A customer's message as a network tells it. Everything in it is untrusted."""

    remote_id: str
    conversation_id: str
    """The network's id of the thread or chat it belongs to."""
    kind: str
    """`mention`, `reply`, `comment` or `direct`."""
    author_id: str
    author_handle: str
    author_name: str
    text: str
    at: datetime
    url: str = ""
    refs: Mapping[str, str] = field(default_factory=dict)
    """What the network needs to be told to answer this message."""


@dataclass(frozen=True)
class Batch:
    """Messages since a cursor, oldest first, and the cursor to ask from next time."""

    messages: tuple[Incoming, ...]
    cursor: str


@runtime_checkable
class Network(Protocol):
    """One social network. The module's name is the network's name; see `bot.networks`."""

    title: str
    """What people call it: "Bluesky"."""
    keyed: bool
    """The same key again is a no-op, so a doubtful send may be repeated when `find` cannot tell."""
    asks: Mapping[str, str]
    """What a person must give to connect: secret's name to its label ("App password"). One is the usual case."""

    async def verify(self, account: Account) -> Profile:
        """Sign in and tell whose account it is. Raises Reconnect, Retryable or Misconfigured."""

    async def limits(self, account: Account) -> Limits:
        """What this account's server takes, read from the server where it tells."""

    async def publish(self, account: Account, outgoing: Outgoing, progress: Progress) -> Published:
        """Create what `progress` does not hold yet: one attempt a part, each recorded as soon as it exists.

        Raises Ambiguous whenever a mutating request left and its outcome is not known.
        """

    async def find(
        self, account: Account, outgoing: Outgoing, since: datetime, progress: Progress
    ) -> Found | Absent | Unknown:
        """Ask what became of a doubtful send begun after `since`; records into `progress` what it finds.

        Errs to Found: a false match costs a person's look, a false miss a public duplicate.
        """

    def weigh(self, text: str, limits: Limits) -> Weight:
        """Count one text as the network counts it. Pure."""

    def faults(self, outgoing: Outgoing, limits: Limits) -> tuple[Fault, ...]:
        """Why the network would refuse this, before it is asked. Pure."""


@runtime_checkable
class ReadsMessages(Protocol):
    """Capability: customers' messages can be read from a cursor. Answers go through `publish` with `in_reply_to`."""

    async def messages(self, account: Account, cursor: str | None) -> Batch:
        """Messages to the account after `cursor` (None: from now on), oldest first, the account's own left out."""


@runtime_checkable
class HasUsualServer(Protocol):
    """Capability: most accounts live on one server, which a form may fill in."""

    usual_server: str
    """Its base URL."""


class Vault(Protocol):
    """Where an adapter keeps an account's short-lived session (tokens), encrypted at rest."""

    async def load(self, account_id: int) -> dict[str, str]:
        """The stored session, or an empty dict."""

    async def save(self, account_id: int, session: Mapping[str, str]) -> None:
        """Replace the stored session, durably before returning."""

    def lock(self, account_id: int) -> AbstractAsyncContextManager[Any]:
        """Hold while refreshing, so that one account's token is refreshed by one at a time."""
