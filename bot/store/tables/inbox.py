"""Customers' messages, the conversations they belong to, and the answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import json_column, moment, perhaps


class Cursor(SQLModel, table=True):
    """How far an account's messages have been read."""

    account_id: int = Field(primary_key=True, foreign_key="account.id")
    workspace_id: int = Field(foreign_key="workspace.id")
    position: str = ""
    read_at: datetime | None = perhaps()


class Conversation(SQLModel, table=True):
    """One customer's thread with one account. `owner` is the Slack id of who took it; empty while nobody has."""

    __table_args__ = (UniqueConstraint("account_id", "remote_id"),)

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id", index=True)
    client_id: int = Field(foreign_key="client.id")
    account_id: int = Field(foreign_key="account.id")
    remote_id: str
    contact_id: str
    contact_handle: str
    contact_name: str
    kind: str
    status: str
    owner: str = ""
    escalated: bool = False
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
    text: str
    url: str = ""
    refs: dict[str, Any] = json_column()
    at: datetime = moment()
    received_at: datetime = moment()


class Reply(SQLModel, table=True):
    """An answer to a customer: the same journal as a delivery's, for one short text."""

    __table_args__ = (UniqueConstraint("key"),)

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    account_id: int = Field(foreign_key="account.id")
    message_id: int = Field(foreign_key="message.id")
    """The newest message its author had seen."""
    by: str
    text: str
    status: str
    key: str
    stamp: datetime | None = perhaps()
    sent_at: datetime | None = perhaps()
    next_at: datetime = moment()
    attempts: int = 0
    lease_until: datetime | None = perhaps()
    progress: dict[str, Any] = json_column()
    remote_id: str = ""
    url: str = ""
    trouble: str = ""
    created_at: datetime = moment()
