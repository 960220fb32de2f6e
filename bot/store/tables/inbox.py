"""Customers' messages, the conversations they belong to, and the answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.columns import json_column, moment, perhaps


class Cursor(SQLModel, table=True):
    """How far an account's messages have been read, and who reads them when next."""

    account_id: int = Field(primary_key=True, foreign_key="account.id")
    workspace_id: int = Field(foreign_key="workspace.id")
    position: str = ""
    """The network's own word; empty before the first read."""
    read_at: datetime | None = perhaps()
    next_at: datetime = moment(index=True)
    quiet: int = 0
    """Reads in a row that brought nothing."""
    failures: int = 0
    """Reads in a row that failed."""
    lease_by: str = ""
    lease_until: datetime | None = perhaps()


class Conversation(SQLModel, table=True):
    """One customer's thread with one account. `owner` is the Slack id of who took it; empty while nobody has."""

    __table_args__ = (UniqueConstraint("account_id", "remote_id", "contact_id"),)

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id", index=True)
    client_id: int = Field(foreign_key="client.id")
    account_id: int = Field(foreign_key="account.id")
    remote_id: str
    contact_id: str
    contact_handle: str
    contact_name: str
    kind: str
    """Of the newest message: `mention`, `reply`, `comment` or `direct`."""
    status: str
    owner: str = ""
    owned_at: datetime | None = perhaps()
    escalated_by: str = ""
    """Who asked others to look; empty while nobody has."""
    escalated_at: datetime | None = perhaps()
    escalation: str = ""
    """Why."""
    closed_by: str = ""
    closed_at: datetime | None = perhaps()
    revision: int = 1
    opened_at: datetime = moment()
    changed_at: datetime = moment()


class Message(SQLModel, table=True):
    """One message of a customer, as the network told it. Everything in it is untrusted."""

    __table_args__ = (UniqueConstraint("account_id", "remote_id"),)

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    account_id: int = Field(foreign_key="account.id")
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    remote_id: str
    kind: str
    text: str
    url: str = ""
    refs: dict[str, Any] = json_column()
    at: datetime = moment()
    received_at: datetime = moment()


class Reply(SQLModel, table=True):
    """An answer to a customer: the same journal as a delivery's, for one short text."""

    __table_args__ = (
        UniqueConstraint("key"),
        Index(
            "reply_open",
            "status",
            "next_at",
            sqlite_where=text("status IN ('due', 'claimed', 'sending')"),
            postgresql_where=text("status IN ('due', 'claimed', 'sending')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    account_id: int = Field(foreign_key="account.id")
    message_id: int = Field(foreign_key="message.id")
    """What it answers; with the text and the key it is what a second send repeats, so it never changes."""
    seen_id: int = Field(foreign_key="message.id")
    """The newest message that was seen by who had it sent: it is not sent once there is a newer one."""
    by: str
    text: str
    status: str
    key: str
    stamp: datetime | None = perhaps()
    sent_at: datetime | None = perhaps()
    next_at: datetime = moment()
    give_up_at: datetime = moment()
    """What could not be sent by then is a question to a person."""
    attempts: int = 0
    lease_by: str = ""
    lease_until: datetime | None = perhaps()
    progress: dict[str, Any] = json_column()
    remote_id: str = ""
    url: str = ""
    trouble: str = ""
    settled_at: datetime | None = perhaps()
    created_at: datetime = moment()
