"""Posts: their versions, the decisions on them, their deliveries, and the pictures they carry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.columns import json_column, moment, perhaps

_OPEN = text("status IN ('scheduled', 'claimed', 'sending')")


class Post(SQLModel, table=True):
    """What people decide on. What it says is in its newest `PostVersion`."""

    __table_args__ = (
        Index("post_calendar", "workspace_id", "client_id", "scheduled_at", "id"),
        Index("post_queue", "workspace_id", "status"),
    )

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    client_id: int = Field(foreign_key="client.id")
    author: str
    status: str
    version: int = 1
    """Number of the newest version; a click or an edit made on another one is stale."""
    revision: int = 1
    """Counts every change that a card shows; a card rendered from an older one is never written over a newer."""
    title: str
    """The first words, for lists."""
    scheduled_at: datetime | None = perhaps()
    """The asked time; None while there is none ("as soon as approved"). The calendar sorts by it."""
    approval_id: int | None = None
    """The decision that approved it as it stands; None while nothing does."""
    created_at: datetime = moment()
    changed_at: datetime = moment()


class PostVersion(SQLModel, table=True):
    """One wording of a post, never changed once written."""

    __table_args__ = (UniqueConstraint("post_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    post_id: int = Field(foreign_key="post.id", index=True)
    number: int
    by: str
    accounts: list[int] = json_column(empty=list)
    content: dict[str, Any] = json_column()
    campaign: str = ""
    note: str = ""
    """For reviewers; never published."""
    when_kind: str
    when_at: datetime | None = perhaps()
    when_wall: str = ""
    when_zone: str
    late_seconds: int
    created_at: datetime = moment()


class Decision(SQLModel, table=True):
    """One click that decided something, for ever: who, what, on which version, and what they signed."""

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    post_id: int = Field(foreign_key="post.id", index=True)
    delivery_id: int | None = None
    version: int
    fingerprint: str = ""
    step: str
    by: str
    door: str
    reason: str = ""
    at: datetime = moment()


class Delivery(SQLModel, table=True):
    """One approved post on one account: the journal of getting it out once."""

    __table_args__ = (
        UniqueConstraint("key"),
        Index("delivery_open", "account_id", "due_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("delivery_next", "next_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    client_id: int = Field(foreign_key="client.id")
    post_id: int = Field(foreign_key="post.id", index=True)
    account_id: int = Field(foreign_key="account.id")
    approval_id: int = Field(foreign_key="decision.id")
    """The approval it stands on; a post's state is the sum of the deliveries of its standing approval."""
    version: int
    status: str
    due_at: datetime = moment()
    """When it should go out; an account's deliveries keep this order."""
    late_until: datetime = moment()
    """After this moment it is missed, and a person is asked."""
    next_at: datetime = moment()
    """When to try next: `due_at` at first, later after a back-off."""
    attempts: int = 0
    lease_by: str = ""
    lease_until: datetime | None = perhaps()
    key: str
    """32 hex digits, made with the row: the source of every record key and idempotency key."""
    stamp: datetime | None = perhaps()
    """The moment the post carries; set when it is first sent, and never again."""
    sent_at: datetime | None = perhaps()
    """When the last attempt was marked as sending."""
    progress: dict[str, Any] = json_column()
    """Parts that exist on the network: `segment:0` to what the network said of it."""
    remote_id: str = ""
    url: str = ""
    trouble: str = ""
    """What went wrong last, as a sentence for people."""
    settled_at: datetime | None = perhaps()


class Media(SQLModel, table=True):
    """A picture in the media folder, named by the hash of its bytes."""

    workspace_id: int = Field(foreign_key="workspace.id", primary_key=True)
    sha256: str = Field(primary_key=True)
    mime: str
    width: int
    height: int
    size: int
    created_at: datetime = moment()
